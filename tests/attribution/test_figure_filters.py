"""Lists opened from a figure: what they keep, say and refuse."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.attribution.story import Story, tell_story
from tests.campaigns.builders import a_superuser, signed_in

pytestmark = pytest.mark.django_db
ENTRIES, DEALS = "attribution_creditentry_changelist", "attribution_dealjourney_changelist"


@pytest.fixture
def root() -> Client:
    return signed_in(a_superuser())


@pytest.fixture
def story() -> Story:
    return tell_story()


def opened(root: Client, view: str, **asked: Any) -> str:
    answer = root.get(reverse(f"admin:{view}"), asked)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.content.decode()


def test_the_entries_say_what_they_sum_to(root: Client, story: Story) -> None:
    asked = {"rule": "linear@1", "goal": "win", "bucket": "attributed", "channel": "sms"}
    assert "2 entries sum to $6,666.67 and 0.67 outcomes." in opened(root, ENTRIES, **asked)


def test_one_entry_sums_too(root: Client, story: Story) -> None:
    asked = {"rule": "first", "goal": "win"}
    assert "1 entry sums to $10,000.00 and 1 outcomes." in opened(root, ENTRIES, **asked)


def test_no_entries_are_said(root: Client, story: Story) -> None:
    assert "No entry stands behind this figure." in opened(root, ENTRIES, rule="linear@9")


def test_the_whole_ledger_is_not_added_up(root: Client, story: Story) -> None:
    assert "entries sum to" not in opened(root, ENTRIES)


def test_what_was_asked_survives_the_lists_own_filters(root: Client, story: Story) -> None:
    page = opened(root, ENTRIES, rule="linear@1", bucket__exact="attributed")
    assert '<input type="hidden" name="rule" value="linear@1">' in page
    assert "Show all" in page


def test_a_value_that_cannot_be_read_is_said(root: Client, story: Story) -> None:
    answer = root.get(reverse(f"admin:{ENTRIES}"), {"send": "june"}, follow=True)
    assert "“june” cannot be used as send." in answer.content.decode()


def test_the_deals_behind_a_figure(root: Client, story: Story) -> None:
    page = opened(root, DEALS, send=str(story.june.pk))
    assert story.deal.name in page
    assert story.deal.name not in opened(root, DEALS, channel="paid-search")
