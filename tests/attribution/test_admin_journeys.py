"""A deal's page: the timeline, the formula with its numbers, and the files made of it."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import CreditRule
from tests.attribution.builders import a_deal, a_lead, a_tap, change_deal, rule, settle
from tests.attribution.story import Story, tell_story
from tests.campaigns.builders import a_superuser, a_user
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def as_root() -> Client:
    client = Client()
    known = get_user_model().objects.filter(is_superuser=True).first()
    client.force_login(known or a_superuser())
    return client


def as_user(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_user("bob", *permissions))
    return client


def page_of(deal: Any, client: Client | None = None, **params: str) -> str:
    url = reverse("admin:attribution_dealjourney_change", args=[deal.pk])
    return (client or as_root()).get(url, params).content.decode()


def file_of(deal: Any, form: str, client: Client | None = None, **params: str) -> Any:
    url = reverse(f"admin:attribution_dealjourney_{form}", args=[deal.pk])
    return (client or as_root()).get(url, params)


@pytest.fixture
def story() -> Story:
    return tell_story()


def test_the_page_shows_the_channels_and_their_credit(story: Story) -> None:
    text = page_of(story.deal)
    assert "SMS → Email" in text
    assert "$3,333.34" in text


def test_the_formula_has_weights_quotients_and_the_cent_left_over(story: Story) -> None:
    text = page_of(story.deal)
    assert "100 ÷ 3 touches in between" in text
    assert "3,333.333333" in text
    assert "gets the one cent left over: its fraction 0.3333 is number 1" in text
    assert "The ledger holds exactly this, to the cent" in text


def test_another_rule_explains_itself(story: Story) -> None:
    text = page_of(story.deal, rule="time_decay")
    assert "2^−" in text
    assert '<option value="time_decay" selected>' in text


def test_another_outcome_can_be_chosen(story: Story) -> None:
    page = page_of(story.deal)
    assert "Win of $10,000.00" in page
    lead = page.split('value="')
    ids = [part[:36] for part in lead if part[36:].startswith('">Lead')]
    assert "Lead of" in page_of(story.deal, outcome=ids[0])


def test_an_unknown_rule_is_named_and_the_default_explains(story: Story) -> None:
    text = page_of(story.deal, rule="unheard-of")
    assert "No active credit rule is called “unheard-of”" in text
    assert '<option value="linear" selected>' in text


def test_the_history_tells_what_changed_and_why(story: Story) -> None:
    change_deal(story.deal, amount_minor=400_00)
    text = page_of(story.deal)
    assert "Attributed: $10,000.00 → $400.00" in text
    assert "Deal changed" in text


def test_as_of_before_the_posting_the_ledger_held_nothing(story: Story) -> None:
    assert "the ledger held $0.00" in page_of(story.deal, as_of="2026-06-01")


def test_a_touch_leads_to_its_tap_its_send_and_its_entries(story: Story) -> None:
    text = page_of(story.deal)
    touch = Touchpoint.objects.get(send=story.june)
    assert reverse("admin:tracking_touchpoint_change", args=[touch.pk]) in text
    assert reverse("admin:campaigns_send_change", args=[story.june.pk]) in text
    assert f"touch={touch.pk}&amp;rule=linear" in text


def test_the_entries_behind_a_number_open(story: Story) -> None:
    text = page_of(story.deal)
    url = text.split('href="/admin/attribution/creditentry/?')[1].split('"')[0]
    answer = as_root().get(f"/admin/attribution/creditentry/?{url.replace('&amp;', '&')}")
    assert answer.status_code == 200
    assert b"Win of" in answer.content
    assert b"$3,333.34" in answer.content


def test_the_page_says_why_nobody_earned_it() -> None:
    deal = a_deal(amount_minor=50_00, created=5)
    settle()
    text = page_of(deal)
    assert "Nobody earns it: The deal has no contact we know" in text
    assert "The ledger holds exactly this, to the cent" in text


def test_a_ledger_that_is_behind_is_said_to_be(story: Story) -> None:
    a_tap(story.ada, days=20)
    assert "divided differently" in page_of(story.deal)


def test_without_an_active_rule_the_timeline_still_stands(story: Story) -> None:
    CreditRule.objects.update(retired_at=story.ada.first_seen_at)
    text = page_of(story.deal)
    assert "No credit rule is active" in text
    assert "SMS → Email" in text


def test_the_page_is_closed_without_permission() -> None:
    url = reverse("admin:attribution_dealjourney_change", args=[a_deal().pk])
    assert as_user().get(url).status_code == 403


@pytest.mark.parametrize("form", ["html", "json"])
def test_the_files_are_closed_without_permission(form: str) -> None:
    assert file_of(a_deal(), form, as_user()).status_code == 403


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_file_of_an_unusable_address_is_refused(story: Story, form: str) -> None:
    answer = file_of(story.deal, form, rule="unheard-of")
    assert answer.status_code == 400
    assert "unheard-of" in answer.content.decode()


def test_names_are_masked_for_whoever_may_not_see_personal_data(story: Story) -> None:
    viewer = as_user("attribution.view_dealjourney")
    assert "Ada" not in page_of(story.deal, viewer).replace("Adapt", "")
    assert "•••" in page_of(story.deal, viewer)


def test_the_html_file_stands_alone(story: Story) -> None:
    answer = file_of(story.deal, "html")
    text = answer.content.decode()
    assert f'filename="deal-{story.deal.pk}.html"' in answer["Content-Disposition"]
    assert "3,333.333333" in text
    assert not [part for part in ("<script", "href=", "src=", "url(", "@import") if part in text]


def test_the_json_file_has_the_exact_fractions(story: Story) -> None:
    body = file_of(story.deal, "json", rule="linear").json()
    win = body["explanations"][-1]
    assert [touch["exact_minor"] for touch in win["touches"]] == ["1000000/3"] * 3
    assert win["ledger"]["agrees"] is True


def test_a_retired_version_can_be_explained_as_of_its_time(story: Story) -> None:
    version = rule("linear")
    text = page_of(story.deal, rule=f"linear@{version.version}")
    assert "Linear, version 1" in text


def test_it_costs_the_same_number_of_queries_with_2_touches_and_with_20(story: Story) -> None:
    client = as_root()
    page_of(story.deal, client)
    with CaptureQueriesContext(connection) as few:
        page_of(story.deal, client)
    for number in range(18):
        a_tap(story.ada, days=15 + number)
        a_lead(story.ada, days=15 + number)
    settle()
    with CaptureQueriesContext(connection) as many:
        page_of(story.deal, client)
    assert len(many) == len(few)
