"""Spend by send or by channel, in the reporting currency at each day's rate."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from attribution.reports.query import ReportQuery
from campaigns.exchange import MAX_AGE, convert_at
from campaigns.models import ExchangeRate, Spend

Dimension = Literal["send", "channel"]


@dataclass(slots=True)
class Costs:
    """Spend per row (None: spend that names no send), and what no rate could convert."""

    by_key: dict[UUID | None, int] = field(default_factory=lambda: defaultdict(int))
    unconverted: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class RateTable:
    """The rates of some currencies, loaded in one query; the rules of `campaigns.exchange`."""

    def __init__(self, currencies: Iterable[str]) -> None:
        self._days: dict[str, list[date]] = defaultdict(list)
        self._rates: dict[str, list[Decimal]] = defaultdict(list)
        wanted = set(currencies) - {settings.REPORTING_CURRENCY}
        found = ExchangeRate.objects.filter(currency__in=wanted).order_by("date")
        for currency, day, rate in found.values_list("currency", "date", "rate") if wanted else ():
            self._days[currency].append(day)
            self._rates[currency].append(rate)

    def convert(self, *, minor: int, currency: str, day: date) -> int | None:
        """Return the amount in the reporting currency on a day, or None without a rate."""
        rate = self.rate_on(currency=currency, day=day)
        return None if rate is None else convert_at(minor=minor, currency=currency, rate=rate)

    def rate_on(self, *, currency: str, day: date) -> Decimal | None:
        """Return the latest rate at or before the day, at most a week old; 1 for our own."""
        if currency == settings.REPORTING_CURRENCY:
            return Decimal(1)
        days = self._days[currency]
        place = bisect_right(days, day) - 1
        if place < 0 or day - days[place] > MAX_AGE:
            return None
        return self._rates[currency][place]


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
    rates = RateTable(currency for _, currency, _, _ in cells)
    costs = Costs()
    for key, currency, day, minor in cells:
        converted = rates.convert(minor=minor, currency=currency, day=day)
        if converted is None:
            costs.unconverted[currency] += minor
        else:
            costs.by_key[key] += converted
    return costs
