"""Tables out of files that people upload, and tables as files for people to open.

CSV and TSV in any common encoding, and XLSX. What a spreadsheet would run as a formula is
written as text.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any, Final

from campaigns.table_rows import Limits, Row, UnreadableTableError, filled_rows, usual_limits
from campaigns.text_tables import check_size, csv_rows
from campaigns.workbooks import (
    Number,
    Sheet,
    is_zip,
    workbook_rows,
    write_sheets,
    write_workbook,
)

__all__ = [
    "Limits",
    "Number",
    "Row",
    "Sheet",
    "Table",
    "UnreadableTableError",
    "harmless",
    "read_table",
    "write_csv",
    "write_sheets",
    "write_workbook",
]

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"-\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Table:
    """A table being read: its header, and its rows once, each at least as wide as the header.

    A row may have more cells than the header: whoever reads it decides what that means.
    """

    header: list[str]
    header_row: Row
    numbered_rows: Iterator[Row]

    @property
    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of each row that says something.

        Raises:
            UnreadableTableError: a row further down cannot be read.
        """
        return (row.cells for row in self.numbered_rows)


def read_table(file: IO[bytes], filename: str, limits: Limits | None = None) -> Table:
    """Return the table in a file; the first row that says anything is its header.

    Rows are read as they are asked for, so the file must stay open until then.

    Raises:
        UnreadableTableError: empty, too large, damaged, or of another kind.
    """
    limits = limits or usual_limits()
    check_size(file, limits.file_bytes)
    suffix = PurePath(filename).suffix.lower()
    rows = filled_rows(_rows_of(file, suffix, limits.unpacked_bytes), limits.rows)
    header = next(rows, None)
    if header is None:
        raise UnreadableTableError("The file is empty.")
    width = len(header.cells)
    return Table(header.cells, header, (_padded(row, width) for row in rows))


def write_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file. A text that looks like a formula gets an apostrophe."""
    write = csv.writer(_Line()).writerow
    for row in rows:
        yield str(write([harmless(cell) for cell in row]))


class _Line:
    """A file-like object that gives back what it was told to write."""

    def write(self, text: str) -> str:
        return text


def _rows_of(file: IO[bytes], suffix: str, most_unpacked: int) -> Iterator[Row]:
    if is_zip(file):
        return workbook_rows(file, most_unpacked)
    file.seek(0)
    start = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnreadableTableError(
            "This is a web page or XML, not a table. Open it in a spreadsheet and save it as XLSX."
        )
    return csv_rows(file, delimiter="\t" if suffix in {".tsv", ".tab"} else "")


def _padded(row: Row, width: int) -> Row:
    missing = width - len(row.cells)
    return Row(row.number, row.line, row.cells + [""] * missing) if missing > 0 else row


def harmless(cell: Any) -> Any:
    """Return a cell no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
