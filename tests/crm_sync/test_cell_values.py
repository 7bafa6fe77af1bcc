"""What stands in a cell: dates, amounts, addresses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crm_sync.cell_values import (
    DATE_FORMATS,
    CellError,
    example_of,
    read_amount,
    read_date,
    read_emails,
)


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("10/20/2016", "%m/%d/%Y", (2016, 10, 20)),
        ("3/1/2017", "%m/%d/%Y", (2017, 3, 1)),
        ("1/3/2017", "%d/%m/%Y", (2017, 3, 1)),
        (" 2017-03-01 ", "iso", (2017, 3, 1)),
        ("31-Mar-2026", "%d-%b-%Y", (2026, 3, 31)),
    ],
)
def test_dates_are_read_as_the_format_says(
    text: str, date_format: str, day: tuple[int, int, int]
) -> None:
    assert read_date(text, date_format, UTC) == datetime(*day, tzinfo=UTC)


def test_a_date_alone_begins_in_the_organisations_time_zone() -> None:
    zone = timezone(timedelta(hours=-5))

    assert read_date("3/1/2017", "%m/%d/%Y", zone) == datetime(2017, 3, 1, 5, tzinfo=UTC)


def test_a_time_with_an_offset_keeps_it() -> None:
    assert read_date("2017-03-01T10:00:00Z", "iso", UTC) == datetime(2017, 3, 1, 10, tzinfo=UTC)


def test_an_empty_cell_is_no_date() -> None:
    assert read_date("  ", "iso", UTC) is None


@pytest.mark.parametrize(
    "text", ["13/45/2016", "tomorrow", "2016-10-20", "2/30/2016", "10/20/0016"]
)
def test_a_date_that_cannot_be_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(CellError, match=f"“{text}”"):
        read_date(text, "%m/%d/%Y", UTC)


def test_every_offered_format_reads_its_own_example() -> None:
    for date_format in DATE_FORMATS:
        moment = read_date(example_of(date_format), date_format, UTC)
        assert moment is not None
        assert (moment.year, moment.month, moment.day) == (2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1054", 105400),
        ("1,234.50", 123450),
        ("$1,234.50", 123450),
        ("USD 12", 1200),
        ("12 USD", 1200),
        ("1 234.50", 123450),
        ("(12.30)", -1230),
        ("($1,000)", -100000),
        ("-5", -500),
        ("-$5", -500),
        ("−5", -500),
        ("0", 0),
        ("1234.500", 123450),
    ],
)
def test_amounts_are_read_with_signs_separators_and_parentheses(text: str, minor: int) -> None:
    assert read_amount(text, "USD") == minor


def test_an_empty_amount_is_none_and_not_zero() -> None:
    assert read_amount("", "USD") is None


def test_a_decimal_comma_is_read_where_the_file_has_one() -> None:
    assert read_amount("1.234,50", "EUR", has_decimal_comma=True) == 123450


@pytest.mark.parametrize(
    "text", ["abc", "12,34", "1.234,50", "1.005", "1e3", "--5", "(-5)", "()", "-", "9" * 30, "£"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_amount(text, "USD")


def test_addresses_are_separated_by_semicolons_and_kept_once() -> None:
    assert read_emails("Ann@x.example; bob@x.example;ann@x.example;") == (
        "ann@x.example",
        "bob@x.example",
    )


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(CellError, match="“bob”"):
        read_emails("ann@x.example;bob")
