"""The admin's first page: figures, chart, what needs attention, and the way to begin."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attribution.models import CreditRule, Finding
from attribution.reports.registry import REPORTS as EVERY_REPORT
from tests.attribution.builders import a_deal, a_tap, make_identity, refund, settle
from tests.attribution.story import NOW, a_live_send, a_spend, tell_story
from tests.campaigns.builders import a_superuser, a_user
from tests.links.builders import make_domain, make_link
from tracking.models import ClickTotal

pytestmark = pytest.mark.django_db

REPORTS = "attribution.view_sendperformance"


def page(user: Any = None) -> Any:
    client = Client()
    client.force_login(user or a_superuser())
    return client.get(reverse("admin:index"))


def figures(response: Any) -> dict[str, str]:
    return {one["label"]: one["value"] for one in response.context["figures"]}


@pytest.fixture
def _on_the_storys_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("_on_the_storys_day")
def test_the_key_figures_are_those_of_sms_in_the_last_90_days() -> None:
    story = tell_story()
    link = make_link(make_domain(), send=story.june)
    ClickTotal.objects.create(link=link, date="2026-06-10", human_count=30, machine_count=7)
    ClickTotal.objects.create(link=link, date="2026-03-10", human_count=15, machine_count=0)
    shown = figures(page())
    assert shown == {
        "Human taps": "30",
        "Leads credited": "0.67",
        "Open pipeline influenced": "$0.00",
        "Revenue attributed": "$6,666.67",
        "Spend": "$100.00",
        "ROAS": "66.7",
    }


@pytest.mark.usefixtures("_on_the_storys_day")
def test_revenue_is_what_is_left_after_refunds() -> None:
    story = tell_story()
    refund(story.deal, "9000.00")

    shown = page()

    assert figures(shown)["Revenue attributed"] == "$666.67"
    assert shown.context["top_sends"][0]["revenue"] == "$333.34"


@pytest.mark.usefixtures("_on_the_storys_day")
def test_a_figure_is_compared_with_the_90_days_before() -> None:
    story = tell_story()
    link = make_link(make_domain(), send=story.june)
    ClickTotal.objects.create(link=link, date="2026-06-10", human_count=30, machine_count=7)
    ClickTotal.objects.create(link=link, date="2026-03-10", human_count=15, machine_count=0)
    taps = page().context["figures"][0]
    assert (taps["trend"], taps["trend_class"]) == ("+100 %", "up")


@pytest.mark.usefixtures("_on_the_storys_day")
def test_the_open_pipeline_counts_a_deal_once_however_often_sms_touched_it() -> None:
    story = tell_story()
    a_deal(amount_minor=500_00, created=5, people=(story.ada,))
    settle()
    assert figures(page())["Open pipeline influenced"] == "$500.00"


@pytest.mark.usefixtures("_on_the_storys_day")
def test_the_chart_shows_the_week_of_the_win() -> None:
    tell_story()
    hints = [bar.hint for bar in page().context["chart"].bars]
    assert "Week of Jun 8: SMS $6,666.67, other channels $3,333.33" in hints


@pytest.mark.usefixtures("_on_the_storys_day")
def test_the_top_sends_come_by_name_and_not_by_id() -> None:
    tell_story()
    response = page()
    assert [row["name"] for row in response.context["top_sends"]] == [
        "Send trial-june",
        "Send trial-july",
    ]
    assert "$3,333.34" in response.content.decode()


def test_a_new_team_reads_what_to_do_first() -> None:
    response = page()
    text = response.content.decode()
    assert "Getting started" in text
    assert "Add your short domain" in text
    assert "No CRM connected" in text
    assert "No revenue attributed yet" in text


def test_a_step_that_is_done_is_ticked_off() -> None:
    make_domain()
    steps = {step.title: step.is_done for step in page().context["steps"]}
    assert steps["Add your short domain"]
    assert not steps["Connect your CRM"]


def test_the_gravest_finding_comes_first() -> None:
    now = timezone.now()
    for severity in ("notice", "warning", "error"):
        Finding.objects.create(
            code=severity, severity=severity, title=f"A {severity}", row_count=1,
            first_seen_at=now, latest_seen_at=now,
        )  # fmt: skip
    titles = [finding.title for finding in page().context["findings"]]
    assert titles == ["A error", "A warning", "A notice"]


def test_without_an_active_rule_the_page_still_opens() -> None:
    CreditRule.objects.update(retired_at=timezone.now())
    assert page().status_code == 200


def test_who_may_not_see_reports_sees_no_figures() -> None:
    tell_story()
    response = page(a_user("bob"))
    assert response.status_code == 200
    assert "figures" not in response.context


def test_it_leads_to_every_report() -> None:
    text = page(a_user("bob", REPORTS)).content.decode()
    assert all(f'href="/admin/reports/{name}/"' in text for name in EVERY_REPORT)


def test_who_may_see_reports_sees_them() -> None:
    assert "figures" in page(a_user("bob", REPORTS)).context


def test_the_page_costs_the_same_number_of_queries_with_2_sends_and_with_20() -> None:
    root = a_superuser()
    tell_story()
    page(root)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(root)
    for number in range(18):
        send = a_live_send(f"more-{number}")
        person = make_identity()
        a_tap(person, days=20, send=send, campaign=send.campaign)
        a_deal(created=10, won=2, people=(person,))
        a_spend(send, 5_00)
    settle()
    with CaptureQueriesContext(connection) as many:
        page(root)
    assert len(many) == len(few) <= 40
