"""Weeks of a calendar: which days they have, and what they are called. Pure. Weeks start on Monday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on."""

    monday: date

    @property
    def days(self) -> list[date]:
        """Return its days, Monday first."""
        return [self.monday + timedelta(days=offset) for offset in range(7)]

    @property
    def sunday(self) -> date:
        """Return its last day."""
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> int:
        """Return the ISO 8601 number of the week."""
        return self.monday.isocalendar().week

    @property
    def title(self) -> str:
        """Return its days in words: `1–7 June`, `29 June – 5 July`."""
        return span(self.monday, self.sunday)


def weeks_from(day: date, count: int) -> list[Week]:
    """Return so many weeks, the first of which has the day."""
    return [Week(monday_of(day) + index * _WEEK) for index in range(count)]


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def span(first: date, last: date) -> str:
    """Say from which day to which: `1–7 June`, `29 June – 5 July`, with years where they differ."""
    if first.year != last.year:
        return f"{first:%-d %B %Y} – {last:%-d %B %Y}"
    if first.month != last.month:
        return f"{first:%-d %B} – {last:%-d %B}"
    return f"{first.day}–{last:%-d %B}"


def title_of(weeks: Sequence[Week]) -> str:
    """Name a range of weeks with its year: `1 June – 12 July 2026`."""
    first, last = weeks[0].monday, weeks[-1].sunday
    words = span(first, last)
    return words if first.year != last.year else f"{words} {last.year}"
