"""A report's columns: how a typed row becomes a line of JSON, CSV, a terminal or a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, Literal, TypeVar

from campaigns.money import api_money, as_decimal, display_amount, format_amount, minor_digits
from campaigns.spreadsheets import Number

RowT = TypeVar("RowT")
Kind = Literal["text", "day", "moment", "whole", "count", "money", "percent", "factor", "days"]
DASH = "–"


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column: its machine name, its title, and what it takes from a row.

    `help` says in a sentence how the figure comes about; it is the column's tooltip. `group`
    is the heading it stands under with its neighbours. `currency` reads a row's own currency,
    where that is not the report's. `is_key` marks an id, for machines: no page shows it.
    """

    name: str
    label: str
    kind: Kind
    value: Callable[[RowT], Any]
    help: str = ""
    group: str = ""
    currency: Callable[[RowT], str] | None = None
    is_key: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the right."""
        return self.kind not in _WORDS

    @property
    def long_label(self) -> str:
        """The title where no heading stands above it: `Leads credited`."""
        if self.label in _SHORT and self.group not in {"", self.label}:
            return f"{self.group} {self.label.lower()}"
        return self.label

    def for_json(self, row: RowT, currency: str) -> Any:
        """Return the API's form: exact decimals as text, money with its currency."""
        value = self.value(row)
        if value is None or self.kind in {"text", "whole"}:
            return value
        if self.kind in _WORDS:
            return value.isoformat()
        if self.kind == "money":
            return api_money(value, self._currency(row, currency))
        return _decimal_text(value, _PLACES[self.kind] + (2 if self.kind == "percent" else 0))

    def for_file(self, row: RowT, currency: str) -> str:
        """Return the plain text of a CSV cell; empty where there is no value."""
        value = self.value(row)
        if value is None:
            return ""
        if self.kind == "money":
            return format_amount(value, self._currency(row, currency))
        return str(self.for_json(row, currency))

    def for_sheet(self, row: RowT, currency: str) -> Any:
        """Return the cell of a workbook: a number as a number, formatted as it is read."""
        value = self.value(row)
        if value is None or self.kind == "text":
            return value
        if self.kind == "money":
            own = self._currency(row, currency)
            return Number(as_decimal(value, own), _money_format(own))
        if self.kind in _WORDS:
            return value.isoformat()
        return Number(value, _SHEET_FORMATS[self.kind])

    def for_people(self, row: RowT, currency: str) -> str:
        """Return the cell as read on a page; a dash where there is no value."""
        value = self.value(row)
        if value is None:
            return DASH
        return _SHOWN[self.kind](value, self._currency(row, currency))

    def _currency(self, row: RowT, currency: str) -> str:
        return self.currency(row) if self.currency else currency


_SHORT = {
    "Sourced",
    "Credited",
    "Cost each",
    "Created",
    "Open, influenced",
    "Attributed",
    "Outcomes",
    "Amount",
}
_WORDS = {"text", "day", "moment"}
_SHEET_FORMATS = {
    "whole": "#,##0",
    "count": "#,##0.######",
    "percent": "0.0%",
    "factor": "#,##0.00",
    "days": "#,##0.0",
}
_PLACES = {"count": 6, "percent": 4, "factor": 4, "days": 1}


def cells(columns: Sequence[Column[RowT]], row: RowT, currency: str) -> list[tuple[str, bool]]:
    """Return a row's cells for people, each with whether it is a number."""
    return [(column.for_people(row, currency), column.is_number) for column in columns]


def shown_count(value: Decimal | int) -> str:
    """Return a fractional count with at most two decimals: `12`, `3.5`, `0.33`."""
    text = f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_percent(value: Decimal) -> str:
    """Return a share as per cent with one decimal."""
    return f"{(value * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,} %"


def short_amount(minor: int, currency: str) -> str:
    """Return an amount rounded to whole units once it has more than four digits."""
    unit = 10 ** minor_digits(currency)
    if abs(minor) < 10_000 * unit:
        return display_amount(minor, currency)
    whole = int((Decimal(minor) / unit).quantize(Decimal(1), ROUND_HALF_UP))
    return display_amount(whole * unit, currency).partition(".")[0]


def _money_format(currency: str) -> str:
    """Return a spreadsheet's format for a currency: `[$USD] #,##0.00`."""
    digits = minor_digits(currency)
    return f"[${currency}] #,##0" + (f".{'0' * digits}" if digits else "")


def shown_moment(value: datetime) -> str:
    """Return a moment to the minute in its own time zone."""
    return f"{value:%Y-%m-%d %H:%M}"


def _decimal_text(value: Decimal | int, places: int) -> str:
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_SHOWN: dict[str, Callable[[Any, str], str]] = {
    "text": lambda value, _: str(value) or DASH,
    "day": lambda value, _: value.isoformat(),
    "moment": lambda value, _: shown_moment(value),
    "whole": lambda value, _: f"{value:,}",
    "count": lambda value, _: shown_count(value),
    "money": display_amount,
    "percent": lambda value, _: shown_percent(value),
    "factor": lambda value, _: f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}",
    "days": lambda value, _: f"{value:,} d",
}
