"""Weeks of a calendar, from Monday to Sunday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.calendar_weeks import Week, monday_of, span, title_of, weeks_from

MONDAY = date(2026, 6, 1)


def test_the_first_week_has_the_day_and_starts_on_monday() -> None:
    weeks = weeks_from(date(2026, 6, 4), 6)

    assert [week.monday for week in weeks[:2]] == [MONDAY, date(2026, 6, 8)]
    assert len(weeks) == 6
    assert weeks[0].days[0] == MONDAY
    assert weeks[0].days[-1] == weeks[0].sunday == date(2026, 6, 7)


@given(
    day=st.dates(date(1, 1, 8), date.max - timedelta(days=70)),
    count=st.integers(min_value=1, max_value=8),
)
def test_weeks_follow_each_other_without_a_gap(day: date, count: int) -> None:
    days = [one for week in weeks_from(day, count) for one in week.days]

    assert day in days[:7]
    assert days == [monday_of(day) + timedelta(days=index) for index in range(7 * count)]


def test_a_week_has_its_iso_number() -> None:
    assert Week(date(2026, 12, 28)).number == 53
    assert Week(MONDAY).number == 23


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (MONDAY, date(2026, 6, 7), "1–7 June"),
        (date(2026, 6, 29), date(2026, 7, 5), "29 June – 5 July"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 – 3 January 2027"),
    ],
)
def test_days_are_named_as_briefly_as_is_clear(first: date, last: date, words: str) -> None:
    assert span(first, last) == words
    assert Week(first).title == words


def test_a_range_is_named_with_its_year() -> None:
    assert title_of(weeks_from(MONDAY, 6)) == "1 June – 12 July 2026"
    assert title_of(weeks_from(date(2026, 12, 28), 1)) == "28 December 2026 – 3 January 2027"
