"""PostgreSQL's binary COPY from and into NumPy columns, without a Python loop over rows. Pure.

Wire format: PostgreSQL manual, SQL COPY, "Binary Format": a header, then per row the number of
fields and per field its size (-1 for NULL) and its bytes in network order; a trailer of -1.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


class UnexpectedWidthError(ValueError):
    """A row is not made of the fields that were asked for; perhaps a value was NULL."""


def unpacked(data: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the rows of a binary COPY whose fields are never NULL and of fixed width.

    `dtype` names the fields in the order of the query, each big-endian as it is sent.

    Raises:
        UnexpectedWidthError: the rows are not of these fields.
    """
    wire = _wire(dtype)
    body = len(data) - len(HEADER) - len(TRAILER)
    if body % wire.itemsize:
        raise UnexpectedWidthError(f"Rows of {wire.itemsize} bytes do not fill {body} bytes.")
    rows = np.frombuffer(data, wire, count=body // wire.itemsize, offset=len(HEADER))
    found = np.empty(len(rows), dtype)
    for name in dtype.names or ():
        if (rows[_size(name)] != dtype[name].itemsize).any():
            raise UnexpectedWidthError(f"Not every {name} is {dtype[name].itemsize} bytes long.")
        found[name] = rows[name]
    return found


def packed(
    rows: NDArray[Any], *, absent: Mapping[str, Flags], lengths: Mapping[str, Ints]
) -> bytes:
    """Return rows as a binary COPY, in the order of their fields.

    `absent` says of a field in which rows it is NULL, `lengths` how many of its bytes count
    where they differ from row to row.
    """
    wire = np.empty(len(rows), _wire(rows.dtype))
    names = rows.dtype.names or ()
    wire["fields"] = len(names)
    for name in names:
        wire[name] = rows[name]
        wire[_size(name)] = lengths.get(name, rows.dtype[name].itemsize)
    for name, is_absent in absent.items():
        wire[_size(name)][is_absent] = -1
    varying = [*absent, *(name for name in lengths if name not in absent)]
    content = wire.view(np.uint8).reshape(len(rows), wire.dtype.itemsize)
    return b"".join((HEADER, content[_is_sent(wire, varying)].tobytes(), TRAILER))


def _wire(dtype: np.dtype[Any]) -> np.dtype[Any]:
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for name in dtype.names or ():
        fields += [(_size(name), ">i4"), (name, dtype[name])]
    return np.dtype(fields)


def _size(name: str) -> str:
    return f"{name}_size"


def _is_sent(wire: NDArray[Any], varying: Iterable[str]) -> Flags:
    """Say which bytes of the full-width rows are sent. Rows of one shape share one pattern."""
    names, fields = list(varying), cast("Any", wire.dtype.fields)
    shape = np.zeros(len(wire), np.int64)
    for name in names:
        shape = shape * (wire.dtype[name].itemsize + 2) + (wire[_size(name)].astype(np.int64) + 1)
    _, first, pattern = np.unique(shape, return_index=True, return_inverse=True)
    masks = np.ones((len(first), wire.dtype.itemsize), bool)
    for name in names:
        field_type, start = fields[name][:2]
        sizes = np.maximum(wire[_size(name)][first], 0)
        places = np.arange(field_type.itemsize)
        masks[:, start : start + field_type.itemsize] = places < sizes[:, None]
    return masks[pattern]
