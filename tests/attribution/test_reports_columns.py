"""How one value reads for people, for files and for the API."""

from decimal import Decimal
from typing import Any

import pytest

from attribution.reports.columns import Column, short_amount, shown_count


def column(kind: Any) -> Column[Any]:
    return Column("x", "X", kind, lambda value: value)


@pytest.mark.parametrize(
    ("kind", "value", "people", "file", "api"),
    [
        ("money", 123450, "$1,234.50", "1234.50", {"amount": "1234.50", "currency": "USD"}),
        ("count", Decimal("3.333333"), "3.33", "3.333333", "3.333333"),
        ("count", Decimal(12), "12", "12", "12"),
        ("percent", Decimal("0.12345"), "12.3 %", "0.12345", "0.12345"),
        ("factor", Decimal("33.3334"), "33.33", "33.3334", "33.3334"),
        ("days", Decimal("1.5"), "1.5 d", "1.5", "1.5"),
        ("whole", 12345, "12,345", "12345", 12345),
        ("text", "June", "June", "June", "June"),
    ],
)
def test_each_kind_has_its_form(kind: str, value: Any, people: str, file: str, api: Any) -> None:
    one = column(kind)
    assert one.for_people(value, "USD") == people
    assert one.for_file(value, "USD") == file
    assert one.for_json(value, "USD") == api


@pytest.mark.parametrize("kind", ["money", "count", "percent", "factor", "days", "whole"])
def test_what_is_undefined_is_a_dash_and_never_0(kind: str) -> None:
    one = column(kind)
    assert one.for_people(None, "USD") == "–"
    assert (one.for_file(None, "USD"), one.for_json(None, "USD")) == ("", None)


def test_a_short_title_says_its_group_where_no_heading_stands_above() -> None:
    assert Column("x", "Credited", "count", len, group="Leads").long_label == "Leads credited"
    assert Column("x", "ROAS", "factor", len, group="Revenue").long_label == "ROAS"


@pytest.mark.parametrize(
    ("minor", "shown"),
    [(999_999, "$9,999.99"), (49_084_169, "$490,842"), (-49_084_169, "−$490,842")],
)
def test_large_amounts_are_rounded_to_whole_units(minor: int, shown: str) -> None:
    assert short_amount(minor, "USD") == shown


def test_counts_show_at_most_two_decimals() -> None:
    assert [shown_count(Decimal(text)) for text in ("0.005", "100", "1234.5")] == [
        "0.01",
        "100",
        "1,234.5",
    ]


@pytest.mark.parametrize(
    ("label", "group", "long"),
    [
        ("Outcomes", "Influenced", "Influenced outcomes"),
        ("Outcomes", "Outcomes", "Outcomes"),
        ("Amount", "", "Amount"),
        ("Recipients", "Reach", "Recipients"),
    ],
)
def test_a_title_that_says_too_little_alone_takes_its_heading(
    label: str, group: str, long: str
) -> None:
    column: Column[int] = Column("x", label, "whole", int, group=group)
    assert column.long_label == long
