"""Tables out of uploaded files, and tables as files."""

import csv
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from campaigns import table_rows, workbooks
from campaigns.spreadsheets import (
    Number,
    Sheet,
    Table,
    UnreadableTableError,
    read_table,
    write_csv,
    write_sheets,
    write_workbook,
)

_SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def read(data: bytes, filename: str = "sends.csv") -> Table:
    return read_table(io.BytesIO(data), filename)


def refusal(data: bytes, filename: str = "sends.csv") -> str:
    with pytest.raises(UnreadableTableError) as caught:
        list(read(data, filename).rows)
    return str(caught.value)


def a_workbook(*sheets: list[list[object]], hidden: int = 0) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        sheet.sheet_state = "hidden" if number < hidden else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """Return a workbook with parts replaced; `__` in a name stands for a slash."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        by_path = {name.replace("__", "/") + ".xml": part for name, part in parts.items()}
        for name in {*old.namelist(), *by_path}:
            new.writestr(name, by_path.get(name) or old.read(name))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_table_reads_the_same_however_it_was_saved(
    encoding: str, delimiter: str, line_end: str
) -> None:
    lines = [delimiter.join(cells) for cells in (["name", "città"], ["Jürgen", "Forlì"])]

    table = read(line_end.join([*lines, ""]).encode(encoding))

    assert table.header == ["name", "città"]
    assert list(table.rows) == [["Jürgen", "Forlì"]]


def test_a_file_may_tell_its_delimiter() -> None:
    table = read(b"sep=|\r\na,b|c\r\n1|2\r\n")

    assert table.header == ["a,b", "c"]
    assert list(table.rows) == [["1", "2"]]


def test_a_tsv_file_is_cut_by_tabs_only() -> None:
    assert read(b"a,b,c\td\n", "x.TSV").header == ["a,b,c", "d"]


def test_rows_keep_their_number_and_line_past_blank_rows_and_line_breaks_in_quotes() -> None:
    table = read(b'a,b\n\n"x\ny",1\n , \n2,3\n')

    assert [(row.number, row.line) for row in table.numbered_rows] == [(3, 3), (5, 6)]


def test_a_short_row_is_filled_up_and_a_long_one_shows_what_is_too_much() -> None:
    assert list(read(b"a,b,c\n1\n1,2,3,4\n").rows) == [["1", "", ""], ["1", "2", "3", "4"]]


def test_a_line_longer_than_what_is_read_at_once_stays_whole() -> None:
    cell = "é" * 30_000

    assert list(read(f"a,b,c\r\n{cell},{cell},{cell}\r\n".encode()).rows) == [[cell] * 3]


def test_an_upload_is_read_as_it_is() -> None:
    upload = SimpleUploadedFile("a.csv", b"a\n1\n")

    assert list(read_table(upload, "a.csv").rows) == [["1"]]


def test_a_workbook_reads_as_its_first_visible_sheet_with_rows() -> None:
    data = a_workbook([["secret"]], [], [[], ["url", "n"], ["https://a.example", 2.0]], hidden=1)

    table = read(data, "a.xlsx")

    assert table.header == ["url", "n"]
    assert [(row.number, row.cells) for row in table.numbered_rows] == [
        (3, ["https://a.example", "2"])
    ]


def test_values_of_a_workbook_read_as_people_see_them() -> None:
    row: list[object] = [1, 0.5, True, None, date(2026, 6, 1), datetime(2026, 6, 1, 9, 30), "x"]  # noqa: DTZ001

    table = read(a_workbook([["h"] * 7, row]))

    assert list(table.rows) == [["1", "0.5", "TRUE", "", "2026-06-01", "2026-06-01 09:30:00", "x"]]


def with_texts(cells: bytes, texts: bytes) -> bytes:
    """Return a workbook with these cells, and these texts that it holds once."""
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = b"<worksheet %s><sheetData><row>%s</row></sheetData></worksheet>" % (space, cells)
    with zipfile.ZipFile(io.BytesIO(a_workbook([["x"]]))) as package:
        types = package.read("[Content_Types].xml").replace(b"</Types>", _SHARED + b"</Types>")
    parts = {
        "xl__worksheets__sheet1": sheet,
        "xl__sharedStrings": b"<sst %s>%s</sst>" % (space, texts),
    }
    return repacked(a_workbook([["x"]]), **parts, **{"[Content_Types]": types})


def test_texts_that_a_workbook_holds_once_are_read() -> None:
    cells = b'<c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c>'
    data = with_texts(cells, b"<si><t>b</t></si><si><t>a</t></si>")

    assert read(data).header == ["a", "b"]


def test_a_text_in_several_styles_is_one_and_how_it_is_pronounced_is_left_out() -> None:
    texts = "<si><r><t>東</t></r><r><t xml:space='preserve'>京 1</t></r><rPh><t>トウ</t></rPh></si>"

    assert read(with_texts(b'<c t="s"><v>0</v></c>', texts.encode())).header == ["東京 1"]


@pytest.mark.parametrize("number", [b"1", b"-1", b"x"])
def test_a_text_that_is_not_there_is_damage(number: bytes) -> None:
    data = with_texts(b'<c t="s"><v>%s</v></c>' % number, b"<si><t>a</t></si>")

    assert "damaged" in refusal(data)


def test_cells_without_their_places_stand_side_by_side() -> None:
    cells = b'<c t="str"><v>a</v></c><c r="D1" t="str"><v>d</v></c><c t="str"><v>e</v></c>'

    assert read(with_texts(cells, b"")).header == ["a", "", "", "d", "e"]


def test_a_formula_reads_as_its_saved_result_never_as_its_text() -> None:
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
        <sheetData><row r="1"><c r="A1" t="str"><f>HYPERLINK("x")</f><v>shown</v></c>
        <c r="B1"><f>1+1</f></c><c r="C1"><v>5</v></c></row></sheetData></worksheet>"""

    table = read(repacked(a_workbook([["a"]]), xl__worksheets__sheet1=sheet))

    assert table.header == ["shown", "", "5"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n , \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel file"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not text"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"PK\x03\x04nothing", "damaged"),
        (b'a,b\n1,2\n"x,y\n', "line 3 is never closed"),
        (b'a,b\n"x"y,1\n', "Line 2 cannot be read"),
        (b"a\n" + b"x" * 2_000_000, "line 2 is far too long"),
        (b"a\n" + b"x" * 200_000, "line 2 is far too long"),
        (b'a\n"' + b"x\n" * 600_000, "line 2 is far too long"),
        (b"a\n" + b"x" * 40_000, "Row 2, column 1 has 40,000 characters"),
        (b"a\n" + b"x," * 200 + b"x", "Row 2 has 201 columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "data",
)
def test_what_is_no_table_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "MOST_ROWS", 3)

    assert "more than 3 rows" in refusal(b"a\n1\n2\n3\n")
    assert list(read(b"a\n1\n2\n").rows) == [["1"], ["2"]]


def test_too_large_a_file_is_refused_before_it_is_read() -> None:
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return 21 * 2**20

        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError(size)

    with pytest.raises(UnreadableTableError, match=r"21\.0 MB; 20 MB are allowed"):
        read_table(Huge(), "a.csv")


def test_a_document_of_another_program_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("Index/Document.iwa", b"x")

    assert "not an XLSX workbook" in refusal(out.getvalue(), "a.numbers")


def test_a_workbook_that_swells_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ExcelReader", None)
    bomb = repacked(a_workbook([["a"]]), xl__styles=b"<x>" + b" " * 41 * 2**20)

    assert len(bomb) < 2**20
    assert "far larger unpacked" in refusal(bomb)


def test_a_sheet_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "MOST_UNPACKED", 2**20)
    bomb = repacked(a_workbook([["a"]]), xl__worksheets__sheet1=b" " * 2**20)

    assert "far larger unpacked" in refusal(bomb)


def test_a_workbook_that_declares_entities_is_refused() -> None:
    sheet = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
        <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
        <sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>"""

    assert "damaged" in refusal(repacked(a_workbook([["a"]]), xl__worksheets__sheet1=sheet))


@pytest.mark.parametrize("part", ["xl__workbook", "xl__worksheets__sheet1", "xl__styles"])
def test_a_damaged_workbook_is_refused(part: str) -> None:
    assert "damaged" in refusal(repacked(a_workbook([["a"]]), **{part: b"<broken"}))


def test_a_row_number_beyond_all_sheets_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
        <sheetData><row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData>
        </worksheet>"""
    monkeypatch.setattr(table_rows, "MOST_ROWS", 50)

    assert "more than 50 rows" in refusal(
        repacked(a_workbook([["a"]]), xl__worksheets__sheet1=sheet)
    )


def test_without_the_guard_against_entities_no_workbook_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "DEFUSEDXML", False)

    with pytest.raises(RuntimeError):
        read(a_workbook([["a"]]))


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"a;b\r\n", b"\xff\xfe", b'"', b"PK\x03\x04"])
)
def test_no_bytes_raise_anything_else(data: bytes, start: bytes) -> None:
    with suppress(UnreadableTableError):
        assert all(any(cells) for cells in read(start + data).rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-a", "-1-1", "@x", "\tx", "\rx"])
def test_a_text_never_becomes_a_formula(text: str) -> None:
    assert next(csv.reader(write_csv([[text]]))) == [f"'{text}"]

    cell = load_workbook(io.BytesIO(write_workbook([[text]]))).active["A1"]
    assert cell.data_type == "s"


@pytest.mark.parametrize("value", ["-5", "-5.25", "a=b", ""])
def test_what_is_no_formula_is_written_as_it_is(value: str) -> None:
    assert next(csv.reader(write_csv([[value, "x"]]))) == [value, "x"]


def test_numbers_stay_numbers() -> None:
    assert list(write_csv([[-5, 2.5, None]])) == ["-5,2.5,\r\n"]
    cell = load_workbook(io.BytesIO(write_workbook([[-5]]))).active["A1"]
    assert cell.value == -5


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_text_can_be_written_as_a_workbook_and_read_again(cells: list[str]) -> None:
    table = read(write_workbook([["x"] * 4, cells]))

    assert len(list(table.rows)) <= 1


def test_sheets_keep_their_header_in_sight_and_format_their_numbers() -> None:
    rows = [["name", "worth"], ["=1+1", Number(Decimal("2.50"), "0.00")], ["none", None]]
    data = write_sheets([Sheet("One", rows, (10, 20)), Sheet("Two", [["a"]])])
    book = load_workbook(io.BytesIO(data))
    one = book["One"]
    assert (one.freeze_panes, one.column_dimensions["B"].width) == ("A2", 20)
    assert (one["A1"].font.bold, one["A2"].font.bold) == (True, False)
    assert (one["A2"].data_type, one["B2"].value, one["B2"].number_format) == ("s", 2.5, "0.00")
    assert (one["B3"].value, book.sheetnames) == (None, ["One", "Two"])
