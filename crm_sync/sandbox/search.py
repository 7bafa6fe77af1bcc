"""HubSpot's search: filter groups (OR of ANDs), sorts, and the end at 10,000 results."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from crm_sync.sandbox.faults import Behaviour
from crm_sync.sandbox.store import CrmObject, RefusedError, Store, milliseconds

MAX_LIMIT = 200
MAX_GROUPS = 6
MAX_FILTERS = 6

Comparable = Decimal | int | str

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda have, want: bool(have == want),
    "NEQ": lambda have, want: bool(have != want),
    "LT": lambda have, want: bool(have < want),
    "LTE": lambda have, want: bool(have <= want),
    "GT": lambda have, want: bool(have > want),
    "GTE": lambda have, want: bool(have >= want),
}


def find(
    store: Store, behaviour: Behaviour, kind: str, body: Mapping[str, Any]
) -> tuple[list[CrmObject], int, int | None]:
    """Return a page of matches, how many there are, and the next offset if there is one.

    Raises:
        RefusedError: 400, the query is malformed or reaches beyond what search can give.
    """
    groups = body.get("filterGroups") or []
    limit, after = int(body.get("limit") or 10), int(body.get("after") or 0)
    _check(groups, limit, after, behaviour.search_cap)
    matches = [
        item for item in _indexed(store, behaviour, kind)
        if not groups or any(_all_hold(store, item, group) for group in groups)
    ]  # fmt: skip
    for sort in reversed(body.get("sorts") or []):
        name, descending = _sort(sort)
        matches.sort(key=lambda item: _sort_key(store, item, name), reverse=descending)
    reached = after + limit
    return matches[after:reached], len(matches), reached if reached < len(matches) else None


def _indexed(store: Store, behaviour: Behaviour, kind: str) -> list[CrmObject]:
    """Return what the index knows already: nothing that changed within its lag."""
    newest = store.now() - timedelta(seconds=behaviour.index_lag_seconds)
    return [item for item in store.present(kind) if item.updated_at <= newest]


def _check(groups: list[Mapping[str, Any]], limit: int, after: int, cap: int) -> None:
    problem = ""
    if not 0 < limit <= MAX_LIMIT:
        problem = f"limit must be between 1 and {MAX_LIMIT}"
    elif after + limit > cap:
        problem = f"The total number of results cannot exceed {cap}"
    elif len(groups) > MAX_GROUPS or any(len(g.get("filters", ())) > MAX_FILTERS for g in groups):
        problem = f"at most {MAX_GROUPS} filter groups of {MAX_FILTERS} filters"
    if problem:
        raise RefusedError(400, "VALIDATION_ERROR", problem)


def _all_hold(store: Store, item: CrmObject, group: Mapping[str, Any]) -> bool:
    return all(_holds(store, item, condition) for condition in group.get("filters", ()))


def _holds(store: Store, item: CrmObject, condition: Mapping[str, Any]) -> bool:
    name, operator = str(condition["propertyName"]), str(condition["operator"])
    value_type = _type_of(store, item.kind, name)
    have = store.value(item, name)
    if operator in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return bool(have) is (operator == "HAS_PROPERTY")
    if operator == "IN":
        return bool(have in condition.get("values", ()))
    if operator not in _COMPARISONS:
        raise RefusedError(400, "VALIDATION_ERROR", f"unknown operator {operator}")
    if not have:
        return operator == "NEQ"
    want = str(condition.get("value", ""))
    return _COMPARISONS[operator](_comparable(value_type, have), _comparable(value_type, want))


def _type_of(store: Store, kind: str, name: str) -> str:
    definition = store.properties[kind].get(name)
    if definition is None:
        raise RefusedError(400, "VALIDATION_ERROR", f'Property "{name}" does not exist')
    return str(definition["type"])


def _comparable(value_type: str, text: str) -> Comparable:
    if value_type == "number":
        return Decimal(text)
    if value_type == "datetime":
        return milliseconds(text)
    return text.lower()


def _sort(sort: Mapping[str, str] | str) -> tuple[str, bool]:
    if isinstance(sort, str):
        return sort.lstrip("-"), sort.startswith("-")
    return sort["propertyName"], sort.get("direction") == "DESCENDING"


def _sort_key(store: Store, item: CrmObject, name: str) -> tuple[bool, Comparable]:
    value = store.value(item, name)
    return (value is not None, _comparable(_type_of(store, item.kind, name), value or "0"))
