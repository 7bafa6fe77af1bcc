"""A locked period's figures as of its lock never move, and a lock is for good."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from attribution.models import CreditBatch, CreditEntry, Period
from attribution.period_locks import (
    InvalidPeriodError,
    PeriodFigure,
    PeriodOverlapsError,
    figures,
    lock_period,
    with_restatements,
)
from tests.attribution.builders import NOW, a_deal, change_deal, days_ago, rule, settle

pytestmark = pytest.mark.django_db
DAY = days_ago(3).date()


def locked() -> Period:
    return lock_period(starts_on=DAY, ends_on=DAY, by=None, now=NOW)


def as_of_the_lock(period: Period) -> int | None:
    entries = CreditEntry.objects.filter(
        rule=rule(), outcome_date=DAY, batch__posted_at__lte=period.locked_at
    )
    total: int | None = entries.aggregate(Sum("amount_minor"))["amount_minor__sum"]
    return total


def test_figures_as_of_the_lock_stay_whatever_is_posted_later() -> None:
    deal = a_deal(amount_minor=100_00, created=3)
    settle()
    period = locked()
    assert as_of_the_lock(period) == 100_00

    change_deal(deal, amount_minor=130_00)
    change_deal(deal, deal_created_at=days_ago(1))

    assert as_of_the_lock(period) == 100_00


def test_a_posting_that_waited_for_the_lock_counts_as_after_it() -> None:
    """Its own clock was read before; otherwise the locked figures would move."""
    a_deal(amount_minor=100_00, created=3)
    period = locked()
    settle(now=NOW - timedelta(minutes=1))

    assert CreditBatch.objects.get().posted_at > period.locked_at
    assert not as_of_the_lock(period)
    assert not CreditEntry.objects.filter(is_restatement=False).exists()


def test_a_lock_that_waited_for_a_posting_counts_as_after_it() -> None:
    a_deal(amount_minor=100_00, created=3)
    settle()
    period = lock_period(starts_on=DAY, ends_on=DAY, by=None, now=NOW - timedelta(minutes=1))

    assert as_of_the_lock(period) == 100_00


def test_locked_and_restated_make_what_is_now() -> None:
    deal = a_deal(amount_minor=100_00, created=3)
    settle()
    assert figures(starts_on=DAY, ends_on=DAY, rule=rule()) == [
        PeriodFigure("opportunity", "unattributed", 100_00, 1_000_000)
    ]
    locked()
    change_deal(deal, amount_minor=130_00)

    [figure] = figures(starts_on=DAY, ends_on=DAY, rule=rule())
    assert (figure.locked_minor, figure.restated_minor, figure.amount_minor) == (
        100_00, 30_00, 130_00
    )  # fmt: skip
    assert (figure.locked_micro, figure.restated_micro) == (1_000_000, 0)


def test_what_left_a_period_is_restated_too() -> None:
    deal = a_deal(amount_minor=100_00, created=3)
    settle()
    locked()
    change_deal(deal, deal_created_at=days_ago(1))

    [figure] = figures(starts_on=DAY, ends_on=DAY, rule=rule())
    assert (figure.locked_minor, figure.restated_minor, figure.amount_minor) == (
        100_00, -100_00, 0
    )  # fmt: skip
    assert with_restatements(Period.objects.all()).get().restated_count == 6  # type: ignore[attr-defined]


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidPeriodError, match="before it starts"):
        lock_period(starts_on=DAY, ends_on=days_ago(4).date(), by=None, now=NOW)


def test_days_ahead_are_refused() -> None:
    with pytest.raises(InvalidPeriodError, match="lies ahead"):
        lock_period(starts_on=DAY, ends_on=days_ago(-1).date(), by=None, now=NOW)


def test_days_that_are_locked_are_refused() -> None:
    locked()
    with pytest.raises(PeriodOverlapsError):
        lock_period(starts_on=days_ago(5).date(), ends_on=DAY, by=None, now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM attribution_period",
        "UPDATE attribution_period SET starts_on = starts_on - 1",
        "UPDATE attribution_period SET locked_at = now()",
    ],
)
def test_the_database_refuses_to_take_a_lock_back(statement: str) -> None:
    locked()
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


def test_who_locked_it_may_be_forgotten() -> None:
    locked()

    assert Period.objects.update(locked_by=None) == 1
