"""Rates of a day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.exchange import convert, convert_at, rate_on
from campaigns.models import ExchangeRate

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)


def a_rate(rate: str, *, days_before: int = 0, currency: str = "EUR") -> None:
    ExchangeRate.objects.create(
        currency=currency, date=DAY - timedelta(days=days_before), rate=Decimal(rate)
    )


def test_the_reporting_currency_is_worth_itself() -> None:
    assert rate_on(currency="USD", date=DAY) == 1


def test_the_latest_rate_at_or_before_the_day_counts() -> None:
    a_rate("1.05", days_before=3)
    a_rate("1.10", days_before=1)
    a_rate("1.20", days_before=-1)

    assert rate_on(currency="EUR", date=DAY) == Decimal("1.10")


def test_a_rate_of_seven_days_ago_still_counts() -> None:
    a_rate("1.05", days_before=7)

    assert rate_on(currency="EUR", date=DAY) == Decimal("1.05")


def test_an_older_rate_does_not_count() -> None:
    a_rate("1.05", days_before=8)

    assert rate_on(currency="EUR", date=DAY) is None
    assert convert(minor=100, currency="EUR", date=DAY) is None


def test_an_amount_is_converted_to_minor_units_of_the_reporting_currency() -> None:
    a_rate("1.105")

    assert convert(minor=1000, currency="EUR", date=DAY) == 1105


def test_currencies_with_other_decimals_are_scaled() -> None:
    assert convert_at(minor=1000, currency="JPY", rate=Decimal("0.0067")) == 670
    assert convert_at(minor=1000, currency="KWD", rate=Decimal("3.25")) == 325


def test_halves_go_to_the_even_cent() -> None:
    assert convert_at(minor=1, currency="EUR", rate=Decimal("0.5")) == 0
    assert convert_at(minor=3, currency="EUR", rate=Decimal("0.5")) == 2
