"""Reads an audience file: CSV, XLSX, or JSON (an array, or an object per line). Pure.

Rows are read as they are asked for, in constant memory.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from campaigns.spreadsheets import Limits, UnreadableTableError, read_table
from links.audience_columns import AudienceFileError, find_columns, row_of_cells, row_of_values
from links.audience_json import read_objects
from links.audience_rows import AudienceRow

__all__ = ["LIMITS", "AudienceFileError", "read_audience"]

LIMITS: Final = Limits(file_bytes=1 << 30, rows=5_000_000, unpacked_bytes=4 << 30)
_OBJECT: Final = 'Write objects with a phone, such as [{"phone": "+14155550123"}].'


def read_audience(file: IO[bytes], filename: str = "") -> Iterator[AudienceRow]:
    """Yield the file's rows; what kind of file it is, its beginning says.

    A table's rows have the numbers that a spreadsheet shows, those of JSON count from 1.

    Raises:
        AudienceFileError: it is empty or damaged, or no column holds phone numbers.
    """
    file.seek(0)
    start = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
    rows = _json_rows(file) if start.startswith((b"[", b"{")) else _table_rows(file, filename)
    try:
        yield from rows
    except UnreadableTableError as error:
        raise AudienceFileError(str(error)) from error


def _table_rows(file: IO[bytes], filename: str) -> Iterator[AudienceRow]:
    table = read_table(file, filename, limits=LIMITS)
    places = find_columns(table.header)
    for row in table.numbered_rows:
        yield row_of_cells(row.number, row.cells, places)


def _json_rows(file: IO[bytes]) -> Iterator[AudienceRow]:
    file.seek(0)
    for number, value in enumerate(read_objects(file), start=1):
        if not isinstance(value, Mapping):
            raise AudienceFileError(f"Value {number:,} is no object. {_OBJECT}")
        if number == 1:
            find_columns(list(value))
        yield row_of_values(number, {key: _text(one) for key, one in value.items()})


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_plain else ""
