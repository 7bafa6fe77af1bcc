"""Days that move with the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.relative_days import (
    PERIODS,
    UnknownPeriodError,
    days_before,
    days_of,
    with_fixed_days,
)

TODAY = date(2026, 3, 1)  # A Sunday


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("last_7_days", "2026-02-23", "2026-03-01"),
        ("last_30_days", "2026-01-31", "2026-03-01"),
        ("last_90_days", "2025-12-02", "2026-03-01"),
        ("this_week", "2026-02-23", "2026-03-01"),
        ("last_week", "2026-02-16", "2026-02-22"),
        ("this_month", "2026-03-01", "2026-03-01"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_quarter", "2026-01-01", "2026-03-01"),
        ("last_quarter", "2025-10-01", "2025-12-31"),
        ("this_year", "2026-01-01", "2026-03-01"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_two_days(period: str, first: str, last: str) -> None:
    assert days_of(period, today=TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


def test_every_period_has_its_row_above() -> None:
    assert len(PERIODS) == 11


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(sorted(PERIODS)))
def test_no_period_ends_before_it_starts_or_after_today(today: date, period: str) -> None:
    first, last = days_of(period, today=today)
    assert first <= last <= today


def test_a_month_is_never_cut() -> None:
    assert days_of("last_month", today=date(2024, 3, 31)) == (date(2024, 2, 1), date(2024, 2, 29))


def test_an_unknown_period_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownPeriodError, match="“next_week” is no period; give one of last_7_"):
        days_of("next_week", today=TODAY)


def test_a_period_takes_the_place_of_from_and_to() -> None:
    params = {"rule": "linear", "period": "last_month", "from": "2020-01-01"}
    assert with_fixed_days(params, today=TODAY) == {
        "rule": "linear",
        "from": "2026-02-01",
        "to": "2026-02-28",
    }


def test_without_a_period_the_days_stay() -> None:
    params = {"from": "2020-01-01", "period": ""}
    assert with_fixed_days(params, today=TODAY) == {"from": "2020-01-01"}


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_the_days_before_are_as_many_and_end_the_day_before(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    start, end = days_before(first, last)
    assert end == first - timedelta(days=1)
    assert end - start == last - first
