"""The figures of one row of a report, and the quotients made from them. Pure.

Money is in minor units of the reporting currency, credit counts in millionths of an outcome.
A quotient is None where its divisor is 0 or its parts are unknown: shown as a dash, never 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

MICRO = 1_000_000
_NOT_ADDITIVE = {"influenced_minor", "days_to_opportunity", "days_to_win"}


@dataclass(slots=True)
class Metrics:
    """What one send or one channel cost and brought."""

    recipients: int | None = None
    delivered: int | None = None
    human_taps: int | None = None
    machine_taps: int | None = None
    recipients_tapped: int | None = None
    opt_outs: int | None = None
    spend_minor: int = 0
    leads_sourced_micro: int = 0
    leads_micro: int = 0
    opportunities_sourced_micro: int = 0
    opportunities_micro: int = 0
    pipeline_minor: int = 0
    influenced_minor: int | None = 0
    wins_micro: int = 0
    revenue_minor: int = 0
    days_to_opportunity: Decimal | None = None
    days_to_win: Decimal | None = None
    margin: Decimal = Decimal(1)

    @property
    def leads(self) -> Decimal:
        """Credited leads."""
        return counted(self.leads_micro)

    @property
    def leads_sourced(self) -> Decimal:
        """Leads whose first touch this row holds."""
        return counted(self.leads_sourced_micro)

    @property
    def opportunities(self) -> Decimal:
        """Credited opportunities."""
        return counted(self.opportunities_micro)

    @property
    def opportunities_sourced(self) -> Decimal:
        """Opportunities whose first touch this row holds."""
        return counted(self.opportunities_sourced_micro)

    @property
    def wins(self) -> Decimal:
        """Credited wins."""
        return counted(self.wins_micro)

    @property
    def tap_rate(self) -> Decimal | None:
        """Human taps ÷ delivered messages, or ÷ recipients where delivery is not reported."""
        return None if self.human_taps is None else _quotient(self.human_taps, self._reached)

    @property
    def corrected_tap_rate(self) -> Decimal | None:
        """Recipients whose own link a person opened ÷ the same number of messages.

        Corrected for machines, for repeated taps, and for taps that are no recipient's.
        """
        if self.recipients_tapped is None or not self.recipients:
            return None
        return _quotient(self.recipients_tapped, self._reached)

    @property
    def _reached(self) -> int | None:
        return self.delivered if self.delivered is not None else self.recipients

    @property
    def cost_per_lead_minor(self) -> int | None:
        """Spend ÷ credited leads, in minor units."""
        return _whole(_quotient(self.spend_minor * MICRO, self.leads_micro))

    @property
    def cost_per_opportunity_minor(self) -> int | None:
        """Spend ÷ credited opportunities, in minor units."""
        return _whole(_quotient(self.spend_minor * MICRO, self.opportunities_micro))

    @property
    def roas(self) -> Decimal | None:
        """Attributed revenue ÷ spend."""
        return _quotient(self.revenue_minor, self.spend_minor)

    @property
    def roi(self) -> Decimal | None:
        """(Attributed revenue × margin − spend) ÷ spend."""
        return _quotient(self.revenue_minor * self.margin - self.spend_minor, self.spend_minor)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was recorded."""
        return not any(getattr(self, name) for name in _FIGURES)


_FIGURES = tuple(item.name for item in fields(Metrics) if item.name != "margin")


def total_of(rows: Iterable[Metrics], *, margin: Decimal = Decimal(1)) -> Metrics:
    """Return the sums of the additive figures; the others are None.

    Influenced amounts overlap and medians do not add, so neither has a total.
    """
    total = Metrics(influenced_minor=None, margin=margin)
    for row in rows:
        for name in _FIGURES:
            value = getattr(row, name)
            if name not in _NOT_ADDITIVE and value is not None:
                setattr(total, name, (getattr(total, name) or 0) + value)
    return total


def counted(micro: int) -> Decimal:
    """Return millionths of an outcome as a number of outcomes."""
    return Decimal(micro) / MICRO


def median_days(seconds: list[float]) -> Decimal | None:
    """Return the median of durations in seconds as days with one decimal, or None of none."""
    if not seconds:
        return None
    return (Decimal(median(seconds)) / 86_400).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _quotient(dividend: int | Decimal, divisor: int | Decimal | None) -> Decimal | None:
    """Divide; a divisor of 0, or below it (credit notes above the cost), has no quotient."""
    return Decimal(dividend) / Decimal(divisor) if divisor and divisor > 0 else None


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value.quantize(Decimal(1), ROUND_HALF_UP))
