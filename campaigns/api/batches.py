"""Posts of many rows that are stored as a whole or not at all: their shape and their answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from campaigns.api.errors import Fields, RefusedError
from campaigns.import_rows import BatchResult


def batch_rows(data: Any, *, fields: Sequence[str], most: int) -> list[dict[str, str]]:
    """Return the rows of `{"rows": […]}`, a bare list or one row, each field as text.

    Money may be `{amount, currency}`, or a text beside `currency`.

    Raises:
        ValidationError: no list of rows, or more than `most`.
    """
    rows = data.get("rows", [data]) if isinstance(data, Mapping) else data
    if not isinstance(rows, list) or len(rows) > most:
        raise serializers.ValidationError({"rows": [f"Send a list of at most {most:,} rows."]})
    return [_text_row(number, row, fields) for number, row in enumerate(rows, start=1)]


def batch_answer(result: BatchResult, *, refusal: str) -> Response:
    """Return how many rows came to what, and each.

    Raises:
        RefusedError: a row is wrong and nothing was stored; `refusal` is its code.
    """
    if not result.is_stored:
        message = (
            f"Nothing was stored: {result.count('rejected')} of {len(result.rows)} rows are wrong."
        )
        raise RefusedError(400, refusal, message, _fields(result))
    counts = {status: result.count(status) for status in ("created", "updated", "unchanged")}
    results = [{"row": row.number, "status": row.status} for row in result.rows]
    return Response({**counts, "results": results})


def _text_row(number: int, row: Any, fields: Sequence[str]) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise serializers.ValidationError({f"rows.{number}": ["A row is an object."]})
    flat = dict(row)
    if isinstance(row.get("amount"), Mapping):
        flat |= {name: row["amount"].get(name) for name in ("amount", "currency")}
    return {name: "" if flat.get(name) is None else str(flat[name]) for name in fields}


def _fields(result: BatchResult) -> Fields:
    fields: Fields = {}
    for row in result.rows:
        for error in row.errors:
            entry = {"code": error.code, "message": error.message, "suggestion": error.suggestion}
            fields.setdefault(f"rows.{row.number}.{error.field}", []).append(entry)
    return fields
