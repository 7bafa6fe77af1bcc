"""Files of rows with known columns, and the files of what was refused."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.import_rows import ImportResult, RowError, RowResult
from campaigns.spreadsheets import UnreadableTableError, write_csv
from campaigns.table_import import Sheet, UnknownColumn, read_sheet, refused_rows

COLUMNS = ("name", "audience_size", "message")


def read(text: str, *, most: int = 10) -> Sheet:
    return read_sheet(io.BytesIO(text.encode()), "a.csv", COLUMNS, most=most, shown_only=["name"])


def test_columns_are_found_in_any_order_and_spelling() -> None:
    sheet = read("Audience Size,NAME\n5,A\n")

    assert sheet.rows == ({"name": "A", "audience_size": "5"},)
    assert (sheet.header, sheet.numbers) == (("name", "audience_size"), (2,))


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    assert read("name,message\nA,x\n,\nB,y\n").numbers == (2, 4)


def test_unknown_columns_are_named_with_what_they_may_have_meant() -> None:
    sheet = read("name,audiense_size,colour,row,what is wrong\nA,1,red,3,x\n")

    assert sheet.unknown == (
        UnknownColumn("audiense_size", "audience_size"),
        UnknownColumn("colour", ""),
    )


def test_a_column_that_is_only_shown_is_noted() -> None:
    assert read("name\nA\n").notes == ("“name” is shown in an export and never read.",)
    assert read("message\nA\n").notes == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour\nred\n", "No column has a name that is known"),
        ("name,Name\na,b\n", "name stands there more than once"),
        ("name\n" + "a\n" * 11, "more than 10 rows"),
        ("", "empty"),
    ],
    ids=["unknown", "twice", "rows", "empty"],
)
def test_what_is_no_such_table_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UnreadableTableError, match=words):
        read(text)


@given(st.sampled_from("=+-@'aé\n"), st.text("=+-@'ab \n", max_size=6))
def test_a_text_comes_back_as_it_was_written_whatever_it_begins_with(first: str, rest: str) -> None:
    text = (first + rest).strip()
    if text.startswith("'"):
        return  # an apostrophe of one's own is a spreadsheet's mark for text
    file = "".join(write_csv([["name", "message"], ["A", text]]))

    assert read(file).rows[0]["message"] == text


def test_refused_rows_come_as_a_file_with_their_reasons() -> None:
    sheet = Sheet(("name", "message"), ({"name": "A"}, {"name": "=B", "message": "x"}), (2, 5))
    errors = (RowError("name", "rule", "No."), RowError("message", "rule", "Wrong.", "y"))
    result = ImportResult((RowResult(1, "created"), RowResult(2, "rejected", errors)))

    rows = list(csv.reader(refused_rows(sheet, result)))

    assert rows == [
        ["row", "what is wrong", "name", "message"],
        ["5", "name: No. message: Wrong. Try “y”.", "'=B", "x"],
    ]
