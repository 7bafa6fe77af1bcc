"""PostgreSQL's binary COPY, checked byte by byte against its manual."""

import struct

import numpy as np
import pytest

from attribution.binary_copy import (
    HEADER,
    TRAILER,
    UnexpectedWidthError,
    columns_query,
    packed,
    unpacked,
)

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


def test_a_query_is_asked_for_its_columns() -> None:
    dtype = np.dtype([("number", ">i4"), ("text", "S5")])

    assert columns_query("TABLE words", dtype) == (
        "SELECT int8send(count(*)), string_agg(int4send(number), ''), string_agg(text, '') "
        "FROM (TABLE words) AS found(number, text)"
    )


def test_columns_become_rows() -> None:
    data = stream((struct.pack(">q", 2), struct.pack(">ii", 7, -8), b"abcdevwxyz"))

    assert unpacked(data, DTYPE).tolist() == [(7, b"abcde"), (-8, b"vwxyz")]


def test_columns_of_nothing_are_no_rows() -> None:
    assert len(unpacked(stream((struct.pack(">q", 0), None, None)), DTYPE)) == 0


@pytest.mark.parametrize("number", [None, b"ab", struct.pack(">i", 1)])
def test_a_column_that_lacks_a_value_is_refused(number: bytes | None) -> None:
    with pytest.raises(UnexpectedWidthError, match="number"):
        unpacked(stream((struct.pack(">q", 2), number, b"abcdevwxyz")), DTYPE)
