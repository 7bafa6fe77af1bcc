"""Spend by send or by channel, in the reporting currency at each day's rate."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet, Sum

from attribution.rates import RatesOfDays
from attribution.reports.query import ReportQuery
from campaigns.exchange import convert_at
from campaigns.models import Spend

Dimension = Literal["send", "channel"]


@dataclass(slots=True)
class Costs:
    """Spend per row (None: spend that names no send), and what no rate could convert."""

    by_key: dict[UUID | None, int] = field(default_factory=lambda: defaultdict(int))
    unconverted: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def costs_by(dimension: Dimension, query: ReportQuery, spend: QuerySet[Spend]) -> Costs:
    """Return the spend of the report's days, added up by send or by channel."""
    if query.starts_on:
        spend = spend.filter(date__gte=query.starts_on)
    if query.ends_on:
        spend = spend.filter(date__lte=query.ends_on)
    if query.as_of:
        spend = spend.filter(date__lte=query.as_of.date())
    cells = list(
        spend.order_by()
        .values_list(f"{dimension}_id", "currency", "date")
        .annotate(minor=Sum("amount_minor"))
    )
    rates = RatesOfDays((currency, day) for _, currency, day, _ in cells)
    costs = Costs()
    for key, currency, day, minor in cells:
        rate = rates.find(currency, day)
        if rate is None:
            costs.unconverted[currency] += minor
        else:
            costs.by_key[key] += convert_at(minor=minor, currency=currency, rate=rate)
    return costs
