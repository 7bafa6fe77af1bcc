"""What stands in a cell of an export: dates, amounts, e-mail addresses. Pure."""

import re
from datetime import datetime, tzinfo
from typing import Final

from campaigns.money import InvalidAmountError, parse_amount

ISO: Final = "iso"
"""The date format that takes every ISO 8601 form, with or without time and offset."""

DATE_FORMATS: Final = {
    ISO: "2026-03-31 (ISO, with or without a time)",
    "%m/%d/%Y": "03/31/2026 (month first)",
    "%d/%m/%Y": "31/03/2026 (day first)",
    "%m/%d/%y": "03/31/26 (month first)",
    "%d/%m/%y": "31/03/26 (day first)",
    "%d.%m.%Y": "31.03.2026",
    "%d-%m-%Y": "31-03-2026",
    "%Y/%m/%d": "2026/03/31",
    "%d-%b-%Y": "31-Mar-2026",
    "%b %d, %Y": "Mar 31, 2026",
    "%m/%d/%Y %H:%M": "03/31/2026 17:45 (month first)",
    "%d/%m/%Y %H:%M": "31/03/2026 17:45 (day first)",
    "%d.%m.%Y %H:%M": "31.03.2026 17:45",
    "%m/%d/%Y %I:%M %p": "03/31/2026 5:45 PM (month first)",
}
"""The formats that are offered and guessed, each with an example."""

_CURRENCY_SIGN: Final = re.compile(r"^[$€£¥]\s*|\s*[$€£¥]$")
_EMAIL: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
_EARLIEST_YEAR: Final = 1970
_LATEST_YEAR: Final = 2199


class CellError(ValueError):
    """The cell does not hold what its column promises; the message names the value."""


def read_date(text: str, date_format: str, zone: tzinfo) -> datetime | None:
    """Return the moment in a cell, None for an empty one. A date alone begins in `zone`.

    Raises:
        CellError: another format, a day that does not exist, or a year out of reason.
    """
    text = text.strip()
    if not text:
        return None
    try:
        moment = _parse(text, date_format)
    except ValueError:
        raise CellError(f"“{text[:40]}” is not a date like {example_of(date_format)}.") from None
    if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise CellError(f"“{text[:40]}” is in the year {moment.year}, which cannot be meant.")
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _parse(text: str, date_format: str) -> datetime:
    if date_format == ISO:
        return datetime.fromisoformat(text)
    return datetime.strptime(text, date_format)  # noqa: DTZ007  (the zone follows)


def example_of(date_format: str) -> str:
    """Return how 31 March 2026 looks in a format, for messages."""
    if date_format == ISO:
        return "2026-03-31"
    return datetime(2026, 3, 31, 17, 45).strftime(date_format)  # noqa: DTZ001


def read_amount(text: str, currency: str, *, has_decimal_comma: bool = False) -> int | None:
    """Return the minor units in a cell, None for an empty one.

    Takes a currency sign, thousands separators, and parentheses or a minus for less than
    nothing; `1.234,50` where the file writes decimals with a comma.

    Raises:
        CellError: no amount, more decimals than the currency has, or too large.
    """
    number = text.strip().replace("\u00a0", " ")
    if not number:
        return None
    is_bracketed = number.startswith("(") and number.endswith(")")
    if is_bracketed:
        number = "-" + number[1:-1].strip()
    sign = "-" if number[0] in "-−" else ""
    number = _CURRENCY_SIGN.sub("", number[len(sign) :].strip())
    number = number.removeprefix(currency).removesuffix(currency).strip()
    if has_decimal_comma:
        number = _swap_separators(number)
    if number.startswith(("-", "−")):
        raise CellError(f"“{text[:40]}” has two signs.")
    try:
        return parse_amount(sign + number.replace(" ", ","), currency)
    except InvalidAmountError as error:
        raise CellError(str(error).replace(f"“{sign}{number[:40]}”", f"“{text[:40]}”")) from None


def _swap_separators(number: str) -> str:
    return number.translate(str.maketrans(".,", ",."))


def read_emails(text: str) -> tuple[str, ...]:
    """Return the e-mail addresses in a cell, in order and each once; `;` stands between them.

    Raises:
        CellError: something in between is no e-mail address.
    """
    parts = [part.strip() for part in re.split(r"[;,]", text) if part.strip()]
    for part in parts:
        if not _EMAIL.fullmatch(part):
            raise CellError(f"“{part[:60]}” is not an e-mail address; separate them by “;”.")
    return tuple(dict.fromkeys(part.casefold() for part in parts))
