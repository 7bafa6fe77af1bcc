"""Objects out of a JSON file, one by one: an array, `{"recipients": […]}`, or a line each. Pure.

Memory is that of one object, however long the file.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from links.audience_columns import AudienceFileError

_CHUNK: Final = 1 << 16
_LONGEST: Final = 1 << 20
_BLANK: Final = re.compile(r"[\s,]*")
_OPENING: Final = re.compile(r'\s*(?:\{\s*"recipients"\s*:\s*)?\[')
_DECODER: Final = json.JSONDecoder()


def read_objects(file: IO[bytes]) -> Iterator[Any]:
    """Yield the values of an array, or of a file with one object per line.

    Raises:
        AudienceFileError: the text is no JSON, ends in the middle, or holds no list.
    """
    text = _Text(file)
    opening = _OPENING.match(text.start())
    if opening is None:
        yield from _values(text, closing="")
        return
    text.skip(opening.end())
    yield from _values(text, closing="]")


class _Text:
    """The rest of the file that was read and not used yet."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")(errors="replace").decode
        self.rest = ""
        self.is_over = False

    def start(self) -> str:
        """Return the first piece."""
        self.more()
        return self.rest

    def more(self) -> None:
        """Read another piece."""
        data = self._file.read(_CHUNK)
        self.is_over = not data
        self.rest += self._decode(data, final=not data)

    def skip(self, count: int) -> None:
        """Leave out letters at the beginning."""
        self.rest = self.rest[count:]


def _values(text: _Text, closing: str) -> Iterator[Any]:
    number = 0
    at = 0
    while True:
        found = _BLANK.match(text.rest, at)
        at = found.end() if found else at
        if at >= len(text.rest):
            if text.is_over:
                break
            text.skip(at)
            at = 0
            text.more()
        elif closing and text.rest[at] == closing:
            return
        elif (decoded := _decoded(text, at)) is not None:
            number += 1
            yield decoded[0]
            at = decoded[1]
        else:
            text.skip(at)
            at = 0
            _grow(text, number)
    if closing:
        raise AudienceFileError(
            f"The JSON ends in the middle, after {number:,} objects: the closing “]” is missing."
        )


def _decoded(text: _Text, at: int) -> tuple[Any, int] | None:
    """Return the value that begins here and where it ends; None if it may go on."""
    try:
        value, end = _DECODER.raw_decode(text.rest, at)
    except (ValueError, RecursionError):
        return None
    # A number at the end of what was read may have more digits
    return None if end == len(text.rest) and not text.is_over else (value, end)


def _grow(text: _Text, number: int) -> None:
    if text.is_over or len(text.rest) > _LONGEST:
        raise AudienceFileError(
            f"What follows object {number:,} is no JSON: “{text.rest[:40]}”. Write a list of "
            'objects such as [{"phone": "+14155550123"}], or one object per line.'
        )
    text.more()
