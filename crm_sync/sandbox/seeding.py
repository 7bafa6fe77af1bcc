"""Puts records into a sandbox, created or changed, with dates of the past where wanted.

A record: `{"kind": "deals", "id": "2001", "properties": {...}, "at": "2026-05-02T09:00:00Z",
"associations": [{"kind": "contacts", "id": "1001", "label": "Decision maker"}]}`. Only `kind`
is needed. Ids are digits. `at` dates the creation, or the step in the properties' history; the
time of the last modification is always the sandbox's clock, so that a sync sees the record.
`{"kind": "owners", "id": "7", "properties": {"firstName": …}}` names an owner.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crm_sync.sandbox.store import Store


def seed(store: Store, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Create or change each record and return the ids. Raises RefusedError."""
    return [_seed_one(store, record) for record in records]


def _seed_one(store: Store, record: Mapping[str, Any]) -> str:
    kind, key = str(record["kind"]), str(record.get("id", ""))
    values = record.get("properties", {})
    if kind == "owners":
        with store.lock:
            store.owners[key] = {"id": key, **values}
        return key
    at = datetime.fromisoformat(record["at"]) if record.get("at") else None
    with store.lock:
        if key in store.objects[kind]:
            item = store.update(kind, key, values, at=at)
        else:
            item = store.create(kind, values, object_id=key, at=at)
        for association in record.get("associations", ()):
            store.link(
                kind, item.id, association["kind"], str(association["id"]),
                label=association.get("label", ""),
            )  # fmt: skip
    return item.id
