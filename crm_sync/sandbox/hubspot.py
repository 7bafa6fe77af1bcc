"""Which request of HubSpot's API goes where. Knows addresses, not sockets.

Version 2026-09 has the version behind the area (`/crm/objects/2026-09/deals`), v3 and v4 in
front (`/crm/v3/objects/deals`). Both are answered, with names and type ids alike.
"""

from collections.abc import Mapping
from typing import Any

from crm_sync.sandbox import catalog, wire
from crm_sync.sandbox.faults import Behaviour
from crm_sync.sandbox.objects_api import Answer, Body, ObjectsApi, Query
from crm_sync.sandbox.store import RefusedError, Store, not_found

DATED_VERSIONS = {"2026-03", "2026-09"}
PLAIN_VERSIONS = {"v3", "v4"}


class HubSpotApi:
    """Answers the requests of HubSpot's CRM API from a store."""

    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self._store = store
        self._objects = ObjectsApi(store, behaviour)
        self._areas = {
            "objects": self._answer_objects,
            "associations": self._answer_associations,
            "pipelines": self._answer_pipelines,
            "properties": self._answer_properties,
            "owners": self._answer_owners,
        }

    def answer(self, method: str, path: str, query: Query, body: Body) -> Answer:
        """Return status and body. Raises RefusedError."""
        area, rest = _split(path)
        if area not in self._areas:
            raise _unknown(path)
        with self._store.lock:
            return self._areas[area](method, rest, query, body)

    def _answer_objects(self, method: str, rest: list[str], query: Query, body: Body) -> Answer:
        kind, *rest = [_kind(rest[0]), *rest[1:]]
        match method, rest:
            case "GET", []:
                return self._objects.list(kind, query)
            case "POST", []:
                return self._objects.create(kind, body)
            case "POST", ["search"]:
                return self._objects.search(kind, body)
            case "POST", ["merge"]:
                return self._objects.merge(kind, body)
            case "POST", ["batch", operation]:
                return self._objects.batch(kind, operation, body)
            case _:
                return self._answer_object(method, kind, rest, query, body)

    def _answer_object(
        self, method: str, kind: str, rest: list[str], query: Query, body: Body
    ) -> Answer:
        match method, rest:
            case "GET", [key]:
                return self._objects.read(kind, key, query)
            case "PATCH", [key]:
                return self._objects.update(kind, key, body, query)
            case "DELETE", [key]:
                return self._objects.archive(kind, key)
            case "GET", [key, "associations", to_kind]:
                return 200, self._targets(kind, _kind(to_kind), key)
            case "PUT", [key, "associations", "default", to_kind, to_key]:
                self._store.link(kind, key, _kind(to_kind), to_key)
                return 200, self._targets(kind, _kind(to_kind), key)
            case _:
                raise _unknown("/".join([kind, *rest]))

    def _answer_associations(
        self, method: str, rest: list[str], query: Query, body: Body
    ) -> Answer:
        if method != "POST" or len(rest) < 4:
            raise _unknown("/".join(rest))
        kind, to_kind, operation = _kind(rest[0]), _kind(rest[1]), "/".join(rest[2:])
        match operation:
            case "batch/read":
                return self._read_associations(kind, to_kind, body)
            case "batch/create" | "batch/associate/default":
                for entry in body["inputs"]:
                    self._store.link(
                        kind, str(entry["from"]["id"]), to_kind, str(entry["to"]["id"]),
                        label=_label(kind, to_kind, entry),
                    )  # fmt: skip
                return 201, wire.batch_document([])[1]
            case "batch/archive":
                for entry in body["inputs"]:
                    for target in entry["to"]:
                        self._store.unlink(
                            kind, str(entry["from"]["id"]), to_kind, str(target["id"])
                        )
                return 204, {}
            case _:
                raise _unknown(operation)

    def _read_associations(self, kind: str, to_kind: str, body: Body) -> Answer:
        if len(body["inputs"]) > 100:
            raise RefusedError(400, "VALIDATION_ERROR", "at most 100 inputs")
        results, empty = [], []
        for entry in body["inputs"]:
            key = str(entry["id"])
            targets = self._targets(kind, to_kind, key)["results"]
            if targets:
                results.append({"from": {"id": key}, "to": targets})
            else:
                empty.append(key)
        return wire.batch_document(results, [not_found(to_kind, empty)] if empty else [])

    def _targets(self, kind: str, to_kind: str, key: str) -> dict[str, Any]:
        linked = self._store.linked(kind, key, to_kind)
        return {
            "results": [
                wire.association_document(kind, to_kind, target, label)
                for target, label in linked.items()
            ]
        }

    def _answer_pipelines(self, method: str, rest: list[str], query: Query, body: Body) -> Answer:
        match method, rest:
            case "GET", [_]:
                documents = [
                    wire.pipeline_document(self._store, pipeline)
                    for pipeline in self._store.pipelines.values()
                ]
                return 200, {"results": documents}
            case "POST", [_, pipeline_id, "stages"] if pipeline_id in self._store.pipelines:
                stage = {"id": body.get("id") or body["label"].lower().replace(" ", ""), **body}
                self._store.pipelines[pipeline_id]["stages"].append(stage)
                return 201, stage
            case _:
                raise _unknown("/".join(rest))

    def _answer_properties(self, method: str, rest: list[str], query: Query, body: Body) -> Answer:
        kind, *rest = [_kind(rest[0]), *rest[1:]]
        properties, groups = self._store.properties[kind], self._store.groups[kind]
        match method, rest:
            case "GET", []:
                return 200, {"results": [_property(found) for found in properties.values()]}
            case "GET", ["groups"]:
                return 200, {"results": list(groups.values())}
            case "POST", ["groups"]:
                return 201, _add(groups, body)
            case "GET", [name] if name in properties:
                return 200, _property(properties[name])
            case "POST", []:
                if body["groupName"] not in groups:
                    raise RefusedError(400, "VALIDATION_ERROR", "the group does not exist")
                return 201, _property(_add(properties, body))
            case _:
                raise _unknown("/".join(rest))

    def _answer_owners(self, method: str, rest: list[str], query: Query, body: Body) -> Answer:
        return 200, {"results": list(self._store.owners.values())}


def _split(path: str) -> tuple[str, list[str]]:
    """Return the area and what follows it, for both places of the version."""
    match [part for part in path.split("/") if part]:
        case ["crm", version, area, *rest] if version in PLAIN_VERSIONS:
            return area, rest
        case ["crm", area, version, *rest] if version in DATED_VERSIONS:
            return area, rest
        case _:
            raise _unknown(path)


def _kind(text: str) -> str:
    if text not in catalog.KINDS:
        raise RefusedError(400, "VALIDATION_ERROR", f"Unable to infer object type from: {text}")
    return catalog.KINDS[text]


def _label(kind: str, to_kind: str, entry: Mapping[str, Any]) -> str:
    primary = catalog.ASSOCIATION_TYPES[kind, to_kind][1]
    ids = {spec["associationTypeId"] for spec in entry.get("types", ())}
    return "Primary" if primary in ids else ""


def _add(existing: dict[str, Any], body: Body) -> dict[str, Any]:
    name = str(body["name"])
    if name in existing:
        raise RefusedError(409, "OBJECT_ALREADY_EXISTS", f"{name} already exists")
    existing[name] = dict(body)
    return dict(body)


def _property(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "", "options": [], "archived": False, **definition}


def _unknown(path: str) -> RefusedError:
    return RefusedError(404, "NOT_FOUND", f"resource not found: {path}")
