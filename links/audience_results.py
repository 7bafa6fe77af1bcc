"""What became of every row of an upload, as CSV: written batch by batch, read as a download."""

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from campaigns.spreadsheets import harmless
from links.audience import RowResult
from links.audience_folder import create, path_of
from links.audience_rows import AudienceRow

HEADING: Final = ("row", "result", "reason", "phone", "email", "external_id", "name")
_NUMBER: Final = re.compile(r"\+?[\d ().-]+")
_CHUNK: Final = 1 << 16


def begin_results(name: str) -> int:
    """Make the file with its heading; return its size."""
    with create(name) as file:
        return file.write(_lines([HEADING]))


def write_results(
    name: str, size: int, rows: Sequence[AudienceRow], results: Sequence[RowResult]
) -> int:
    """Write after `size` bytes what became of rows, and return the new size.

    What a worker wrote after that, who was killed before it could note so, is cut off.
    """
    lines = _lines([_cells(row, result) for row, result in zip(rows, results, strict=True)])
    with path_of(name).open("r+b") as file:
        file.truncate(size)
        file.seek(size)
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    return size + len(lines)


def read_results(name: str) -> Iterator[bytes]:
    """Yield the file.

    Raises:
        FileNotFoundError: it was deleted.
    """
    with path_of(name).open("rb") as file:
        while data := file.read(_CHUNK):
            yield data


def _cells(row: AudienceRow, result: RowResult) -> tuple[object, ...]:
    phone = row.phone if _NUMBER.fullmatch(row.phone) else harmless(row.phone)
    details = (harmless(value) for value in (row.email, row.external_id, row.name))
    return (row.number, str(result.status), result.message, phone, *details)


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
