"""Exchange rates for many outcomes at once: the rule of `campaigns.exchange`, in one query."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings

from campaigns.exchange import MAX_AGE
from campaigns.models import ExchangeRate


class RatesOfDays:
    """The rates that some (currency, day) pairs may need. No query for our own currency."""

    def __init__(self, wanted: Iterable[tuple[str, datetime.date | None]]) -> None:
        self._days: dict[str, list[datetime.date]] = {}
        self._rates: dict[str, list[Decimal]] = {}
        foreign = [
            (currency, day)
            for currency, day in wanted
            if day is not None and currency != settings.REPORTING_CURRENCY
        ]
        if foreign:
            self._load(foreign)

    def _load(self, foreign: list[tuple[str, datetime.date]]) -> None:
        days = [day for _, day in foreign]
        rows = ExchangeRate.objects.filter(
            currency__in={currency for currency, _ in foreign},
            date__range=(min(days) - MAX_AGE, max(days)),
        ).order_by("date")
        for currency, day, rate in rows.values_list("currency", "date", "rate"):
            self._days.setdefault(currency, []).append(day)
            self._rates.setdefault(currency, []).append(rate)

    def find(self, currency: str, day: datetime.date | None) -> Decimal | None:
        """Return the latest rate at or before the day, at most a week old; 1 for our own."""
        if currency == settings.REPORTING_CURRENCY:
            return Decimal(1)
        days = self._days.get(currency, [])
        if day is None:
            return None
        place = bisect_right(days, day) - 1
        if place < 0 or day - days[place] > MAX_AGE:
            return None
        return self._rates[currency][place]
