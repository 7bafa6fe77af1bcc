"""Spend by send, channel, campaign or audience, in the report's currency at each day's rate."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from django.conf import settings
from django.db.models import QuerySet, Sum

from attribution.rates import RatesOfDays
from attribution.reports.credit import Key
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.shown_currency import ShownCurrency, rounded_whole
from campaigns.exchange import convert_at
from campaigns.models import Spend

_OWNERS = {
    "send": "send_id", "channel": "channel_id", "campaign": "campaign_id",
    "audience": "send__audience",
}  # fmt: skip
"""What spend is booked on; no platform knows our messages and links."""


@dataclass(slots=True)
class Costs:
    """Spend per row (None: spend that names no send), and what no rate could convert."""

    by_key: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    unconverted: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def costs_by(dimension: Dimension, query: ReportQuery, spend: QuerySet[Spend]) -> Costs:
    """Return the spend of the report's days by row; none by message or link, which have none."""
    if dimension not in _OWNERS:
        return Costs()
    if query.starts_on:
        spend = spend.filter(date__gte=query.starts_on)
    if query.ends_on:
        spend = spend.filter(date__lte=query.ends_on)
    if query.as_of:
        spend = spend.filter(date__lte=query.as_of.date())
    cells = list(
        spend.order_by()
        .values_list(_OWNERS[dimension], "currency", "date")
        .annotate(minor=Sum("amount_minor"))
    )
    ours = settings.REPORTING_CURRENCY
    rates = RatesOfDays((currency, day) for _, currency, day, _ in cells)
    shown = ShownCurrency(query.currency or ours, {day for _, _, day, _ in cells})
    costs = Costs()
    exact: dict[Key, Fraction] = defaultdict(Fraction)
    for key, currency, day, minor in cells:
        rate, factor = rates.find(currency, day), shown.factor(day)
        if rate is None or factor is None:
            costs.unconverted[currency] += minor
        else:
            exact[key or None] += factor * convert_at(minor=minor, currency=currency, rate=rate)
    for key, amount in exact.items():
        costs.by_key[key] = rounded_whole(amount)
    return costs
