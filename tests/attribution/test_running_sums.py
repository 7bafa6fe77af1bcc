"""Running sums add up the ledger's entries by the cells of the reports, in four grains."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import CreditBatch, CreditTotal
from attribution.running_sums import add_to_totals, total_differences
from tests.attribution.builders import (
    a_deal,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    rule,
    settle,
)

pytestmark = pytest.mark.django_db


def cells(grain: str) -> list[tuple[object, ...]]:
    """Return the wins under linear as (touch date, outcome date, minor units, millionths)."""
    totals = CreditTotal.objects.filter(rule=rule(), kind="win", grain=grain)
    figures = ("touch_date", "outcome_date", "amount_minor", "count_micro")
    return list(totals.order_by("touch_date", "outcome_date").values_list(*figures))


def a_win_of_two_months() -> None:
    """Win 100.00 on June 14 by taps of May 6 and June 6."""
    ann = make_identity()
    a_tap(ann, days=40)
    a_tap(ann, days=9)
    a_deal(amount_minor=100_00, created=7, won=1, people=(ann,))
    settle()


def test_all_days_together_are_one_cell() -> None:
    a_win_of_two_months()

    assert cells("all") == [(None, None, 100_00, 1_000_000)]


def test_the_day_of_the_outcome_keeps_no_touch_apart() -> None:
    a_win_of_two_months()

    assert cells("outcome_day") == [(None, days_ago(1).date(), 100_00, 1_000_000)]


def test_the_day_of_the_touch_keeps_no_outcome_apart() -> None:
    a_win_of_two_months()

    assert cells("touch_day") == [
        (days_ago(40).date(), None, 50_00, 500_000),
        (days_ago(9).date(), None, 50_00, 500_000),
    ]


def test_cohorts_have_the_month_of_both() -> None:
    a_win_of_two_months()

    assert cells("cohort") == [
        (date(2026, 5, 1), date(2026, 6, 1), 50_00, 500_000),
        (date(2026, 6, 1), date(2026, 6, 1), 50_00, 500_000),
    ]


def test_credit_that_nobody_earned_has_no_touch_in_any_grain() -> None:
    a_deal(amount_minor=100_00, won=1)
    settle()

    assert cells("touch_day") == [(None, None, 100_00, 1_000_000)]
    assert cells("cohort") == [(None, date(2026, 6, 1), 100_00, 1_000_000)]


def test_a_change_is_added_to_what_is_there() -> None:
    deal = a_deal(amount_minor=100_00, won=1)
    settle()
    change_deal(deal, amount_minor=130_00)

    for grain in CreditTotal.Grain.values:
        assert [cell[2:] for cell in cells(grain)] == [(130_00, 1_000_000)]


def test_a_cell_that_comes_to_nothing_is_removed() -> None:
    deal = a_deal(amount_minor=100_00, won=1)
    settle()
    change_deal(deal, outcome="lost")

    assert not CreditTotal.objects.filter(kind="win").exists()


def test_sums_kept_from_posting_to_posting_are_the_sums_of_all_entries() -> None:
    a_win_of_two_months()
    ann = make_identity(value="ben@acme.example")
    deal = a_deal(amount_minor=99_99, won=3, people=(ann,))
    settle()
    a_tap(ann, days=20)
    settle()
    change_deal(deal, amount_minor=1)

    assert total_differences() == []


def test_a_sum_that_drifted_is_told_in_every_grain() -> None:
    a_deal(amount_minor=100_00, won=1)
    settle()
    CreditTotal.objects.filter(rule=rule(), kind="win", grain="touch_day").update(amount_minor=7)

    assert sorted(total_differences()) == [
        f"For win unattributed no_contacts (touch_day), {side} minor units and 1000000 millionths."
        for side in ("the entries say 10000", "the running sum says 7")
    ]


@pytest.mark.parametrize("number", [2, 20])
def test_a_batch_of_any_size_is_added_in_one_statement(number: int) -> None:
    for each in range(number):
        a_deal(amount_minor=100 + each, won=each)
    settle()
    [batch] = CreditBatch.objects.all()
    CreditTotal.objects.all().delete()

    with CaptureQueriesContext(connection) as queries:
        add_to_totals(batch)

    assert len(queries) == 1
    assert total_differences() == []
