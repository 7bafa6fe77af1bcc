"""HubSpot's JSON shapes (its OpenAPI files, version 2026-09; the same in v3)."""

import base64
import binascii
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from crm_sync.sandbox import catalog
from crm_sync.sandbox.store import CrmObject, RefusedError, Store, iso


def object_document(
    store: Store, item: CrmObject, names: Sequence[str] = (), history: Sequence[str] = ()
) -> dict[str, Any]:
    """Return an object with the asked properties; those without a value are null."""
    always = ("hs_object_id", "createdate", catalog.MODIFIED[item.kind])
    shown = dict.fromkeys((*(names or catalog.SHOWN_BY_DEFAULT[item.kind]), *always))
    document: dict[str, Any] = {
        "id": item.id,
        "properties": {name: store.value(item, name) for name in shown},
        "createdAt": iso(item.created_at),
        "updatedAt": iso(item.updated_at),
        "archived": item.archived_at is not None,
    }
    if item.archived_at is not None:
        document["archivedAt"] = iso(item.archived_at)
    if history:
        document["propertiesWithHistory"] = {
            name: history_document(item, name) for name in history if name in item.history
        }
    return document


def history_document(item: CrmObject, name: str) -> list[dict[str, str]]:
    """Return a property's values, the newest first."""
    return [
        {"value": value or "", "timestamp": iso(at), "sourceType": "API"}
        for value, at in reversed(item.history[name])
    ]


def batch_document(
    results: list[dict[str, Any]], errors: Sequence[RefusedError] = ()
) -> tuple[int, dict[str, Any]]:
    """Return status and body of a batch: 207 where a part of it was refused."""
    now = "2026-11-02T09:00:00.000Z"
    body: dict[str, Any] = {
        "status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now,
    }  # fmt: skip
    if errors:
        body |= {"numErrors": len(errors), "errors": [error_document(e) for e in errors]}
    return (207 if errors else 200), body


def error_document(error: RefusedError) -> dict[str, Any]:
    """Return the body of a refusal, or an entry of a batch's errors."""
    return {
        "status": "error",
        "message": str(error),
        "correlationId": str(uuid.uuid4()),
        "category": error.category,
        "context": error.context,
        "errors": [],
        "links": {},
    }


def pipeline_document(store: Store, pipeline: dict[str, Any]) -> dict[str, Any]:
    """Return a pipeline with its stages."""
    stamp = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}
    with store.lock:
        stages = [
            {"archived": False, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT", **stamp, **stage}
            for stage in pipeline["stages"]
        ]
    return {"archived": False, **stamp, **pipeline, "stages": stages}


def association_document(from_kind: str, to_kind: str, key: str, label: str) -> dict[str, Any]:
    """Return one target of an association, with every type that holds."""
    plain, primary = catalog.ASSOCIATION_TYPES[from_kind, to_kind]
    types: list[dict[str, Any]] = [{"category": "HUBSPOT_DEFINED", "typeId": plain, "label": None}]
    if label == "Primary" and primary is not None:
        types.append({"category": "HUBSPOT_DEFINED", "typeId": primary, "label": "Primary"})
    elif label:
        types.append({"category": "USER_DEFINED", "typeId": 1000, "label": label})
    return {"toObjectId": int(key), "associationTypes": types}


def paging(after: str | None) -> dict[str, Any]:
    """Return the part of a list that leads on, empty at its end."""
    return (
        {} if after is None else {"paging": {"next": {"after": after, "link": f"?after={after}"}}}
    )


def list_page(
    items: Sequence[CrmObject], *, after: str, limit: int
) -> tuple[Sequence[CrmObject], str | None]:
    """Return the items behind an opaque cursor, and the cursor behind them.

    Raises:
        RefusedError: 400, the cursor is none of ours.
    """
    latest = _open_cursor(after) if after else 0
    ahead = [item for item in items if int(item.id) > latest]
    page = ahead[:limit]
    return page, _cursor(int(page[-1].id)) if len(ahead) > limit else None


def names(values: Iterable[str]) -> list[str]:
    """Return property names of a query parameter: repeated, or joined by commas."""
    return [name for value in values for name in value.split(",") if name]


def _cursor(latest: int) -> str:
    return base64.urlsafe_b64encode(f"id>{latest}".encode()).decode()


def _open_cursor(text: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(text.encode()).decode().removeprefix("id>"))
    except (ValueError, binascii.Error) as error:
        raise RefusedError(400, "VALIDATION_ERROR", f"after is not a cursor: {text}") from error
