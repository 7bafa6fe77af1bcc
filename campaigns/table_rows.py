"""Rows of a table out of a file, and how large a file, a row and a cell may be. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_COLUMNS: Final = 200
# What a cell of a spreadsheet holds at most
LONGEST_CELL: Final = 32_767


class UnreadableTableError(ValueError):
    """The file is no table that can be read. The text says where and what to do."""


class Row(NamedTuple):
    """A row: its number as a spreadsheet shows it, the line of the file it begins in, its cells.

    The two differ where quoted cells above have line breaks in them.
    """

    number: int
    line: int
    cells: list[str]


class Limits(NamedTuple):
    """How large a file, its rows, and an unpacked workbook may be where the usual is too little."""

    file_bytes: int
    rows: int
    unpacked_bytes: int


def usual_limits() -> Limits:
    """Return what is allowed of most files."""
    return Limits(MOST_BYTES, MOST_ROWS, MOST_UNPACKED)


def filled_rows(rows: Iterable[Row], most: int) -> Iterator[Row]:
    """Yield the rows that say something, with cells without surrounding blanks.

    Raises:
        UnreadableTableError: too many rows or columns, or too long a cell.
    """
    for row in rows:
        if row.number > most:
            raise UnreadableTableError(
                f"The file has more than {most:,} rows. Split it into smaller files."
            )
        cells = [cell.strip() for cell in row.cells]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            _check_row(row.number, cells)
            yield Row(row.number, row.line, cells)


def _check_row(number: int, cells: list[str]) -> None:
    if len(cells) > MOST_COLUMNS:
        raise UnreadableTableError(
            f"Row {number} has {len(cells):,} columns; {MOST_COLUMNS} are allowed. "
            "Delete the columns that are not needed."
        )
    for column, cell in enumerate(cells, start=1):
        if len(cell) > LONGEST_CELL:
            raise UnreadableTableError(
                f"Row {number}, column {column} has {len(cell):,} characters; "
                f"{LONGEST_CELL:,} are allowed in a cell. Shorten it."
            )
