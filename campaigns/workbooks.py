"""XLSX workbooks: the rows of the first sheet that has any. Nothing in them can run or swell."""

import datetime
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from openpyxl import DEFUSEDXML, Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Font
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS

from campaigns.table_rows import LONGEST_CELL, Row, UnreadableTableError
from campaigns.workbook_parts import Texts, sheet_rows

# What is held in memory as a whole: styles, the list of sheets
_MOST_HELD: Final = 40 * 1024 * 1024
_DAMAGED: Final = "The workbook is damaged. Open it in a spreadsheet and save it as XLSX again."
_BOLD: Final = Font(bold=True)
_BREAKS: Final = (
    ArithmeticError, AttributeError, EOFError, ExpatError, InvalidFileException, LookupError, OSError,
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


@dataclass(frozen=True, slots=True)
class Number:
    """A number with the format a spreadsheet shows it in, such as `#,##0.00`."""

    value: Decimal | int
    shown_as: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows. The first row is a header and stays in sight."""

    title: str
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    bold_rows: frozenset[int] = frozenset({1})


def write_workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an XLSX workbook of one sheet. Text stays text: none of it becomes a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    return _saved(book)


def write_sheets(sheets: Iterable[Sheet]) -> bytes:
    """Return an XLSX workbook of several sheets with headers, widths and number formats."""
    book = Workbook(write_only=True)
    for one in sheets:
        sheet = book.create_sheet(one.title)
        sheet.freeze_panes = "A2"
        for place, width in enumerate(one.widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(one.rows, start=1):
            is_bold = number in one.bold_rows
            sheet.append([_styled(sheet, value, is_bold=is_bold) for value in row])
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, _printable(value)[:LONGEST_CELL])
    cell.data_type = "s"
    return cell


def _styled(sheet: Any, value: Any, *, is_bold: bool) -> Any:
    number = value if isinstance(value, Number) else None
    cell = _cell(sheet, number.value if number else value)
    if not isinstance(value, str):
        cell = WriteOnlyCell(sheet, cell)
    if number:
        cell.number_format = number.shown_as
    if is_bold:
        cell.font = _BOLD
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
    large = ("xl/worksheets/", "xl/sharedStrings")
    held = sum(part.file_size for part in parts if not part.filename.startswith(large))
    if sum(part.file_size for part in parts) > most_unpacked or held > _MOST_HELD:
        raise UnreadableTableError(
            "The workbook is far larger unpacked than a table should be. Save the sheet as CSV."
        )


def _read(file: IO[bytes]) -> Iterator[Row]:
    file.seek(0)
    reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
    with reader.archive as package:
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(package, reader.wb)
        texts = _texts(reader)
        for sheet, relation in reader.parser.find_sheets():
            if sheet.state != "visible" or relation.target not in reader.valid_files:
                continue
            found = False
            with package.open(relation.target) as part:
                for row in sheet_rows(part, texts, partial(_number, reader.wb)):
                    found = found or any(row.cells)
                    yield row
            if found:
                return


def _texts(reader: ExcelReader) -> Texts:
    part: Any = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    if part is None:
        return Texts(None)
    with reader.archive.open(part.PartName[1:]) as source:
        return Texts(source)


def _number(book: Any, text: str, style: int) -> str:
    value = float(text) if set(text) & set(".Ee") else int(text)
    if style not in book._date_formats:
        return _text(value)
    try:
        is_span = style in book._timedelta_formats
        return _text(from_excel(value, book.epoch, timedelta=is_span))
    except (OverflowError, ValueError):
        return "#VALUE!"


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
