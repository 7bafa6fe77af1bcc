"""Audience files in the forms in which people have them."""

import pytest

from links.audience_csv import AudienceFileError, read_rows


def rows(text: str) -> list[dict[str, str]]:
    return list(read_rows(text.splitlines(keepends=True)))


def test_a_plain_file_is_read() -> None:
    assert rows("phone,email,external_id,name\n+14155550100,a@b.example,7,Ann\n") == [
        {"phone": "+14155550100", "email": "a@b.example", "external_id": "7", "name": "Ann"}
    ]


@pytest.mark.parametrize(
    "text", ["\ufeffPhone Number;Name\n1;Ann\n", "name\tmobile\nAnn\t1\n", "NAME,To\n Ann,1\n"]
)
def test_other_spellings_and_separators_are_understood(text: str) -> None:
    (row,) = rows(text)
    assert (row["phone"], row["name"].strip()) == ("1", "Ann")


def test_unknown_columns_are_left_out() -> None:
    assert rows("phone,shoe size\n1,44\n") == [{"phone": "1"}]


def test_a_short_row_is_read_as_far_as_it_goes() -> None:
    assert rows("name,phone\nAnn\n") == [{"name": "Ann"}]


def test_empty_lines_are_skipped() -> None:
    assert rows("phone\n\n1\n,\n") == [{"phone": "1"}]


def test_a_quoted_value_may_hold_a_separator_and_a_line_break() -> None:
    assert rows('phone,name\n1,"Smith,\nAnn"\n') == [{"phone": "1", "name": "Smith,\nAnn"}]


@pytest.mark.parametrize("text", ["", "email,name\na@b.example,Ann\n"])
def test_a_file_without_a_phone_column_is_refused(text: str) -> None:
    with pytest.raises(AudienceFileError, match="phone"):
        rows(text)


def test_a_field_that_never_ends_is_refused_with_its_line() -> None:
    with pytest.raises(AudienceFileError, match="Line"):
        rows('phone\n"' + "x" * 200_000 + "\n")
