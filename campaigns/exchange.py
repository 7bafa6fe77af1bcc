"""Amounts in the reporting currency, at the rate of a day."""

import datetime
from decimal import Decimal

from django.conf import settings

from campaigns.models import ExchangeRate, RateChange
from campaigns.money import converted

MAX_AGE = datetime.timedelta(days=7)


def rate_on(*, currency: str, date: datetime.date) -> Decimal | None:
    """Return the reporting currency's worth of one unit on a day.

    The latest rate at or before the day counts, at most seven days old; None where there is
    none, so that the caller names it instead of counting zero. Costs one query, none for the
    reporting currency.
    """
    if currency == settings.REPORTING_CURRENCY:
        return Decimal(1)
    return (
        ExchangeRate.objects.filter(currency=currency, date__lte=date, date__gte=date - MAX_AGE)
        .order_by("-date")
        .values_list("rate", flat=True)
        .first()
    )


def convert_at(*, minor: int, currency: str, rate: Decimal) -> int:
    """Return minor units of the reporting currency at a known rate, rounded half to even."""
    return converted(minor=minor, currency=currency, into=settings.REPORTING_CURRENCY, rate=rate)


def convert(*, minor: int, currency: str, date: datetime.date) -> int | None:
    """Return minor units of the reporting currency on a day, or None without a rate."""
    rate = rate_on(currency=currency, date=date)
    return None if rate is None else convert_at(minor=minor, currency=currency, rate=rate)


def claim_rate_changes(*, limit: int) -> list[RateChange]:
    """Take the oldest notes of changed rates and delete them. Call inside a transaction."""
    notes = list(RateChange.objects.select_for_update(skip_locked=True)[:limit])
    RateChange.objects.filter(pk__in=[note.pk for note in notes]).delete()
    return notes
