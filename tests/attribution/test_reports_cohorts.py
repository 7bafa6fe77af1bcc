"""Touch month × months since, worked out by hand from the story."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import cohorts
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from campaigns.models import ExchangeRate
from tests.attribution.builders import NOW, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.story import a_spend, tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return cohorts.build(ReportQuery(**asked), now=NOW)


def revenue(**asked: Any) -> dict[tuple[date, int], int]:
    return {(row.month, row.months): row.metrics.revenue_minor for row in build(**asked).rows}


def test_mays_touches_and_junes_touches_earned_in_june() -> None:
    tell_story()  # Touches May 6, May 16 and June 3; everything else in June
    assert revenue() == {(date(2026, 5, 1), 1): 6666_67, (date(2026, 6, 1), 0): 3333_33}


def test_the_total_is_all_that_was_attributed() -> None:
    tell_story()
    total = build().total
    assert total is not None
    assert (total.metrics.revenue_minor, total.metrics.wins_micro) == (10_000_00, 1_000_000)


def test_revenue_so_far_grows_and_is_set_against_the_months_spend() -> None:
    story = tell_story()  # 100.00 spent on May 26
    a_spend(story.june, 100_00, days=41, external_id="again")
    a_deal(amount_minor=100_00, created=39, won=25, people=(story.ada,))  # Won May 21
    settle()
    may = [row for row in build().rows if row.month == date(2026, 5, 1)]
    assert [row.months for row in may] == [0, 1]
    assert [row.so_far_minor for row in may] == [100_00, 6766_67]
    assert [row.spend_minor for row in may] == [200_00, 200_00]
    assert [row.roas_so_far for row in may] == [Decimal("0.5"), Decimal("33.83335")]


def test_a_month_without_spend_has_no_roas() -> None:
    tell_story()
    june = build().rows[-1]
    assert (june.spend_minor, june.roas_so_far) == (None, None)


def test_spend_in_another_currency_is_converted_and_without_a_rate_left_out() -> None:
    story = tell_story()
    ExchangeRate.objects.create(currency="EUR", date=days_ago(21).date(), rate=Decimal("1.5"))
    a_spend(story.june, 10_00, currency="EUR", external_id="eur")
    a_spend(story.june, 10_00, currency="CHF", external_id="chf")
    assert build().rows[0].spend_minor == 115_00


def test_days_cut_whole_touch_months() -> None:
    tell_story()
    assert set(revenue(starts_on=date(2026, 6, 20))) == {(date(2026, 6, 1), 0)}


def test_a_what_if_has_cohorts_too() -> None:
    tell_story()
    assert revenue(lookback_days=30)[date(2026, 6, 1), 0] == 5000_00


def test_it_costs_the_same_number_of_queries_with_2_months_and_with_8() -> None:
    tell_story()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build()
        return len(captured)

    few = queries()
    for place in range(6):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=60 + 30 * place)
        a_deal(created=50 + 30 * place, won=20, people=(someone,))
    settle()
    assert queries() == few
