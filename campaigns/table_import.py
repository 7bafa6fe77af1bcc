"""A file of rows with known columns, made ready for an import; and what it refused, as a file."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from campaigns.import_rows import ImportResult
from campaigns.spreadsheets import UnreadableTableError, read_table, write_csv

REFUSED_COLUMNS: Final = ("row", "what is wrong")
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class UnknownColumn:
    """A column that is not read, and what it may have meant."""

    name: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file by column, with their numbers in it, and the columns not read.

    `notes` say what else is to be known of how it was read.
    """

    header: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    numbers: tuple[int, ...]
    unknown: tuple[UnknownColumn, ...] = ()
    notes: tuple[str, ...] = ()


def read_sheet(
    file: IO[bytes],
    filename: str,
    columns: Sequence[str],
    *,
    most: int,
    shown_only: Sequence[str] = (),
) -> Sheet:
    """Return a file's rows by these columns, whatever their order and case.

    Columns that are `shown_only` were written for people; that they are not read is noted.

    Raises:
        UnreadableTableError: no table, too many rows, a column twice, or none of the columns.
    """
    table = read_table(file, filename)
    names = ["_".join(cell.lower().split()) for cell in table.header]
    repeated = [name for name in columns if names.count(name) > 1]
    if repeated:
        raise UnreadableTableError(f"The column {repeated[0]} stands there more than once.")
    if not set(columns) & set(names):
        raise UnreadableTableError(
            f"No column has a name that is known. The first row names them: {', '.join(columns)}."
        )
    places = {name: names.index(name) for name in columns if name in names}
    found = list(islice(table.numbered_rows, most + 1))
    if len(found) > most:
        raise UnreadableTableError(
            f"The file has more than {most:,} rows. Split it into smaller files."
        )
    rows = tuple({name: _unguarded(row.cells[at]) for name, at in places.items()} for row in found)
    shown = (name for name in shown_only if name in places)
    return Sheet(
        tuple(places),
        rows,
        tuple(row.number for row in found),
        _unknown(names, columns),
        tuple(f"“{name}” is shown in an export and never read." for name in shown),
    )


def _unknown(names: list[str], columns: Sequence[str]) -> tuple[UnknownColumn, ...]:
    """Name what is not read; columns of a file of refused rows are known and say nothing."""
    ours = {*columns, "", *("_".join(name.split()) for name in REFUSED_COLUMNS)}
    return tuple(
        UnknownColumn(name, next(iter(difflib.get_close_matches(name, columns, n=1)), ""))
        for name in dict.fromkeys(names)
        if name not in ours
    )


def _unguarded(text: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a text as a formula."""
    text = text.replace("\r\n", "\n")
    if text.startswith("'") and text[1:].startswith(_FORMULA_SIGNS):
        return text[1:]
    return text


def refused_rows(sheet: Sheet, result: ImportResult) -> Iterator[str]:
    """Yield the lines of a CSV file of the refused rows with their reasons, to mend and retry."""
    yield from write_csv(_refused(sheet, result))


def _refused(sheet: Sheet, result: ImportResult) -> Iterable[Sequence[str]]:
    yield [*REFUSED_COLUMNS, *sheet.header]
    for number, cells, row in zip(sheet.numbers, sheet.rows, result.rows, strict=True):
        if row.errors:
            reasons = " ".join(
                f"{error.field}: {error.message}"
                + (f" Try “{error.suggestion}”." if error.suggestion else "")
                for error in row.errors
            )
            yield [str(number), reasons, *(cells.get(name, "") for name in sheet.header)]
