"""An export as a file: its encoding, delimiter, header and rows, whatever made it.

Takes UTF-8 with and without a byte order mark, UTF-16 and Windows-1252; commas, semicolons,
tabs and bars; quoted cells with delimiters and line breaks in them (RFC 4180).
"""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_DELIMITERS: Final = ",;\t|"
_CHUNK: Final = 1 << 20
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODING_NAMES: Final = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


class UnreadableFileError(ValueError):
    """The file is no table of text: empty, a workbook, or without a header."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name. `problem` says why it could not be cut into the header's columns."""

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An open export. `row_estimate` counts its lines, so quoted line breaks make it too large."""

    text: io.TextIOBase
    encoding: str
    delimiter: str
    header: list[str]
    header_line: int
    row_estimate: int

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank, broken ones included. Reads the file once more."""
        self.text.seek(0)
        reader = csv.reader(self.text, delimiter=self.delimiter, strict=True)
        _skip_to(reader, self.header_line)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, {}, _broken(line, reader.line_num, error))
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        width = len(self.header)
        named = dict(zip(self.header, cells, strict=False))
        if len(cells) == width:
            return Row(line, named)
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return Row(line, named)
        return Row(line, named, f"The row has {len(cells)} cells, the header has {width}.")


@contextmanager
def open_table(file: Path | IO[bytes], *, delimiter: str = "") -> Iterator[Table]:
    """Open an export for reading; `delimiter` stops the guessing.

    A file object stays open, and stands at its end afterwards.

    Raises:
        UnreadableFileError: empty, a workbook or other binary, or without a header.
    """
    raw: IO[bytes] = file.open("rb") if isinstance(file, Path) else file
    try:
        encoding, row_estimate = _examine(raw)
        raw.seek(0)
        text = io.TextIOWrapper(raw, encoding, errors="replace", newline="")
        try:
            yield _begin(text, encoding, delimiter, row_estimate)
        finally:
            text.detach()
    finally:
        if isinstance(file, Path):
            raw.close()


def _begin(text: io.TextIOWrapper, encoding: str, delimiter: str, row_estimate: int) -> Table:
    first = text.readline()
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        delimiter = delimiter or first.strip()[-1]
    delimiter = delimiter or _guess_delimiter(text)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not _is_separator_line(cells, delimiter):
                header = [cell.strip() for cell in cells]
                return Table(text, encoding, delimiter, header, reader.line_num, row_estimate)
    except csv.Error as error:
        raise UnreadableFileError(f"The header cannot be read: {error}.") from error
    raise UnreadableFileError("The file is empty: it has no header line.")


def _is_separator_line(cells: list[str], delimiter: str) -> bool:
    return delimiter.join(cells).lower() == f"sep={delimiter}"


def _guess_delimiter(text: io.TextIOWrapper) -> str:
    """Take what cuts the first line that says anything into most cells."""
    text.seek(0)
    header = next((line for line in text if line.strip()), "")
    cells = {mark: len(next(csv.reader([header], delimiter=mark), [])) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: cells[mark])


def _skip_to(reader: Iterator[list[str]], line: int) -> None:
    while reader.line_num < line:  # type: ignore[attr-defined]
        next(reader)


def _broken(line: int, end: int, error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return f"A quote that is opened in line {line} is never closed; the rest cannot be read."
    place = f"Line {line}" if end <= line else f"Lines {line} to {end}"
    return f"{place} cannot be read as a row: {error}."


def _examine(raw: IO[bytes]) -> tuple[str, int]:
    """Return the encoding and how many data lines there are about, in one pass."""
    raw.seek(0)
    start = raw.read(4096)
    if not start.strip(b"\0 \r\n\t") or start in {mark for mark, _ in _BYTE_ORDER_MARKS}:
        raise UnreadableFileError("The file is empty.")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFileError(
            "This is a workbook, not a text file. In Excel, save it as “CSV UTF-8” first."
        )
    encoding = _encoding_by_start(start)
    raw.seek(0)
    return _count(raw, encoding)


def _encoding_by_start(start: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    zeros = start.count(0)
    if zeros * 3 < len(start):
        return "utf-8-sig"
    return "utf-16-le" if start[1::2].count(0) * 2 > zeros else "utf-16-be"


def _count(raw: IO[bytes], encoding: str) -> tuple[str, int]:
    """Count the lines, and fall back to Windows-1252 where the bytes are no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")() if encoding == "utf-8-sig" else None
    lines = 0
    while chunk := raw.read(_CHUNK):
        lines += chunk.count(b"\n")
        if decoder is not None:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding, decoder = "cp1252", None
    return encoding, max(lines - 1, 0)
