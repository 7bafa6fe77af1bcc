"""Days that move with the calendar, such as last month, as the two days they mean today. Pure.

A saved view that says `period=last_month` shows another month each month; one that says `from` and
`to` shows the same days for ever.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

PERIODS = {
    "last_7_days": "Last 7 days",
    "last_30_days": "Last 30 days",
    "last_90_days": "Last 90 days",
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
}
"""The choices by the name used in addresses. Weeks begin on Monday."""


class UnknownPeriodError(ValueError):
    """No period has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is no period; give one of {', '.join(PERIODS)}.")


def days_of(period: str, *, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period, both included.

    The last days and the present period end today; a period that is over is whole.

    Raises:
        UnknownPeriodError: no period has this name.
    """
    if period not in PERIODS:
        raise UnknownPeriodError(period)
    when, _, unit = period.partition("_")
    if unit.endswith("_days"):
        return today - timedelta(days=int(unit.partition("_")[0]) - 1), today
    start = _STARTS[unit]
    first = start(today)
    if when == "this":
        return first, today
    last = first - timedelta(days=1)
    return start(last), last


def with_fixed_days(params: Mapping[str, str], *, today: date) -> dict[str, str]:
    """Return a report's parameters with `from` and `to` in the place of `period`.

    Raises:
        UnknownPeriodError: no period has this name.
    """
    fixed = dict(params)
    period = fixed.pop("period", "").strip()
    if period:
        first, last = days_of(period, today=today)
        fixed |= {"from": first.isoformat(), "to": last.isoformat()}
    return fixed


def days_before(starts_on: date, ends_on: date) -> tuple[date, date]:
    """Return the stretch of the same length that ends the day before."""
    last = starts_on - timedelta(days=1)
    return last - (ends_on - starts_on), last


_STARTS: dict[str, Callable[[date], date]] = {
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=day.month - (day.month - 1) % 3, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}
