"""Why a number moved: every cause with its deals, before and after, worked out by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import changes, sends
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.rule_versions import create_rule_version
from attribution.services import lock_period
from crm_sync.models import Deal, DealRefund
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    days_ago,
    make_identity,
    name_on,
    note_deal,
    rule,
    settle,
)
from tests.attribution.story import Story, tell_story

pytestmark = pytest.mark.django_db

NEXT = NOW + timedelta(days=1)
TODAY = NOW + timedelta(days=2)


def build(**asked: Any) -> Report[Any]:
    query = ReportQuery(**{"starts_on": NEXT.date(), **asked})
    return changes.build(query, now=TODAY)


def correct(story: Story, amount_minor: int = 600_00) -> None:
    """Correct the deal's amount, a day after the story was posted."""
    Deal.objects.filter(pk=story.deal.pk).update(amount_minor=amount_minor)
    note_deal(story.deal)
    settle(now=NEXT)


def moves(report: Report[Any]) -> list[tuple[str, int, int, int]]:
    return [(row.cause, row.before_minor, row.change_minor, row.after_minor) for row in report.rows]


def test_a_corrected_amount_is_one_change_of_its_deal() -> None:
    story = tell_story()
    correct(story)
    report = build()
    assert moves(report) == [("deal_changed", 10_000_00, -9_400_00, 600_00)]
    row = report.rows[0]
    assert (row.deal, row.deal_id, row.goal) == (story.deal.name, story.deal.pk, "Wins")
    assert (row.micro, row.posted_at, row.is_restated) == (0, NEXT, False)


def test_the_total_is_the_number_at_either_moment() -> None:
    story = tell_story()
    correct(story)
    total = build().total
    assert total is not None
    assert (total.before_minor, total.change_minor, total.after_minor) == (
        10_000_00, -9_400_00, 600_00,
    )  # fmt: skip
    now = sends.build(ReportQuery(), now=TODAY).total
    assert now is not None
    assert now.metrics.revenue_minor == 400_00  # The e-mail belongs to no send


def test_nothing_posted_since_is_no_change() -> None:
    tell_story()
    report = build()
    assert report.rows == []
    assert report.total is not None
    assert (report.total.before_minor, report.total.after_minor) == (10_000_00, 10_000_00)


def test_without_a_first_day_it_looks_back_a_week() -> None:
    tell_story()
    assert [row.cause for row in build(starts_on=None).rows] == ["new_outcome"]
    late = changes.build(ReportQuery(), now=NOW + timedelta(days=7))
    assert late.rows == []


def test_two_causes_of_one_deal_follow_each_other() -> None:
    story = tell_story()
    correct(story)
    DealRefund.objects.create(
        connection=story.deal.connection, deal=story.deal, external_id="r", amount_minor=50_00,
        currency="USD", refunded_at=days_ago(1), recorded_at=TODAY,
    )  # fmt: skip
    note_deal(story.deal, cause="refund")
    settle(now=NEXT + timedelta(hours=1))
    report = build()
    assert sum(row.change_minor for row in report.rows) == -9_450_00
    assert report.total is not None
    assert report.total.after_minor == 550_00


def test_a_late_touch_moves_money_between_channels() -> None:
    story = tell_story()
    a_tap(story.ada, days=20, channel="email")
    settle(now=NEXT)
    (row,) = build(channel=story.june.channel.slug).rows
    assert (row.cause, row.before_minor, row.after_minor) == ("late_touch", 6666_67, 5000_00)
    whole = build()
    assert [row.change_minor for row in whole.rows] == []
    assert whole.total is not None
    assert whole.total.change_minor == 0


def test_what_was_unattributed_and_is_earned_now_says_both() -> None:
    deal = a_deal(amount_minor=80_00, created=4, won=1)
    settle()
    someone = make_identity(value="bo@acme.example")
    a_tap(someone, days=9)
    name_on(deal, someone)
    note_deal(deal)
    settle(now=NEXT)
    (row,) = build().rows
    assert (row.change_minor, row.unattributed_minor, row.micro) == (80_00, -80_00, 1_000_000)


def test_a_change_of_a_locked_period_is_marked_as_a_restatement() -> None:
    story = tell_story()
    day = days_ago(2).date()
    lock_period(starts_on=day, ends_on=day, by=None, now=NOW)
    correct(story)
    report = build()
    assert report.rows[0].is_restated
    assert report.for_json()["rows"][0]["restatement"] == "yes"
    assert any("some of a locked period" in note for note in report.definitions.notes)


def test_an_edited_rule_is_a_cause_of_its_own() -> None:
    tell_story()
    old = rule("linear")
    create_rule_version(
        slug="linear", name=old.name, kind=old.kind, parameters=old.parameters, lookback_days=20,
        contact_mode=old.contact_mode, now=NEXT,
    )  # fmt: skip
    (row,) = build(channel="sms").rows
    assert (row.cause, row.change_minor, row.after_minor) == ("credit_rules", 3333_33, 10_000_00)


def test_every_cause_is_summed_even_if_its_rows_are_cut_off() -> None:
    tell_story()
    for place in range(3):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20)
        a_deal(amount_minor=(place + 1) * 10_00, created=8, won=3, people=(someone,))
    settle(now=NEXT)
    report = build(limit=1)
    shown = [(row.deal, row.change_minor) for row in report.rows]
    assert shown[0][1] == 30_00
    assert shown[1] == ("2 smaller changes", 30_00)
    (cause,) = report.for_json()["by_cause"]
    assert (cause["outcomes"], cause["change"]) == (3, {"amount": "60.00", "currency": "USD"})


def test_a_lead_is_named_by_its_goal_and_shows_nobody() -> None:
    a_lead(make_identity(value="ada@acme.example"), days=3)
    settle(now=NEXT)
    report = build(goal="lead")
    assert [row.goal for row in report.rows] == ["Leads"]
    assert "ada" not in str(report.for_json())


def test_the_permalink_ends_at_the_same_moment() -> None:
    story = tell_story()
    correct(story)
    pinned = build().definitions.pinned
    assert (pinned["from"], pinned["as_of"]) == (NEXT.date().isoformat(), TODAY.isoformat())


def test_it_costs_the_same_number_of_queries_with_2_changes_and_with_20() -> None:
    tell_story()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build(starts_on=NOW.date())
        return len(captured)

    few = queries()
    for place in range(18):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20)
        a_deal(created=8, won=3, people=(someone,))
    settle(now=NEXT)
    assert queries() == few
