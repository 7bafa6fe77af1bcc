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

_SENT_BY = {
    ">i8": "int8send", ">i4": "int4send", ">i2": "int2send", "|i1": "boolsend", "|V16": "uuid_send"
}  # fmt: skip
_SIZE = np.dtype(">i4")


class UnexpectedWidthError(ValueError):
    """A column is not made of the values that were asked for; perhaps one was NULL."""


def columns_query(query: str, dtype: np.dtype[Any]) -> str:
    """Return a query whose one row has each column of the given one as one value.

    psycopg handles every row in Python, so one wide row is read many times faster. The fields of
    `dtype` name the columns in their order; texts of fixed width have to be bytea.
    """
    names = dtype.names or ()
    values = ", ".join(f"string_agg({_as_bytes(name, dtype[name])}, '')" for name in names)
    source = f"({query}) AS found({', '.join(names)})"
    return f"SELECT int8send(count(*)), {values} FROM {source}"  # noqa: S608 - a query of ours


def unpacked(data: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the rows behind a binary COPY of a `columns_query`.

    Raises:
        UnexpectedWidthError: the query gave other columns, or a NULL.
    """
    values = _values(data)
    count = int.from_bytes(values[0], "big")
    rows = np.empty(count, dtype)
    for name, value in zip(dtype.names or (), values[1:], strict=True):
        if len(value) != count * dtype[name].itemsize:
            raise UnexpectedWidthError(f"Not every {name} is {dtype[name].itemsize} bytes long.")
        rows[name] = np.frombuffer(value, dtype[name])
    return rows


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


def _as_bytes(name: str, field: np.dtype[Any]) -> str:
    return name if field.kind == "S" else f"{_SENT_BY[field.str]}({name})"


def _values(data: bytes) -> list[bytes]:
    """Return the fields of the only row; NULL, the sum of nothing, as empty."""
    place = len(HEADER)
    fields, place = int.from_bytes(data[place : place + 2], "big"), place + 2
    values = []
    for _ in range(fields):
        size = int(np.frombuffer(data, _SIZE, count=1, offset=place)[0])
        values.append(data[place + 4 : place + 4 + max(size, 0)])
        place += 4 + max(size, 0)
    return values


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
