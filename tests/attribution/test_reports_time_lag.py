"""Days between touches and outcomes, worked out by hand from the story."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import time_lag
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return time_lag.build(ReportQuery(**asked), now=NOW)


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


def spans(**asked: Any) -> dict[str, tuple[int, int, int]]:
    """Return each span's first, last and all touches, where there are any."""
    rows = build(**asked).rows
    return {row.span: (row.first, row.last, row.touches) for row in rows if row.touches}


def test_each_touch_lies_so_many_days_before_the_win() -> None:
    tell_story()  # Touches 38, 28 and 10 days before it
    assert spans() == {"7 to 13": (0, 1, 1), "14 to 29": (0, 0, 1), "30 to 59": (1, 0, 1)}


def test_the_credit_of_the_spans_adds_up_to_the_revenue() -> None:
    tell_story()
    report = build(rule="position")
    got = {row.span: row.amount_minor for row in report.rows if row.amount_minor}
    assert got == {"7 to 13": 4000_00, "14 to 29": 2000_00, "30 to 59": 4000_00}
    assert report.total is not None
    assert (report.total.amount_minor, report.total.micro) == (10_000_00, 1_000_000)


def test_a_day_is_24_hours() -> None:
    ada = make_identity(value="ada@acme.example")
    a_tap(ada, days=3)
    a_tap(ada, days=2.05)
    a_deal(created=2, won=2, people=(ada,))
    settle()
    assert spans() == {"0": (0, 1, 1), "1": (1, 0, 1)}


def test_how_many_had_begun_by_then_grows_to_all() -> None:
    tell_story()
    more_deals(3)
    shares = [row.until for row in build().rows]
    assert shares == sorted(shares)
    assert (shares[5], shares[6], shares[-1]) == (Decimal("0.75"), 1, 1)


def test_a_filter_keeps_the_channels_touches() -> None:
    tell_story()
    assert spans(channel="email") == {"14 to 29": (0, 0, 1)}


def test_a_what_if_has_no_touch_beyond_its_lookback() -> None:
    tell_story()
    assert spans(lookback_days=30) == {"7 to 13": (0, 1, 1), "14 to 29": (1, 0, 1)}


def test_without_outcomes_there_is_nothing_to_show() -> None:
    assert build().rows == []


def test_it_costs_the_same_number_of_queries_with_2_deals_and_with_20() -> None:
    tell_story()
    few = queries()
    more_deals(18)
    assert queries() == few
