"""Text files: their encoding, lines, and the rows of CSV and TSV. Pure, in constant memory.

Takes UTF-8 with and without a byte order mark, UTF-16 and Windows-1252; commas, semicolons,
tabs and bars; quoted cells with delimiters and line breaks in them (RFC 4180).
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO, Final

from campaigns.table_rows import MOST_BYTES, Row, UnreadableTableError

DELIMITERS: Final = ",;\t|"
_CHUNK: Final = 1 << 16
_LONGEST_ROW: Final = 1_000_000
_GUESSED_LINES: Final = 10
_GUESSED_LETTERS: Final = 2000
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_EXCEL: Final = (
    "This is an old Excel file (.xls) or one with a password. In Excel, save it as an XLSX "
    "workbook without a password first."
)
_TWO_QUOTES: Final = "Write two quotes for one that belongs to the text."
_AS_CSV: Final = "Save it as CSV or XLSX first."
_FOREIGN: Final = (
    (b"\xd0\xcf\x11\xe0", _OLD_EXCEL),
    (b"%PDF", f"This is a PDF, not a table. {_AS_CSV}"),
    (b"{\\rtf", f"This is a word processor’s document (RTF), not a table. {_AS_CSV}"),
)


def check_size(file: IO[bytes], most: int) -> None:
    """Refuse a file that is empty or larger than any table should be.

    Raises:
        UnreadableTableError: it is.
    """
    size = file.seek(0, io.SEEK_END) or file.tell()
    if not size:
        raise UnreadableTableError("The file is empty.")
    if size > most:
        raise UnreadableTableError(
            f"The file has {size / 2**20:,.1f} MB; {most >> 20:,} MB are allowed. "
            "Split it into smaller files."
        )


def read_text(file: IO[bytes]) -> str:
    """Return a text file as a whole.

    Raises:
        UnreadableTableError: empty, too large, or no text.
    """
    check_size(file, MOST_BYTES)
    return "".join(_chunks(file, encoding_of(file)))


def encoding_of(file: IO[bytes]) -> str:
    """Return the name of a text's encoding. Reads the file once.

    Raises:
        UnreadableTableError: it is no text.
    """
    file.seek(0)
    start = file.read(4096)
    for magic, message in _FOREIGN:
        if start.startswith(magic):
            raise UnreadableTableError(message)
    encoding = _encoding_by_start(start)
    if encoding != "utf-8-sig":
        return encoding
    return "utf-8-sig" if _is_utf8(file) else "cp1252"


def csv_rows(file: IO[bytes], *, delimiter: str = "") -> Iterator[Row]:
    """Yield every row of a CSV file, blank ones too; `delimiter` stops the guessing.

    Raises:
        UnreadableTableError: it is no text, or a row cannot be cut into cells.
    """
    encoding = encoding_of(file)
    first, told = _first_lines(file, encoding)
    delimiter = told or delimiter or guess_delimiter(first)
    lines = _Lines(file, encoding)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        begin = reader.line_num + 1
        lines.row_size = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableTableError(_broken(begin, error)) from error
        number += 1
        if not (begin == 1 and told):
            yield Row(number, begin, cells)


def guess_delimiter(lines: Sequence[str]) -> str:
    """Return what cuts these lines into most cells."""
    return max(DELIMITERS, key=lambda mark: sum(_cells(line, mark) for line in lines))


def _cells(line: str, mark: str) -> int:
    return len(next(csv.reader([line], delimiter=mark), []))


class _Lines:
    """The lines of a file, with their ends. The reader of rows says where each row begins."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._lines = _split(_chunks(file, encoding))
        self.row_size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.row_size += len(line)
        if self.row_size > _LONGEST_ROW:
            raise csv.Error("the row is too long")
        return line


def _split(chunks: Iterator[str]) -> Iterator[str]:
    rest = ""
    for chunk in chunks:
        lines = io.StringIO(rest + chunk, newline="").readlines()
        rest = "" if lines[-1].endswith(("\n", "\r")) else lines.pop()
        yield from lines
        if len(rest) > _LONGEST_ROW:
            break
    if rest:
        yield rest


def _chunks(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield decoded text. A line's end of two characters is never taken apart."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="replace"), translate=False
    )
    file.seek(0)
    while True:
        data = file.read(_CHUNK)
        text = decoder.decode(data, final=not data)
        if "\0" in text:
            raise UnreadableTableError(f"The file is not text. {_AS_CSV}")
        if text:
            yield text
        if not data:
            return


def _first_lines(file: IO[bytes], encoding: str) -> tuple[list[str], str]:
    """Return the first lines down to one with cells, and the delimiter a `sep=;` line tells.

    Reports begin with titles, which have no cells.
    """
    lines = _Lines(file, encoding)
    told = ""
    found: list[str] = []
    try:
        for number, line in enumerate(lines):
            lines.row_size = 0
            text = line.strip("\r\n")[:_GUESSED_LETTERS]
            if number == 0 and text.lower().startswith("sep=") and len(text) == len("sep=;"):
                told = text[-1]
            elif text.strip():
                found.append(text)
                if len(found) == _GUESSED_LINES or _cells(text, guess_delimiter([text])) > 1:
                    break
    except csv.Error:  # too long a line: whoever reads the rows says which
        found = found or [""]
    if not found:
        raise UnreadableTableError("The file is empty.")
    return found, told


def _encoding_by_start(start: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    zeros = start.count(0)
    if zeros * 3 < len(start):
        return "utf-8-sig"
    return "utf-16-le" if start[1::2].count(0) * 2 > zeros else "utf-16-be"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while data := file.read(_CHUNK):
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _broken(line: int, error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return f"A quote opened in line {line} is never closed. {_TWO_QUOTES}"
    if "too long" in str(error) or "field limit" in str(error):
        return f"The row in line {line} is far too long. Perhaps a quote in it is never closed."
    return (
        f"Line {line} cannot be read as a row: after a closing quote must come a delimiter. "
        f"{_TWO_QUOTES}"
    )
