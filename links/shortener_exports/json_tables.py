"""An API's answer as a table: a list of objects, or an object that holds one. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from campaigns.table_rows import UnreadableTableError

_DEEPEST: Final = 3
_JOINED_BY: Final = "|"


def is_json(start: bytes) -> bool:
    """Say whether a file begins as JSON does."""
    return start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}


def json_rows(content: bytes) -> Iterator[Sequence[str]]:
    """Yield a header and a row for each object; what has parts is joined by bars.

    Raises:
        UnreadableTableError: no JSON, or no list of objects in it.
    """
    try:
        found = _list_in(json.loads(content), _DEEPEST)
    except (ValueError, RecursionError) as error:
        raise UnreadableTableError(f"The file is no JSON that can be read: {error}.") from error
    if not found:
        raise UnreadableTableError("The JSON holds no list of links.")
    header = list(dict.fromkeys(key for each in found for key in each))
    yield header
    for each in found:
        yield [_cell(each.get(key)) for key in header]


def _list_in(data: Any, deepest: int) -> list[Mapping[str, Any]]:
    if isinstance(data, list):
        return [each for each in data if isinstance(each, Mapping)]
    if not isinstance(data, Mapping) or deepest == 0:
        return []
    inner = (_list_in(value, deepest - 1) for value in data.values())
    return next((found for found in inner if found), [])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return _JOINED_BY.join(_cell(each) for each in value)
    if isinstance(value, Mapping):
        return _cell(value.get("name"))
    return str(value)
