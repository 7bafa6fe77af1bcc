"""The calendar's page: who may see it, what it says, and where its buttons lead."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import audience_overlaps
from tests.campaigns.builders import a_campaign, a_channel, a_send, a_superuser, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_counts_recipients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_overlaps, "_counters", {})


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client | None = None, **query: str) -> str:
    client = client or signed_in(a_superuser())
    answer = client.get(reverse("admin:campaigns_calendar"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def today_at_ten() -> datetime:
    return timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)


def test_a_send_stands_there_with_its_name_audience_and_page() -> None:
    send = a_send(scheduled_at=today_at_ten(), audience="Lapsed trials", audience_size=1200)

    html = page()

    assert reverse("admin:campaigns_send_change", args=[send.pk]) in html
    assert "Lapsed trials · 1,200" in html
    assert "1 send · 1,200 recipients" in html
    assert 'aria-label="Recipients per week: ' in html


def test_a_collision_is_said_on_both_sends() -> None:
    one = a_send("one-june", name="One", scheduled_at=today_at_ten(), audience="Trials")
    when = today_at_ten() + timedelta(days=2)
    a_send("other-june", name="Other", scheduled_at=when, audience="trials")

    html = page()

    assert "2 days before “Other”, same audience" in html
    assert "2 days after “One”, same audience" in html
    assert "2 sends meet another one to the same people" in html
    assert f'data-meets="{one.pk} "' in html


def test_an_installation_without_sends_is_told_what_to_do() -> None:
    html = page()

    assert "No send is planned yet" in html
    assert "This week" not in html


def test_a_quiet_week_says_so() -> None:
    a_send(scheduled_at=None)

    html = page()

    assert "Nothing goes out this week" in html
    assert "Nobody is written to in these weeks" in html


def test_a_draft_without_a_date_can_be_planned() -> None:
    draft = a_send(name="Some day", scheduled_at=None)

    html = page()

    where = reverse("admin:campaigns_send_change", args=[draft.pk])
    assert f'href="{where}#id_scheduled_at_0" aria-label="Plan “Some day”"' in html


def test_a_day_s_plus_opens_a_send_of_that_day() -> None:
    client = signed_in(a_superuser())
    a_send(scheduled_at=today_at_ten())

    addresses = re.findall(r'class="cal-add" href="([^"]+)"', page(client))
    form = client.get(addresses[0]).content.decode()

    assert len(addresses) == 42
    day = addresses[0].partition("=")[2].partition("T")[0]
    assert re.search(rf'name="scheduled_at_0" value="{day}"', form)
    assert re.search(r'name="scheduled_at_1" value="10:00', form)


@pytest.mark.parametrize("text", ["soon", "2026-13-45T10:00"])
def test_a_day_that_is_none_opens_an_undated_send(text: str) -> None:
    client = signed_in(a_superuser())

    form = client.get(reverse("admin:campaigns_send_add"), {"scheduled_at": text})

    assert form.status_code == 200
    assert re.search(r'name="scheduled_at_0" (?!value)', form.content.decode())


@pytest.mark.parametrize(
    "query", [{"channel": "email"}, {"status": "live"}, {"campaign": "another"}]
)
def test_filters_leave_sends_out(query: dict[str, str]) -> None:
    a_send(name="Trial offer", scheduled_at=today_at_ten(), channel=a_channel())
    if "campaign" in query:
        query = {"campaign": str(a_campaign("Another").pk)}

    assert "Trial offer" not in page(None, **query)


def test_cancelled_sends_are_shown_when_asked_for() -> None:
    client = signed_in(a_superuser())
    a_send(name="Called off", scheduled_at=today_at_ten(), status="cancelled")

    assert "Called off" not in page(client)
    assert "Called off" in page(client, status="cancelled")


def test_other_weeks_are_a_link_away_and_keep_the_filters() -> None:
    client = signed_in(a_superuser())
    a_send(scheduled_at=None)

    html = page(client, starts_on="2026-06-03", channel="sms")

    assert "<h1>1 June – 12 July 2026</h1>" in html
    assert "?starts_on=2026-04-20&amp;channel=sms" in html
    assert "?starts_on=2026-07-13&amp;channel=sms" in html
    assert 'href="?channel=sms">Today' in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"starts_on": "June"}, "That is no day"),
        ({"starts_on": "0001-01-01"}, "Too early"),
        ({"starts_on": "9999-12-31"}, "Too late"),
        ({"channel": "pigeon"}, "There is no such channel."),
        ({"campaign": "x"}, "There is no such campaign."),
        ({"status": "lost"}, "There is no such status."),
    ],
)
def test_a_wrong_choice_is_said_and_the_calendar_still_shown(
    query: dict[str, str], words: str
) -> None:
    a_send(name="Trial offer", scheduled_at=today_at_ten())

    answer = signed_in(a_superuser()).get(reverse("admin:campaigns_calendar"), query)

    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "Trial offer" in answer.content.decode()


def test_whoever_may_only_look_is_not_offered_to_plan() -> None:
    a_send(scheduled_at=today_at_ten())

    html = page(signed_in(a_user("alice", "campaigns.view_send")))

    assert "cal-add" not in html
    assert "Plan a send" not in html


def test_whoever_may_not_see_sends_is_refused() -> None:
    answer = signed_in(a_user("mallory")).get(reverse("admin:campaigns_calendar"))

    assert answer.status_code == 403
