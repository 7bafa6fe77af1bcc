"""Inserts rows by COPY, several times as fast as `bulk_create` (`benchmarks/consume.py`).

`copy_lines` takes lines that are ready: for millions of rows, finding out each value's type
costs more than PostgreSQL needs for the row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model

NULL: Final = r"\N"
_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def copy_new(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows of a model; what a row does not name gets the field's default."""
    fields = model._meta.concrete_fields
    defaults = {field.attname: field.get_default() for field in fields}
    columns = ", ".join(field.column for field in fields)
    statement = f"COPY {model._meta.db_table} ({columns}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(tuple({**defaults, **row}.values()))


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Insert rows that are lines of COPY's text format already.

    Raises:
        IntegrityError: one of them breaks a constraint; none is inserted then.
    """
    block = "\n".join(lines)
    if not block:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        copy.write(f"{block}\n")


def text_fields(*texts: str) -> str:
    """Return texts that came from outside as neighbouring fields of a line."""
    if _SPECIAL.search("".join(texts)):
        return "\t".join(text.translate(_ESCAPES) for text in texts)
    return "\t".join(texts)


def array_text(values: Iterable[object]) -> str:
    """Return values as one parameter that PostgreSQL reads as an array; None as NULL.

    psycopg asks each value of a list for its type, which costs more than the row it becomes.
    """
    return "{" + ",".join(map(_array_item, values)) + "}"


def _array_item(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", r"\\").replace('"', r"\"")
        return f'"{escaped}"'
    return value.hex if isinstance(value, UUID) else f'"{value}"'


def moment_field(microseconds: int) -> str:
    """Return a time, in microseconds since the start of 1970, as a field of a line."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}+00"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
