"""The large parts of a workbook, a piece at a time: a sheet's rows, and the texts it refers to.

openpyxl holds a workbook's texts as a whole and takes a second for a few thousand rows. Here
memory is eight bytes a text, and the texts themselves are on disk.
"""

import os
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Final
from xml.parsers import expat

from campaigns.table_rows import LONGEST_CELL, MOST_COLUMNS, Row

_CHUNK: Final = 1 << 16
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")

Number = Callable[[str, int], str]
"""Takes a number as it is written and its style's place; returns it as people read it."""


class Texts:
    """A workbook's texts by number, on disk."""

    def __init__(self, source: IO[bytes] | None) -> None:
        """Read them through, if there are any."""
        self._file = TemporaryFile()  # noqa: SIM115  (as long as the texts)
        self._ends = array("Q", [0])
        for text in _pieces(source, _TextParser()) if source else ():
            data = text.encode(errors="replace")
            self._file.write(data)
            self._ends.append(self._ends[-1] + len(data))
        self._file.flush()

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        start, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()


def sheet_rows(source: IO[bytes], texts: Texts, number: Number) -> Iterator[Row]:
    """Yield a sheet's rows; one that the file leaves out is left out."""
    yield from _pieces(source, _SheetParser(texts, number))


def _pieces(source: IO[bytes], parser: "_Parser") -> Iterator[Any]:
    while data := source.read(_CHUNK):
        parser.parse(data, is_last=False)
        yield from parser.found
        parser.found.clear()
    parser.parse(b"", is_last=True)
    yield from parser.found


class _Parser:
    """Hears the tags of a part and gathers what it finds. Text counts in `v` and `t` only."""

    def __init__(self) -> None:
        self.found: list[Any] = []
        self._text: list[str] = []
        self._length = 0
        self._is_text = self._is_reading_aid = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse

    def parse(self, data: bytes, *, is_last: bool) -> None:
        """Hear another piece."""
        self._parser.Parse(data, is_last)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear that a tag begins."""

    def finish(self, tag: str) -> None:
        """Hear that a tag ends."""

    def take_text(self) -> str:
        """Return what was gathered since this was asked last."""
        text = "".join(self._text)
        self._text, self._length = [], 0
        return text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag in {"v", "t"}:
            self._is_text = not self._is_reading_aid
        elif tag == "rPh":  # how Japanese texts are pronounced
            self._is_reading_aid = True
        else:
            self.begin(tag, attributes)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag in {"v", "t"}:
            self._is_text = False
        elif tag == "rPh":
            self._is_reading_aid = False
        else:
            self.finish(tag)

    def _data(self, text: str) -> None:
        if self._is_text and self._length <= LONGEST_CELL:
            self._text.append(text)
            self._length += len(text)

    def _refuse(self, *declaration: object) -> None:
        raise ValueError("a workbook declares no entities")


class _TextParser(_Parser):
    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.take_text()

    def finish(self, tag: str) -> None:
        if tag == "si":
            self.found.append(self.take_text().replace("x005F_", ""))


class _SheetParser(_Parser):
    def __init__(self, texts: Texts, number: Number) -> None:
        super().__init__()
        self._texts = texts
        self._number = number
        self._row = self._column = self._style = 0
        self._kind = "n"
        self._cells: list[str] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            found = _COLUMN.match(attributes.get("r", ""))
            self._column = _place(found[0]) if found else self._column + 1
            self.take_text()
        elif tag == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column, self._cells = 0, []

    def finish(self, tag: str) -> None:
        if tag == "c":
            text = self.take_text()
            if text and self._column <= MOST_COLUMNS + 1:
                self._cells += [""] * (self._column - len(self._cells))
                self._cells[self._column - 1] = self._shown(text)
        elif tag == "row":
            self.found.append(Row(self._row, self._row, self._cells))

    def _shown(self, text: str) -> str:
        if self._kind == "s":
            return self._texts[int(text)]
        if self._kind == "b":
            return str(bool(int(text))).upper()
        return self._number(text, self._style) if self._kind == "n" else text


def _place(letters: Sequence[str]) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place
