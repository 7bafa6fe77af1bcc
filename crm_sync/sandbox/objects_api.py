"""Contacts, companies and deals over the wire: list, read, write, search, merge, batches."""

from collections.abc import Callable, Mapping
from typing import Any

from crm_sync.sandbox import search, wire
from crm_sync.sandbox.faults import Behaviour
from crm_sync.sandbox.store import CrmObject, RefusedError, Store, not_found

Answer = tuple[int, dict[str, Any]]
Query = Mapping[str, list[str]]
Body = Mapping[str, Any]

LIST_LIMIT = 100
HISTORY_LIMIT = 50
BATCH_LIMIT = 100


class ObjectsApi:
    """The requests below `/crm/objects/2026-09/{kind}`."""

    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self._store = store
        self._behaviour = behaviour
        self._batches: dict[str, Callable[[str, Body], Answer]] = {
            "read": self._batch_read,
            "create": self._batch_create,
            "update": self._batch_update,
            "upsert": self._batch_upsert,
            "archive": self._batch_archive,
        }

    def list(self, kind: str, query: Query) -> Answer:
        """GET the objects by id, or those in the recycling bin."""
        history = wire.names(query.get("propertiesWithHistory", ()))
        limit = int(query.get("limit", ["10"])[0])
        largest = HISTORY_LIMIT if history else LIST_LIMIT
        if not 0 < limit <= largest:
            raise RefusedError(400, "VALIDATION_ERROR", f"limit must be at most {largest}")
        archived = query.get("archived", ["false"])[0].lower() == "true"
        items = self._store.archived(kind) if archived else self._store.present(kind)
        page, after = wire.list_page(items, after=query.get("after", [""])[0], limit=limit)
        names = wire.names(query.get("properties", ()))
        results = [wire.object_document(self._store, item, names, history) for item in page]
        return 200, {"results": results, **wire.paging(after)}

    def create(self, kind: str, body: Body) -> Answer:
        """POST one object."""
        return 201, self._document(self._create(kind, body), body)

    def read(self, kind: str, key: str, query: Query) -> Answer:
        """GET one object; an id that was merged away answers with what remains."""
        item = self._store.find(kind, key, id_property=query.get("idProperty", [""])[0])
        names = wire.names(query.get("properties", ()))
        history = wire.names(query.get("propertiesWithHistory", ()))
        return 200, wire.object_document(self._store, item, names, history)

    def update(self, kind: str, key: str, body: Body, query: Query) -> Answer:
        """PATCH one object's properties."""
        item = self._store.find(kind, key, id_property=query.get("idProperty", [""])[0])
        return 200, self._document(self._store.update(kind, item.id, body["properties"]), body)

    def archive(self, kind: str, key: str) -> Answer:
        """DELETE one object (into the recycling bin)."""
        self._store.archive(kind, key)
        return 204, {}

    def search(self, kind: str, body: Body) -> Answer:
        """POST a search."""
        items, total, after = search.find(self._store, self._behaviour, kind, body)
        names = list(body.get("properties") or ())
        results = [wire.object_document(self._store, item, names) for item in items]
        return 200, {
            "total": total, "results": results,
            **wire.paging(None if after is None else str(after)),
        }  # fmt: skip

    def merge(self, kind: str, body: Body) -> Answer:
        """POST a merge of two objects."""
        item = self._store.merge(kind, body["primaryObjectId"], body["objectIdToMerge"])
        return 200, wire.object_document(self._store, item)

    def batch(self, kind: str, operation: str, body: Body) -> Answer:
        """POST a batch."""
        limit = HISTORY_LIMIT if body.get("propertiesWithHistory") else BATCH_LIMIT
        if len(body["inputs"]) > limit:
            raise RefusedError(400, "VALIDATION_ERROR", f"at most {limit} inputs")
        if operation not in self._batches:
            raise RefusedError(404, "NOT_FOUND", f"no batch operation {operation}")
        return self._batches[operation](kind, body)

    def _batch_read(self, kind: str, body: Body) -> Answer:
        results, missing = [], []
        for entry in body["inputs"]:
            try:
                item = self._store.find(
                    kind, str(entry["id"]), id_property=body.get("idProperty") or ""
                )
            except RefusedError:
                missing.append(str(entry["id"]))
                continue
            results.append(self._document(item, body))
        return wire.batch_document(results, [not_found(kind, missing)] if missing else [])

    def _batch_create(self, kind: str, body: Body) -> Answer:
        items = [self._create(kind, entry) for entry in body["inputs"]]
        _, document = wire.batch_document([self._document(item, {}) for item in items])
        return 201, document

    def _batch_update(self, kind: str, body: Body) -> Answer:
        results, missing = [], []
        for entry in body["inputs"]:
            try:
                item = self._store.update(kind, str(entry["id"]), entry["properties"])
            except RefusedError as error:
                if error.status != 404:
                    raise
                missing.append(str(entry["id"]))
                continue
            results.append(self._document(item, entry))
        return wire.batch_document(results, [not_found(kind, missing)] if missing else [])

    def _batch_upsert(self, kind: str, body: Body) -> Answer:
        results = []
        for entry in body["inputs"]:
            name, key = entry.get("idProperty") or "", str(entry["id"])
            try:
                item = self._store.find(kind, key, id_property=name)
                self._store.update(kind, item.id, entry["properties"])
                is_new = False
            except RefusedError as error:
                if error.status != 404 or not name:
                    raise
                item = self._store.create(kind, {name: key, **entry["properties"]})
                is_new = True
            results.append({**self._document(item, entry), "new": is_new})
        return wire.batch_document(results)

    def _batch_archive(self, kind: str, body: Body) -> Answer:
        for entry in body["inputs"]:
            self._store.archive(kind, str(entry["id"]))
        return 204, {}

    def _create(self, kind: str, body: Body) -> CrmObject:
        item = self._store.create(kind, body["properties"])
        for association in body.get("associations") or ():
            self._associate(item, association)
        return item

    def _associate(self, item: CrmObject, association: Body) -> None:
        to_key = str(association["to"]["id"])
        for to_kind in self._store.objects:
            if to_kind != item.kind and to_key in self._store.objects[to_kind]:
                self._store.link(item.kind, item.id, to_kind, to_key)
                return
        raise not_found("associated", [to_key])

    def _document(self, item: CrmObject, body: Body) -> dict[str, Any]:
        asked = body.get("properties") or ()
        history = list(body.get("propertiesWithHistory") or ())
        return wire.object_document(self._store, item, list(asked), history)
