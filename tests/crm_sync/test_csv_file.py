"""Files as exports come: encodings, delimiters, quotes and broken rows."""

import io
from pathlib import Path

import pytest

from crm_sync.providers.csv_file import Row, UnreadableFileError, open_table


def read(data: bytes, **options: str) -> tuple[list[str], str, str, list[Row]]:
    with open_table(io.BytesIO(data), **options) as table:
        return table.header, table.encoding, table.delimiter, list(table.rows())


def cells(data: bytes) -> list[list[str]]:
    return [list(row.cells.values()) for row in read(data)[3]]


def test_a_plain_file_is_read_with_its_line_numbers() -> None:
    header, encoding, delimiter, rows = read(b"id,name\n1,Ann\n2,Bob\n")

    assert (header, encoding, delimiter) == (["id", "name"], "utf-8-sig", ",")
    assert rows == [Row(2, {"id": "1", "name": "Ann"}), Row(3, {"id": "2", "name": "Bob"})]


@pytest.mark.parametrize(
    "data",
    [
        "id,name\n1,Zoë\n".encode("utf-8-sig"),
        "id,name\n1,Zoë\n".encode("utf-16"),
        "id,name\n1,Zoë\n".encode("utf-16-le"),
        "id,name\n1,Zoë\n".encode("utf-16-be"),
        "id,name\n1,Zoë\n".encode("cp1252"),
        "id;name\r\n1;Zoë\r\n".encode(),
        "id\tname\n1\tZoë\n".encode(),
        "id|name\n1|Zoë".encode(),
        "sep=;\nid;name\n1;Zoë\n".encode(),
        "\n\nid,name\n\n1,Zoë\n\n , \n".encode(),
    ],
    ids=["bom", "utf-16", "le", "be", "1252", "semicolon", "tab", "bar", "sep", "blank lines"],
)
def test_encodings_delimiters_and_blank_lines_make_no_difference(data: bytes) -> None:
    assert read(data)[0] == ["id", "name"]
    assert cells(data) == [["1", "Zoë"]]


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    rows = read(b'id,name\n1,"Ann, ""the\nboss"""\n2,Bob\n')[3]

    assert rows[0].cells["name"] == 'Ann, "the\nboss"'
    assert rows[1].line == 4


def test_a_given_delimiter_stops_the_guessing() -> None:
    assert read(b"a,b;c\n1,2;3\n", delimiter=";")[0] == ["a,b", "c"]


def test_a_row_with_too_few_cells_is_broken_and_the_next_is_not() -> None:
    rows = read(b"id,name\n1\n2,Bob\n")[3]

    assert rows[0].problem == "The row has 1 cells, the header has 2."
    assert (rows[0].line, rows[1].problem) == (2, "")


def test_a_row_with_too_many_cells_is_broken() -> None:
    assert read(b"id,name\n1,Ann,x\n")[3][0].problem


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert read(b"id,name\n1,Ann,,\n")[3][0].problem == ""


def test_a_quote_in_the_wrong_place_breaks_its_row_only() -> None:
    rows = read(b'id,name\n1,"Ann"x\n2,Bob\n')[3]

    assert "Line 2 cannot be read" in rows[0].problem
    assert rows[1].cells == {"id": "2", "name": "Bob"}


def test_a_quote_that_is_never_closed_is_named_with_its_line() -> None:
    rows = read(b'id,name\n1,Ann\n2,"Bob\n3,Cleo\n')[3]

    assert rows[0].problem == ""
    assert "opened in line 3 is never closed" in rows[1].problem
    assert len(rows) == 2


def test_rows_can_be_read_again() -> None:
    with open_table(io.BytesIO(b"id\n1\n2\n")) as table:
        assert list(table.rows()) == list(table.rows())
        assert table.row_estimate == 2


def test_a_path_is_opened_and_closed(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(b"id\n1\n")

    with open_table(file) as table:
        assert [row.cells for row in table.rows()] == [{"id": "1"}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        ("".encode("utf-16"), "empty"),
        (b",,\n,,\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
    ],
)
def test_what_is_no_table_of_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message), open_table(io.BytesIO(data)):
        pytest.fail("it was opened")
