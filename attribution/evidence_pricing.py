"""The amount of an outcome in a bundle, worked out again from what its source said. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from attribution.allocation import LARGEST_AMOUNT
from attribution.evidence_parts import OutcomeRow
from campaigns.money import converted

MAX_AGE: Final = timedelta(days=7)
"""How old the latest rate may be."""

_LARGEST_STORED: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CRM_SAYS: Final = ("not_won", "no_date")
"""Why a refund is excluded that only the CRM's deal can tell."""


class Rates:
    """The exchange rates of a bundle, from rows of currency, day and rate.

    Raises:
        ValueError: a value is none of its column's.
    """

    def __init__(self, rows: Iterable[Sequence[str]], *, currency: str) -> None:
        self.currency = currency
        self._days: dict[str, list[date]] = {}
        self._rates: dict[str, list[Decimal]] = {}
        for name, day, rate in sorted(map(tuple, rows)):
            self._days.setdefault(name, []).append(date.fromisoformat(day))
            self._rates.setdefault(name, []).append(Decimal(rate))

    def find(self, currency: str, day: date | None) -> Decimal | None:
        """Return the latest rate at or before the day, at most a week old; 1 for our own."""
        if currency == self.currency:
            return Decimal(1)
        days = self._days.get(currency, [])
        place = bisect_right(days, day) - 1 if day else -1
        if day is None or place < 0 or day - days[place] > MAX_AGE:
            return None
        return self._rates[currency][place]


def pricing_problem(outcome: OutcomeRow, *, rates: Rates, zone: ZoneInfo) -> str:
    """Say what about an outcome's day, rate, amount or exclusion is not as it must be, or nothing."""
    if outcome.exclusion == "withdrawn":
        return "" if outcome.amount_minor == 0 else "is withdrawn and has an amount"
    if outcome.day != _day(outcome, zone):
        return f"stands on {outcome.day}, which is not the day of its moment"
    rate = rates.find(outcome.source_currency, outcome.day)
    if outcome.rate != rate:
        return f"is converted at {outcome.rate}, and the rates say {rate}"
    amount = _amount(outcome, rates.currency)
    if outcome.amount_minor != amount:
        return f"is {outcome.amount_minor} minor units, and its source gives {amount}"
    wanted = _exclusion(outcome)
    if outcome.exclusion != wanted:
        return f"is “{outcome.exclusion}”, and must be “{wanted}”"
    return ""


def _day(outcome: OutcomeRow, zone: ZoneInfo) -> date | None:
    if outcome.occurred_at is None:
        return None
    return (_EPOCH + timedelta(microseconds=outcome.occurred_at)).astimezone(zone).date()


def _amount(outcome: OutcomeRow, currency: str) -> int:
    if outcome.source_amount_minor is None or outcome.rate is None:
        return 0
    minor = converted(
        minor=outcome.source_amount_minor,
        currency=outcome.source_currency,
        into=currency,
        rate=outcome.rate,
    )
    return minor if abs(minor) <= _LARGEST_STORED else 0


def _exclusion(outcome: OutcomeRow) -> str:
    """Return why an outcome cannot be divided, in the order in which deriving asks."""
    if outcome.occurred_at is None:
        return "no_date"
    if outcome.source_amount_minor is None:
        return "" if outcome.kind == "lead" else "no_amount"
    if outcome.rate is None:
        return "no_rate"
    if outcome.kind == "refund" and outcome.exclusion in _CRM_SAYS:
        return outcome.exclusion
    is_lost = outcome.amount_minor == 0 and abs(outcome.source_amount_minor) > LARGEST_AMOUNT
    return "too_large" if is_lost or abs(outcome.amount_minor) > LARGEST_AMOUNT else ""
