"""Sequences of channels, repeats in a row collapsed, worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import paths
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return paths.build(ReportQuery(**asked), now=NOW)


def queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        build()
    return len(captured)


def more_deals(number: int) -> None:
    for place in range(number):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20)
        a_deal(created=8, won=3, people=(someone,))
    settle()


def test_the_storys_path_is_told_in_order_with_its_money_and_its_length() -> None:
    tell_story()
    (row,) = build().rows
    assert (row.path, row.steps, row.outcomes) == ("SMS → Email → SMS", 3, 1)
    assert (row.amount_minor, row.touches, row.share) == (10_000_00, 3, 1)
    assert row.days == Decimal("38.0")  # June's tap 40 days ago, won 2 days ago


def test_repeats_in_a_row_are_one_step() -> None:
    story = tell_story()
    a_tap(story.ada, days=39)
    settle()
    (row,) = build().rows
    assert (row.path, row.touches) == ("SMS → Email → SMS", 4)


def test_the_commonest_come_first_and_the_others_together_last() -> None:
    tell_story()
    more_deals(2)
    report = build(limit=1)
    got = [(row.path, row.outcomes, row.amount_minor) for row in report.rows]
    assert got == [("SMS", 2, 200_00), ("1 other path", 1, 10_000_00)]
    assert report.total is not None
    assert (report.total.outcomes, report.total.amount_minor) == (3, 10_200_00)


def test_a_filter_keeps_the_journeys_that_touch_the_channel() -> None:
    tell_story()
    more_deals(1)
    assert [row.path for row in build(channel="email").rows] == ["SMS → Email → SMS"]


def test_steps_can_be_sends_and_touches_without_one() -> None:
    tell_story()
    assert build(by="send").rows[0].path == "Send trial-june → No send → Send trial-july"


def test_steps_can_be_audiences() -> None:
    story = tell_story()
    type(story.june).objects.filter(pk=story.june.pk).update(audience="Trials")
    assert build(by="audience").rows[0].path == "Trials → No audience"


def test_the_rule_changes_no_path() -> None:
    tell_story()
    assert build(rule="last").rows == build(rule="linear").rows


def test_a_what_if_shortens_the_journeys() -> None:
    tell_story()
    assert [row.path for row in build(lookback_days=30).rows] == ["Email → SMS"]


def test_without_outcomes_there_is_no_path() -> None:
    report = build()
    assert (report.rows, report.total and report.total.outcomes) == ([], 0)


def test_it_costs_the_same_number_of_queries_with_2_deals_and_with_20() -> None:
    tell_story()
    few = queries()
    more_deals(18)
    assert queries() == few
