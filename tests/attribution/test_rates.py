"""Rates for many days follow the rule for one day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from attribution.rates import RatesOfDays
from campaigns.exchange import rate_on
from campaigns.models import ExchangeRate

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def test_our_own_currency_needs_no_rate_and_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert RatesOfDays([("USD", DAY), ("USD", None)]).find("USD", None) == 1


def test_they_agree_with_the_rate_of_a_single_day(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for offset, rate in ((0, "1.1"), (3, "1.3"), (20, "1.7")):
        ExchangeRate.objects.create(
            currency="EUR", date=DAY + timedelta(days=offset), rate=Decimal(rate)
        )
    days = [DAY + timedelta(days=offset) for offset in range(-2, 30)]
    with django_assert_num_queries(1):
        rates = RatesOfDays([("EUR", day) for day in days])

    assert [rates.find("EUR", day) for day in days] == [
        rate_on(currency="EUR", date=day) for day in days
    ]


def test_without_a_day_another_currency_has_no_rate() -> None:
    assert RatesOfDays([("EUR", None)]).find("EUR", None) is None
