"""From every report's figures in three clicks: to entries, to one entry, to the touch and the message."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attribution.reports.registry import REPORTS
from campaigns.models import Message
from tests.attribution.builders import a_deal, a_tap, make_identity, settle
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_user, signed_in

pytestmark = pytest.mark.django_db
TO_ENTRIES = {"sends", "channels", "rules", "reconciliation", "positions", "sourced-influenced"}
TO_DEALS = {"sends", "channels", "positions", "sourced-influenced"}
ENTRIES = reverse("admin:attribution_creditentry_changelist")
DEALS = reverse("admin:attribution_dealjourney_changelist")


@pytest.fixture
def analyst() -> Client:
    """Return the browser of somebody with the rights of an analyst and no others."""
    ana = a_user("ana")
    ana.groups.add(Group.objects.get(name="Analysts"))
    return signed_in(ana)


@pytest.fixture(autouse=True)
def _story() -> None:
    send = a_live_send("demo-july")
    message = Message.objects.create(send=send, body="Your trial waits: {link} Reply STOP")
    bo = make_identity(value="bo@bolt.example")
    a_tap(bo, days=9, send=send, campaign=send.campaign, message=message)
    a_deal(name="Bolt renewal", amount_minor=600_000, created=8, people=(bo,))
    tell_story()
    settle()


def links_to(target: str, text: str) -> list[str]:
    """Return the addresses of a page's links that begin with a path."""
    hrefs = re.findall(r'href="([^"]+)"', text)
    return [href.replace("&amp;", "&") for href in hrefs if href.startswith(target)]


def opened(client: Client, url: str) -> str:
    answer: Any = client.get(url)
    assert answer.status_code == 200, (url, answer.headers.get("Location"))
    return str(answer.content.decode())


@pytest.mark.parametrize("name", sorted(TO_ENTRIES))
def test_a_figure_leads_to_the_touch_and_the_message(name: str, analyst: Client) -> None:
    page = opened(analyst, reverse(f"admin:attribution_report_{name}"))
    figures = [one for one in links_to(f"{ENTRIES}?", page) if "bucket=attributed" in one]
    assert figures
    for figure in dict.fromkeys(figures):
        assert "sums to" in (first := opened(analyst, figure)) or "entries sum to" in first, figure
    entries = opened(analyst, next(one for one in figures if "goal=opportunity" in one or one))
    entry = opened(analyst, links_to(ENTRIES, entries.partition('id="result_list"')[2])[0])
    assert links_to("/admin/tracking/touchpoint/", entry)
    assert links_to("/admin/attribution/dealjourney/", entry)


@pytest.mark.parametrize("name", sorted(TO_DEALS))
def test_a_count_leads_to_its_deals(name: str, analyst: Client) -> None:
    page = opened(analyst, reverse(f"admin:attribution_report_{name}"))
    figures = links_to(f"{DEALS}?", page)
    assert figures
    for figure in dict.fromkeys(figures):
        assert "/change/" in opened(analyst, figure).partition('id="result_list"')[2], figure


def test_every_report_is_thought_of() -> None:
    """Of the rest no cell is made of entries alone: they tell of journeys, months or findings."""
    others = {"funnel", "paths", "time-lag", "changes", "data-quality", "cohorts"}
    assert set(REPORTS) == TO_ENTRIES | others
