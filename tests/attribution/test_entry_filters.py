"""The entries and the deals behind a figure."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum

from attribution.entry_filters import (
    NAMES,
    UnreadableFilterError,
    deals_touched,
    entries_behind,
)
from attribution.models import CreditEntry
from crm_sync.models import Deal
from tests.attribution.builders import NOW, a_deal, settle
from tests.attribution.story import Story, tell_story

pytestmark = pytest.mark.django_db


def behind(**asked: Any) -> Any:
    values = {name: str(value) for name, value in asked.items()}
    return entries_behind(CreditEntry.objects.all(), values)


def the_sum(**asked: Any) -> int:
    return behind(**asked).aggregate(sum=Sum("amount_minor"))["sum"] or 0


@pytest.fixture
def story() -> Story:
    return tell_story()


def test_nothing_asked_keeps_all(story: Story) -> None:
    assert behind(colour="red", send="").count() == CreditEntry.objects.count() > 0


def test_a_figure_is_the_sum_of_its_entries(story: Story) -> None:
    asked = {"rule": "linear@1", "goal": "win", "bucket": "attributed"}
    assert the_sum(**asked, send=story.june.pk) == 333_334
    assert the_sum(**asked, channel="sms") == 666_667
    assert the_sum(**asked) == 1_000_000


def test_a_slug_means_all_versions_of_a_rule(story: Story) -> None:
    assert the_sum(rule="linear", goal="win") == the_sum(rule="linear@1", goal="win") == 1_000_000
    assert the_sum(rule="linear@2") == 0


def test_a_channel_and_a_campaign_go_by_name_or_id(story: Story) -> None:
    campaign = story.june.campaign
    assert behind(campaign=campaign.name).count() == behind(campaign=campaign.pk).count() > 0
    assert behind(channel="SMS").count() == behind(channel=story.june.channel_id).count() > 0


def test_days_include_both_ends(story: Story) -> None:
    day = (NOW - timedelta(days=2)).date()
    asked = {"rule": "linear", "goal": "win"}
    assert the_sum(**asked, outcome_from=day, outcome_to=day) == 1_000_000
    assert the_sum(**asked, outcome_from=day + timedelta(days=1)) == 0
    assert the_sum(**asked, outcome_to=day - timedelta(days=1)) == 0
    touched = (NOW - timedelta(days=40)).date()
    assert the_sum(**asked, touch_from=touched, touch_to=touched) == 333_334


def test_as_of_keeps_what_was_posted_by_then(story: Story) -> None:
    posted = CreditEntry.objects.first().batch.posted_at
    assert behind(as_of=posted.isoformat()).exists()
    assert not behind(as_of=(posted - timedelta(seconds=1)).isoformat()).exists()


def test_an_unescaped_plus_sign_is_read(story: Story) -> None:
    assert not behind(as_of="2020-01-01T00:00:00 00:00").exists()


def test_why_nobody_earned_it_can_be_asked() -> None:
    a_deal(won=1, people=())
    settle()
    found = behind(bucket="unattributed", reason="no_contacts", rule="linear", goal="win")
    assert found.count() == 1


def test_one_deal_and_one_cause_can_be_asked(story: Story) -> None:
    assert behind(deal=story.deal.pk, cause="new_outcome", goal="win", rule="first").count() == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("send", "june"),
        ("rule", "linear@x"),
        ("batch", "first"),
        ("outcome_from", "yesterday"),
        ("as_of", "2026-06-15"),
        ("as_of", "soon"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused(name: str, text: str) -> None:
    with pytest.raises(UnreadableFilterError, match=f"“{text}” cannot be used as {name}"):
        behind(**{name: text})


def test_every_name_has_its_condition(story: Story) -> None:
    for name in NAMES:
        texts = {"rule": "linear", "as_of": NOW.isoformat(), "batch": "1"}
        days = {"touch_from", "touch_to", "outcome_from", "outcome_to"}
        text = texts.get(name) or ("2026-01-01" if name in days else str(story.june.pk))
        behind(**{name: text}).count()


def test_the_deals_a_send_had_a_part_in(story: Story) -> None:
    a_deal(created=1)
    settle()
    deals = Deal.objects.all()
    assert list(deals_touched(deals, {"send": str(story.june.pk)})) == [story.deal]
    assert deals_touched(deals, {"channel": "paid-search"}).count() == 0
    assert deals_touched(deals, {}).count() == 2
