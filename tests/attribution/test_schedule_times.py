"""When a schedule is due next."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.schedule_times import next_due

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(8, 0)
START = datetime(2000, 1, 1, tzinfo=UTC)


def due(after: str, **schedule: Any) -> str:
    """Return the next due moment after one, both as UTC text."""
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = next_due(after=moment, **{"at": EIGHT, "zone": BERLIN, **schedule})
    return found.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-01-05T06:59", "2026-01-05T07:00"),
        ("2026-01-05T07:00", "2026-01-06T07:00"),
        ("2026-01-05T23:30", "2026-01-06T07:00"),  # Already tomorrow in Berlin
    ],
)
def test_daily(after: str, expected: str) -> None:
    assert due(after, frequency="daily") == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-06-14T12:00", "2026-06-15T06:00"),
        ("2026-06-15T05:59", "2026-06-15T06:00"),
        ("2026-06-15T06:00", "2026-06-22T06:00"),
    ],
)
def test_weekly_on_monday(after: str, expected: str) -> None:
    assert due(after, frequency="weekly", weekday=0) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-01-31T08:00", "2026-02-28T07:00"),
        ("2028-01-31T08:00", "2028-02-29T07:00"),
        ("2026-02-28T08:00", "2026-03-31T06:00"),
        ("2026-12-31T08:00", "2027-01-31T07:00"),
    ],
)
def test_day_31_is_the_last_of_every_month(after: str, expected: str) -> None:
    assert due(after, frequency="monthly", month_day=31) == expected


def test_the_hour_stays_when_summer_time_begins_and_ends() -> None:
    assert due("2026-03-28T12:00", frequency="daily") == "2026-03-29T06:00"
    assert due("2026-10-24T12:00", frequency="daily") == "2026-10-25T07:00"


def test_an_hour_that_is_skipped_is_taken_after_the_gap() -> None:
    assert due("2026-03-28T12:00", frequency="daily", at=time(2, 30)) == "2026-03-29T01:30"


def test_an_hour_that_comes_twice_counts_once() -> None:
    first = due("2026-10-24T12:00", frequency="daily", at=time(2, 30))
    assert first == "2026-10-25T00:30"
    assert due(first, frequency="daily", at=time(2, 30)) == "2026-10-26T01:30"


@given(
    st.integers(0, 90 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(
        [("daily", None, None), *(("weekly", day, None) for day in range(7))]
        + [("monthly", None, day) for day in (1, 15, 29, 30, 31)]
    ),
)
def test_it_is_later_not_too_late_and_says_the_hour(
    after: datetime, at: time, zone: str, schedule: tuple[str, int | None, int | None]
) -> None:
    frequency, weekday, month_day = schedule
    place = ZoneInfo(zone)
    found = next_due(
        after=after, frequency=frequency, at=at, zone=place, weekday=weekday, month_day=month_day
    )
    assert (
        after
        < found
        <= after + {"daily": 2, "weekly": 8, "monthly": 32}[frequency] * timedelta(days=1)
    )
    local = found.astimezone(place)
    assert weekday is None or local.weekday() == weekday or local.hour < 3
    gap = datetime.combine(local.date(), at, place)
    assert local.replace(tzinfo=None) - gap.replace(tzinfo=None) in {
        timedelta(0),
        timedelta(minutes=30),
        timedelta(hours=1),
        timedelta(hours=-23),
        timedelta(hours=-23, minutes=-30),
    }
