"""Money is whole minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.money import (
    InvalidAmountError,
    InvalidCurrencyError,
    Money,
    api_money,
    check_currency,
    display_amount,
    format_amount,
    parse_amount,
)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.5", "USD", 123450),
        ("1,234.50", "USD", 123450),
        (" 7 ", "USD", 700),
        ("-3.01", "EUR", -301),
        ("−3.01", "EUR", -301),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("2.5000", "USD", 250),
    ],
)
def test_an_amount_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.234,50", "1e5", "NaN", "--1", "$5", "1,23", "٣", "9" * 30, "1.", "0.001"],
)
def test_what_is_no_dollar_amount_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidAmountError, match=text[:40].replace("$", r"\$") or "“”"):
        parse_amount(text, "USD")


def test_yen_have_no_decimals() -> None:
    with pytest.raises(InvalidAmountError, match="JPY has 0"):
        parse_amount("1.5", "JPY")


@given(st.integers(-(2**62), 2**62), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123450, "USD", "$1,234.50"),
        (-500, "EUR", "−€5.00"),
        (1234567, "JPY", "¥1,234,567"),
        (-123450, "CHF", "CHF −1,234.50"),
        (0, "USD", "$0.00"),
    ],
)
def test_people_see_symbols_and_groups(minor: int, currency: str, shown: str) -> None:
    assert display_amount(minor, currency) == shown
    assert str(Money(minor, currency)) == shown


def test_the_api_sees_a_plain_decimal() -> None:
    assert api_money(123450, "USD") == {"amount": "1234.50", "currency": "USD"}


def test_a_currency_code_is_put_in_capitals() -> None:
    assert check_currency(" usd ") == "USD"


@pytest.mark.parametrize("text", ["", "US", "dollar", "U$D"])
def test_what_is_no_currency_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidCurrencyError):
        check_currency(text)
