"""From recipients to wins, stage by stage, worked out by hand from the story."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import funnel
from attribution.reports.metrics import Metrics
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from campaigns.public_ids import new_id
from tests.attribution.builders import NOW, days_ago
from tests.attribution.story import Story, a_live_send, tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import ClickTotal, Event

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return funnel.build(ReportQuery(**asked), now=NOW)


def numbers(**asked: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in build(**asked).rows:
        found.setdefault(row.group, {})[row.stage] = row.number
    return found


def tapped(story: Story) -> None:
    """Let 40 people tap June, of 50 delivered messages."""
    link = make_link(make_domain(), send=story.june)
    ClickTotal.objects.create(link=link, date=days_ago(40).date(), human_count=40)
    for number in range(50):
        Event.objects.create(
            origin="twilio", event_id=new_id().hex, name="sms-delivered",
            occurred_at=days_ago(40 + number / 100), received_at=NOW, send=story.june,
        )  # fmt: skip


def test_all_sends_together_from_recipients_to_wins() -> None:
    tapped(tell_story())
    assert numbers() == {
        "All sends": {
            "recipients": 400,
            "delivered": 50,
            "human_taps": 40,
            "leads": Decimal("0.666667"),
            "opportunities": Decimal("0.666667"),
            "wins": Decimal("0.666667"),
        }
    }


def test_rates_are_of_the_stage_before_and_of_the_first() -> None:
    tapped(tell_story())
    rows = {row.stage: row for row in build().rows}
    assert (rows["recipients"].of_previous, rows["recipients"].of_first) == (None, None)
    assert rows["human_taps"].of_previous == Decimal("0.8")
    assert rows["human_taps"].of_first == Decimal("0.1")
    assert rows["wins"].of_previous == 1
    assert (rows["opportunities"].amount_minor, rows["wins"].amount_minor) == (6666_67, 6666_67)


def test_a_stage_that_nothing_reports_is_passed_over() -> None:
    rows = {row.stage: row for row in funnel.stages_of("X", Metrics(recipients=100, human_taps=20))}
    assert (rows["delivered"].number, rows["delivered"].of_previous) == (None, None)
    assert rows["human_taps"].of_previous == Decimal("0.2")


def test_each_send_has_its_own_funnel() -> None:
    tapped(tell_story())
    found = numbers(by="send")
    assert found["Send trial-june"]["human_taps"] == 40
    assert found["Send trial-july"]["human_taps"] is None


def test_only_the_largest_groups_are_shown_and_the_others_counted() -> None:
    tell_story()
    report = build(by="send", limit=1)
    assert len({row.group for row in report.rows}) == 1
    assert "Smaller groups not shown: 1." in report.definitions.notes


def test_cohorts_are_the_months_of_the_touches() -> None:
    tapped(tell_story())  # NOW is June 15: June's tap May 6, July's June 3, both out May 1
    found = numbers(date_basis="cohort")
    assert set(found) == {"2026-05", "2026-06"}
    assert found["2026-05"]["recipients"] == 400
    assert (found["2026-05"]["delivered"], found["2026-05"]["human_taps"]) == (50, 40)
    assert found["2026-05"]["wins"] == Decimal("0.333334")
    assert (found["2026-06"]["recipients"], found["2026-06"]["wins"]) == (None, Decimal("0.333333"))


def test_without_sends_there_is_no_funnel() -> None:
    assert build().rows == []
    assert build(date_basis="cohort").rows == []


@pytest.mark.parametrize("asked", [{}, {"by": "send"}, {"date_basis": "cohort"}])
def test_it_costs_the_same_number_of_queries_with_2_sends_and_with_20(
    asked: dict[str, Any],
) -> None:
    tell_story()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build(**asked)
        return len(captured)

    few = queries()
    for number in range(18):
        a_live_send(f"more-{number}")
    assert queries() == few
