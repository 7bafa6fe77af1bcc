"""XLSX workbooks: the rows of the first sheet that has any. Nothing in them can run or swell."""

import datetime
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import DEFUSEDXML, Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from campaigns.table_rows import LONGEST_CELL, MOST_COLUMNS, Row, UnreadableTableError

# What is held in memory as a whole: styles, texts, the list of sheets
_MOST_HELD: Final = 40 * 1024 * 1024
_DAMAGED: Final = "The workbook is damaged. Open it in a spreadsheet and save it as XLSX again."
_BREAKS: Final = (
    ArithmeticError, AttributeError, EOFError, InvalidFileException, LookupError, OSError,
    ParseError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def is_zip(file: IO[bytes]) -> bool:
    """Say whether the file is a package, as every XLSX workbook is."""
    file.seek(0)
    return file.read(4) == b"PK\x03\x04"


def workbook_rows(file: IO[bytes], most_unpacked: int) -> Iterator[Row]:
    """Yield the rows of the first visible sheet that has any, blank ones too.

    Of formulas it yields the results that were saved with them.

    Raises:
        UnreadableTableError: no XLSX workbook, damaged, or one that swells when unpacked.
    """
    if not DEFUSEDXML:
        raise RuntimeError("defusedxml is missing: workbooks cannot be read safely")
    _check_package(file, most_unpacked)
    try:
        yield from _read(file)
    except UnreadableTableError:
        raise
    except _BREAKS as error:
        raise UnreadableTableError(_DAMAGED) from error


def write_workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an XLSX workbook of one sheet. Text stays text: none of it becomes a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, _printable(value)[:LONGEST_CELL])
    cell.data_type = "s"
    return cell


def _printable(text: str) -> str:
    """Drop the control characters that XML cannot hold."""
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")


def _check_package(file: IO[bytes], most_unpacked: int) -> None:
    """Look at the package's list before anything of it is unpacked."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableTableError(_DAMAGED) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableTableError(
            "This is not an XLSX workbook. In Numbers or LibreOffice, export it as CSV or XLSX."
        )
    held = sum(part.file_size for part in parts if "/worksheets/" not in part.filename)
    if sum(part.file_size for part in parts) > most_unpacked or held > _MOST_HELD:
        raise UnreadableTableError(
            "The workbook is far larger unpacked than a table should be. Save the sheet as CSV."
        )


def _read(file: IO[bytes]) -> Iterator[Row]:
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            found = False
            for row in _rows_of(sheet):
                found = found or any(row.cells)
                yield row
            if found:
                return
    finally:
        book.close()


def _rows_of(sheet: Any) -> Iterator[Row]:
    # Some programs write wrong dimensions, and a hostile file writes huge ones
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
    for number, values in enumerate(rows, start=1):
        yield Row(number, number, [_text(value) for value in values])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return str(value.date()) if value.time() == datetime.time() else value.isoformat(" ")
    return str(value)
