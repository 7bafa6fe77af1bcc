"""PostgreSQL's binary COPY, checked byte by byte against its manual."""

import struct

import numpy as np
import pytest

from attribution.binary_copy import HEADER, TRAILER, UnexpectedWidthError, packed, unpacked

DTYPE = np.dtype([("number", ">i4"), ("text", "S5")])


def field(content: bytes | None) -> bytes:
    if content is None:
        return struct.pack(">i", -1)
    return struct.pack(">i", len(content)) + content


def stream(*rows: tuple[bytes | None, ...]) -> bytes:
    body = b"".join(struct.pack(">h", len(row)) + b"".join(map(field, row)) for row in rows)
    return HEADER + body + TRAILER


def test_rows_are_sent_as_the_manual_says() -> None:
    rows = np.array([(1, b"abc"), (-2, b"abcde"), (3, b"x")], DTYPE)
    data = packed(
        rows,
        absent={"number": np.array([False, False, True])},
        lengths={"text": np.array([3, 5, 1])},
    )

    assert data == stream(
        (struct.pack(">i", 1), b"abc"), (struct.pack(">i", -2), b"abcde"), (None, b"x")
    )


def test_no_rows_are_a_header_and_a_trailer() -> None:
    assert packed(np.zeros(0, DTYPE), absent={}, lengths={}) == HEADER + TRAILER


def test_what_was_sent_is_read_again() -> None:
    rows = np.array([(1, b"abcde"), (2, b"vwxyz")], DTYPE)

    assert np.array_equal(unpacked(packed(rows, absent={}, lengths={}), DTYPE), rows)


def test_a_null_is_refused() -> None:
    with pytest.raises(UnexpectedWidthError):
        unpacked(stream((None, b"abcde")), DTYPE)


def test_a_field_of_another_width_is_refused() -> None:
    with pytest.raises(UnexpectedWidthError, match="number"):
        unpacked(stream((b"ab", b"abcdefg")), DTYPE)
