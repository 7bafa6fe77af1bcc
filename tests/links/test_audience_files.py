"""Audience files in the forms in which people have them."""

import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns.spreadsheets import write_workbook
from links.audience_files import AudienceFileError, read_audience
from links.audience_rows import AudienceRow


def rows(data: str | bytes, filename: str = "") -> list[AudienceRow]:
    content = data.encode() if isinstance(data, str) else data
    return list(read_audience(io.BytesIO(content), filename))


def test_a_plain_file_is_read_with_its_rows_numbers() -> None:
    assert rows("phone,email,external_id,name\n+14155550100,a@b.example,7,Ann\n") == [
        AudienceRow(2, "+14155550100", "a@b.example", "7", "Ann")
    ]


@pytest.mark.parametrize(
    "text", ["\ufeffPhone Number;Name\n1;Ann\n", "name\tmobile\nAnn\t1\n", "NAME,To\n Ann,1\n"]
)
def test_other_spellings_and_separators_are_understood(text: str) -> None:
    (row,) = rows(text)
    assert (row.phone, row.name) == ("1", "Ann")


def test_unknown_columns_are_left_out() -> None:
    assert rows("phone,shoe size\n1,44\n") == [AudienceRow(2, "1")]


def test_a_short_row_is_read_as_far_as_it_goes() -> None:
    assert rows("name,phone\nAnn\n") == [AudienceRow(2, "", name="Ann")]


def test_empty_lines_are_skipped_and_counted() -> None:
    assert rows("phone\n\n1\n,\n") == [AudienceRow(3, "1")]


def test_a_quoted_value_may_hold_a_separator_and_a_line_break() -> None:
    assert rows('phone,name\n1,"Smith,\nAnn"\n') == [AudienceRow(2, "1", name="Smith,\nAnn")]


def test_a_workbook_is_read_as_it_is_shown() -> None:
    book = write_workbook([["Mobile Phone", "CRM ID"], [14155550100, 7], ["+14155550101", None]])
    assert rows(book, "a.xlsx") == [
        AudienceRow(2, "14155550100", external_id="7"),
        AudienceRow(3, "+14155550101"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"phone": "1"}, {"phone": 2}]',
        '{"recipients": [{"Phone Number": "1"}, {"phone": 2.0}]}',
        '{"phone": "1"}\n{"phone": 2}\n',
    ],
    ids=["array", "recipients", "lines"],
)
def test_json_is_read_in_all_its_forms(text: str) -> None:
    assert rows(text) == [AudienceRow(1, "1"), AudienceRow(2, "2")]


def test_what_is_no_text_in_json_is_nothing() -> None:
    assert rows('[{"phone": "1", "name": null, "email": ["a"], "id": true}]') == [
        AudienceRow(1, "1")
    ]


@pytest.mark.parametrize("text", ["", "email,name\na@b.example,Ann\n", '[{"email": "a@b.c"}]'])
def test_a_file_without_a_phone_column_is_refused(text: str) -> None:
    with pytest.raises(AudienceFileError, match=r"phone|empty"):
        rows(text)


def test_a_list_of_other_things_than_objects_is_refused() -> None:
    with pytest.raises(AudienceFileError, match="Value 2 is no object"):
        rows('[{"phone": "1"}, "+14155550100"]')


def test_a_field_that_never_ends_is_refused_with_its_line() -> None:
    with pytest.raises(AudienceFileError, match="line 2"):
        rows('phone\n"' + "x" * 200_000 + "\n")


_PIECES = st.sampled_from(
    [b"phone", b"name", b",", b";", b"\t", b"\n", b"\r", b'"', b"[", b"]", b"{", b"}", b":", b"\0",
     b'{"phone":', b'"recipients"', b"1e999", b"-", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04",
     b"\\ud800", b"null", "ü".encode()]
)  # fmt: skip


@given(st.lists(_PIECES | st.binary(max_size=8), max_size=30).map(b"".join))
@example(b'{"phone": 1e999}')
@example(b'[{"phone": "\\ud800"}]')
@example(b"[" * 100_000)
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        found = rows(content, "a.csv")
    except AudienceFileError:
        return
    assert all(row.line().count(b"\n") == 1 for row in found)


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1))
def test_json_comes_back_as_it_was_written(people: list[tuple[str, str]]) -> None:
    text = json.dumps([{"phone": phone, "name": name} for phone, name in people])
    assert [(row.phone, row.name) for row in rows(text)] == people
