"""One line of the click journal: pure, versioned, and the same for writer and reader.

A line is 14 tab-separated fields of raw bytes and a newline. The first is the version:
`1` has the fields as they are; `1%` has `%`, tab, newline and backslash percent-escaped, and is
used only where a field would break the line. `L` reports taps that could not be written.
"""

import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from campaigns.public_ids import MalformedIdError, decode_id

PLAIN = "1"
ESCAPED = "1%"
LOSS = "L"
FIELD_COUNT = 14
LONGEST_PLAIN = 4000
_LONGEST_FIELD = 2000
_YEAR_2200_US = 7_258_118_400_000_000
_TABS = FIELD_COUNT - 1
_COUNTRY = re.compile("[A-Z]{2}")
_UNESCAPED = bytes(byte for byte in range(32, 127) if byte not in b"%\\")

ANSWERS = {
    "r": "redirected",
    "u": "unknown_code",
    "h": "unknown_host",
    "n": "not_started",
    "e": "expired",
    "x": "retired",
    "l": "limit_reached",
}
"""The letter in the file and the answer it stands for."""


class MalformedLineError(ValueError):
    """A line is none that this version of Textrail writes."""


class TapRecord(NamedTuple):
    """One tap as it was written. `link_id` is None where no link was found.

    `country` has two capital letters, or is empty where nobody knows.
    """

    occurred_at_us: int
    click_id: uuid.UUID
    answer: str
    method: str
    link_id: uuid.UUID | None
    host: str
    path: str
    query: str
    address_hash: str
    user_agent: str
    referrer: str
    purpose: str
    country: str


@dataclass(frozen=True, slots=True)
class LossRecord:
    """So many taps were answered and could not be written, the disk being full."""

    occurred_at_us: int
    lost_count: int


def format_tap(*fields: str) -> bytes:
    """Return the line of one tap: microseconds since 1970, click id, answer's letter, method,
    link id in hexadecimal or empty, host, path, query, address hash, user agent, referrer, purpose,
    country.

    Texts are as WSGI hands them over: each character stands for one byte (PEP 3333).
    """
    line = _bytes("\t".join((PLAIN, *fields)) + "\n")
    length = len(line)
    if line.count(b"\t") == _TABS and line.find(b"\n") == length - 1 and length <= LONGEST_PLAIN:
        return line
    return _escaped(fields)


def _escaped(fields: Sequence[str]) -> bytes:
    cropped = (_bytes(field[:_LONGEST_FIELD]) for field in fields)
    escaped = "\t".join((ESCAPED, *(quote_from_bytes(raw, _UNESCAPED) for raw in cropped)))
    return escaped.encode("ascii") + b"\n"


def format_loss(lost_count: int) -> bytes:
    """Return the line that tells a reader how many taps are missing."""
    return f"{LOSS}\t{time.time_ns() // 1000}\t{lost_count}\n".encode()


def parse_line(line: bytes) -> TapRecord | LossRecord:
    """Return what a line says. Bytes that are no UTF-8 and NULs become U+FFFD.

    Raises:
        MalformedLineError: another version, another number of fields, or a field that cannot be.
    """
    version, *fields = _text(line).split("\t")
    try:
        if version == PLAIN and len(fields) == _TABS:
            return _tap(fields)
        if version == ESCAPED and len(fields) == _TABS:
            return _tap([_text(unquote_to_bytes(field)) for field in fields])
        if version == LOSS and len(fields) == 2:
            return LossRecord(int(fields[0]), int(fields[1]))
    except (ValueError, KeyError, MalformedIdError) as error:
        raise MalformedLineError(repr(line[:80])) from error
    raise MalformedLineError(repr(line[:80]))


def _tap(fields: list[str]) -> TapRecord:
    moment, click_id, answer, method, link_id, *rest = fields
    occurred_at_us = int(moment)
    if not 0 <= occurred_at_us < _YEAR_2200_US:
        raise MalformedLineError(moment)
    if rest[-1] and not _COUNTRY.fullmatch(rest[-1]):
        raise MalformedLineError(rest[-1])
    return TapRecord(
        occurred_at_us,
        decode_id(click_id),
        ANSWERS[answer],
        method,
        _link_id(link_id) if link_id else None,
        *rest,
    )


@lru_cache(maxsize=16_384)
def _link_id(text: str) -> uuid.UUID:
    return uuid.UUID(hex=text)


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
