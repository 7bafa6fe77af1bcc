"""Money as whole minor units and an ISO 4217 code. Never a float. Pure."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217, column "minor unit", where it is not 2
_OTHER_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_CODE = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"(?P<sign>[-−]?)(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<part>\d+))?")
_LARGEST = 2**63 - 1


class InvalidAmountError(ValueError):
    """The text is not an amount of that currency."""


class InvalidCurrencyError(ValueError):
    """The text is not a currency code of three capital letters."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of a currency: `Money(123450, "USD")` is 1,234.50 dollars."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return display_amount(self.minor, self.currency)


def check_currency(text: str) -> str:
    """Return the code in capitals.

    Raises:
        InvalidCurrencyError: it is not three ASCII letters.
    """
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise InvalidCurrencyError(
            f"“{text}” is not a currency code; write three letters such as USD."
        )
    return code


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD."""
    return _OTHER_DIGITS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Return the minor units of `1234.5`, `1,234.50` or `-3`.

    Raises:
        InvalidAmountError: not a plain decimal number, more decimals than the currency
            has, or too large to store.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or not text.strip().lstrip("-−").isascii():
        raise InvalidAmountError(f"“{text[:40]}” is not an amount; write it like 1234.50.")
    digits = minor_digits(currency)
    part = (match["part"] or "").rstrip("0")
    if len(part) > digits:
        raise InvalidAmountError(
            f"“{text[:40]}” has {len(part)} decimals; {currency} has {digits}."
        )
    minor = int(match["whole"].replace(",", "") + part.ljust(digits, "0"))
    if minor > _LARGEST:
        raise InvalidAmountError(f"“{text[:40]}” is too large.")
    return -minor if match["sign"] else minor


def format_amount(minor: int, currency: str) -> str:
    """Return the plain decimal, for files and the API: `1234.50`."""
    return _decimal_text(minor, currency, grouping="")


def display_amount(minor: int, currency: str) -> str:
    """Return the amount for people: `$1,234.50`, `−€5.00`, `CHF 1,234.50`."""
    sign = "−" if minor < 0 else ""
    number = _decimal_text(abs(minor), currency, grouping=",")
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{currency} {sign}{number}"


def api_money(minor: int, currency: str) -> dict[str, str]:
    """Return the API's shape of an amount."""
    return {"amount": format_amount(minor, currency), "currency": currency}


def converted(*, minor: int, currency: str, into: str, rate: Decimal) -> int:
    """Return minor units of another currency, rounded half to even; `rate` is per major unit."""
    shift = minor_digits(into) - minor_digits(currency)
    exact = (Decimal(minor) * rate).scaleb(shift)
    return int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))


def as_decimal(minor: int, currency: str) -> Decimal:
    """Return the exact decimal in major units."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def _decimal_text(minor: int, currency: str, *, grouping: str) -> str:
    digits = minor_digits(currency)
    return format(as_decimal(minor, currency), f"{grouping}.{digits}f")
