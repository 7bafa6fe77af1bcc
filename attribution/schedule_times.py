"""When a schedule is due next, by the wall clock of a place. Pure.

An hour that the clock skips in spring is taken as the moment after the gap (02:30 becomes 03:30);
an hour that it repeats in autumn counts once, the first time.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Frequency = Literal["daily", "weekly", "monthly"]


def next_due(
    *,
    after: datetime,
    frequency: Frequency | str,
    at: time,
    zone: ZoneInfo,
    weekday: int | None = None,
    month_day: int | None = None,
) -> datetime:
    """Return the first due moment strictly after a moment, both in UTC.

    `weekday` counts from Monday = 0 and matters to weekly schedules; `month_day` to monthly ones,
    where a day past the month's end means its last.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)  # A gap may push a day's hour past it
    while True:
        day = _fitting(day, frequency, weekday, month_day)
        due = datetime.combine(day, at, zone).astimezone(UTC)
        if due > after:
            return due
        day += timedelta(days=1)


def _fitting(day: date, frequency: str, weekday: int | None, month_day: int | None) -> date:
    """Return the first day from this one on that a schedule names."""
    if frequency == "weekly" and weekday is not None:
        return day + timedelta(days=(weekday - day.weekday()) % 7)
    if frequency == "monthly" and month_day is not None:
        named = _named_day(day, month_day)
        if named < day:
            named = _named_day(_first_of_next_month(day), month_day)
        return named
    return day


def _named_day(month: date, month_day: int) -> date:
    return month.replace(day=min(month_day, calendar.monthrange(month.year, month.month)[1]))


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
