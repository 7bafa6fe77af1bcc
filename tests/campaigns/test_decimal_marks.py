"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.decimal_marks import decimal_mark, plain_number
from campaigns.money import parse_amount


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234.50"], "."),
        (["1.234,50"], ","),
        (["12,5"], ","),
        (["12.5"], "."),
        (["1.234.567"], ","),
        (["1,234,567"], "."),
        (["1,234"], "."),
        (["1.234", "0,99 €"], ","),
        (["12", ""], "."),
        ([], "."),
    ],
)
def test_one_clear_number_decides_for_the_column(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("$1,234.50", ".", "1,234.50"),
        ("1.234,50 €", ",", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1\u00a0234,50", ",", "1234.50"),
        ("1\u202f234", ".", "1234"),
        ("CHF 1'234.5", ".", "1234.5"),
        ("(5.00)", ".", "-5.00"),
        ("−3,5", ",", "−3.5"),
        ("USD -5.00", ".", "-5.00"),
    ],
)
def test_a_number_is_written_plainly(text: str, mark: str, plain: str) -> None:
    assert plain_number(text, mark) == plain


@pytest.mark.parametrize("text", ["free", "12-3", "1.2.3", "five 5 five 5", "", "2026-06-01"])
def test_what_is_no_number_stays_for_the_reader_to_refuse(text: str) -> None:
    assert plain_number(text, ".") == text


@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]),
)
def test_every_way_of_writing_an_amount_reads_as_that_amount(
    minor: int, marks: tuple[str, str]
) -> None:
    group, point = marks
    english = f"{Decimal(minor).scaleb(-2):,.2f}"
    written = english.replace(",", "g").replace(".", point).replace("g", group)
    assert parse_amount(plain_number(written, decimal_mark([written])), "USD") == minor
