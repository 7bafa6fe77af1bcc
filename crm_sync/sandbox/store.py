"""The sandbox's database: objects with history, associations, pipelines, properties, owners."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_sync.sandbox import catalog

Values = Mapping[str, str | None]


class RefusedError(Exception):
    """The CRM refuses the request. Status, category and message are HubSpot's."""

    def __init__(self, status: int, category: str, message: str, **context: Any) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.context: dict[str, Any] = context


def not_found(kind: str, ids: Iterable[str]) -> RefusedError:
    """Return the error for objects that do not exist."""
    message = f"Could not get some {kind.upper()} objects, they may be deleted or not exist."
    return RefusedError(404, "OBJECT_NOT_FOUND", message, ids=list(ids))


@dataclass(slots=True)
class CrmObject:
    """A contact, company or deal. History is oldest first."""

    id: str
    kind: str
    created_at: datetime
    updated_at: datetime
    properties: dict[str, str | None] = field(default_factory=dict)
    history: dict[str, list[tuple[str | None, datetime]]] = field(default_factory=dict)
    archived_at: datetime | None = None


class Store:
    """Everything the CRM holds. All methods are safe to call from several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.merges_into_a_new_id = True
        self.objects: dict[str, dict[str, CrmObject]] = {kind: {} for kind in catalog.PROPERTIES}
        self.aliases: dict[str, dict[str, str]] = {kind: {} for kind in catalog.PROPERTIES}
        self.links: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        self.pipelines = catalog.default_pipelines()
        self.groups: dict[str, dict[str, dict[str, str]]] = {k: {} for k in catalog.PROPERTIES}
        self.properties: dict[str, dict[str, dict[str, Any]]] = {
            kind: {
                name: {"name": name, "label": name, "type": value_type, "fieldType": "text",
                       "groupName": "standard", "options": []}
                for name, value_type in names.items()
            }
            for kind, names in catalog.PROPERTIES.items()
        }  # fmt: skip
        self.owners: dict[str, dict[str, str]] = {}
        self._latest_id = 1000

    def now(self) -> datetime:
        """Return the CRM's own time, to the millisecond, as it stamps its records."""
        moment = self.clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def present(self, kind: str) -> list[CrmObject]:
        """Return the objects that are not archived, by id."""
        with self.lock:
            found = [item for item in self.objects[kind].values() if item.archived_at is None]
        return sorted(found, key=lambda item: int(item.id))

    def archived(self, kind: str) -> list[CrmObject]:
        """Return the objects in the recycling bin, by id."""
        with self.lock:
            found = [item for item in self.objects[kind].values() if item.archived_at is not None]
        return sorted(found, key=lambda item: int(item.id))

    def find(self, kind: str, key: str, *, id_property: str = "") -> CrmObject:
        """Return a present object by id, an id merged into it, or a unique property.

        Raises:
            RefusedError: 404, there is none.
        """
        with self.lock:
            if id_property:
                matches = (o for o in self.present(kind) if o.properties.get(id_property) == key)
                found = next(matches, None)
            else:
                found = self.objects[kind].get(self.aliases[kind].get(key, key))
            if found is None or found.archived_at is not None:
                raise not_found(kind, [key])
            return found

    def create(
        self, kind: str, values: Values, *, object_id: str = "", at: datetime | None = None
    ) -> CrmObject:
        """Create an object. `at` backdates what is stamped on its properties' history.

        Raises:
            RefusedError: a property is unknown or malformed, or the e-mail address is taken.
        """
        with self.lock:
            self._check(kind, values)
            self._check_email_is_free(kind, values)
            now = self.now()
            self._latest_id = max(self._latest_id, int(object_id or 0))
            if not object_id:
                self._latest_id += 1
            item = CrmObject(object_id or str(self._latest_id), kind, at or now, now)
            self.objects[kind][item.id] = item
            self._set(item, {"createdate": iso(at or now), **values}, at or now)
            return item

    def update(
        self, kind: str, key: str, values: Values, *, at: datetime | None = None
    ) -> CrmObject:
        """Change properties of a present object. Raises RefusedError."""
        with self.lock:
            item = self.find(kind, key)
            self._check(kind, values)
            item.updated_at = self.now()
            self._set(item, values, at or item.updated_at)
            return item

    def archive(self, kind: str, key: str) -> None:
        """Move an object to the recycling bin. Archiving what is gone is fine."""
        with self.lock:
            item = self.objects[kind].get(key)
            if item is not None and item.archived_at is None:
                item.archived_at = self.now()

    def merge(self, kind: str, primary: str, other: str) -> CrmObject:
        """Merge two objects; the old ids lead to what remains.

        HubSpot gives the result a new id today and kept the primary's before: both happen
        in real accounts. Raises RefusedError.
        """
        with self.lock:
            winner, loser = self.find(kind, primary), self.find(kind, other)
            gone = [winner, loser] if self.merges_into_a_new_id else [loser]
            if self.merges_into_a_new_id:
                inherited = {**loser.properties, **winner.properties}
                for item in gone:
                    del self.objects[kind][item.id]
                winner = self.create(kind, inherited)
            else:
                del self.objects[kind][loser.id]
                winner.updated_at = self.now()
            ids = {item.id for item in gone} | set(
                filter(None, (winner.properties.get("hs_merged_object_ids") or "").split(";"))
            )
            winner.properties["hs_merged_object_ids"] = ";".join(sorted(ids, key=int))
            for item in gone:
                self.aliases[kind][item.id] = winner.id
                self._move_links(kind, item.id, winner.id)
            return winner

    def link(self, kind: str, key: str, to_kind: str, to_key: str, *, label: str = "") -> None:
        """Associate two objects, both ways. An object's first company is its primary one."""
        with self.lock:
            self.find(kind, key)
            self.find(to_kind, to_key)
            types = catalog.ASSOCIATION_TYPES[kind, to_kind]
            targets = self.links.setdefault((kind, to_kind), {}).setdefault(key, {})
            if not label and types[1] and to_kind == "companies" and not targets:
                label = "Primary"
            targets[to_key] = label or targets.get(to_key, "")
            self.links.setdefault((to_kind, kind), {}).setdefault(to_key, {})[key] = label

    def unlink(self, kind: str, key: str, to_kind: str, to_key: str) -> None:
        """Take an association away, both ways."""
        with self.lock:
            self.links.get((kind, to_kind), {}).get(key, {}).pop(to_key, None)
            self.links.get((to_kind, kind), {}).get(to_key, {}).pop(key, None)

    def linked(self, kind: str, key: str, to_kind: str) -> dict[str, str]:
        """Return the present objects associated with one, by id, with their label."""
        with self.lock:
            targets = self.links.get((kind, to_kind), {}).get(key, {})
            present = self.objects[to_kind]
            return {
                target: label for target, label in targets.items()
                if target in present and present[target].archived_at is None
            }  # fmt: skip

    def value(self, item: CrmObject, name: str) -> str | None:
        """Return a property's value, the computed ones included."""
        if name == "hs_object_id":
            return item.id
        if name == catalog.MODIFIED[item.kind]:
            return iso(item.updated_at)
        if name == "associatedcompanyid":
            companies = self.linked("contacts", item.id, "companies")
            return next(iter(sorted(companies, key=lambda key: companies[key] != "Primary")), None)
        return item.properties.get(name)

    def content(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return every present object's stored values, for comparing the whole content."""
        return {
            kind: {
                item.id: {name: value for name, value in item.properties.items() if value}
                for item in self.present(kind)
            }
            for kind in self.objects
        }

    def _set(self, item: CrmObject, values: Values, at: datetime) -> None:
        for name, value in values.items():
            if item.properties.get(name) != value:
                item.history.setdefault(name, []).append((value, at))
                item.properties[name] = value
                if name == "dealstage":
                    item.properties["hs_v2_date_entered_current_stage"] = iso(at)

    def _check(self, kind: str, values: Values) -> None:
        for name, value in values.items():
            definition = self.properties[kind].get(name)
            if definition is None:
                raise RefusedError(
                    400, "VALIDATION_ERROR", f'Property "{name}" does not exist', name=[name]
                )
            if value and not _fits(definition["type"], value):
                raise RefusedError(
                    400, "VALIDATION_ERROR",
                    f'"{value}" was not a valid {definition["type"]} for {name}.', name=[name],
                )  # fmt: skip

    def _check_email_is_free(self, kind: str, values: Values) -> None:
        email = values.get("email")
        if kind != "contacts" or not email:
            return
        for item in self.present(kind):
            if item.properties.get("email") == email:
                raise RefusedError(
                    409, "CONFLICT", f"Contact already exists. Existing ID: {item.id}"
                )

    def _move_links(self, kind: str, old: str, new: str) -> None:
        for (from_kind, to_kind), sources in list(self.links.items()):
            if from_kind == kind and old in sources:
                sources.setdefault(new, {}).update(sources.pop(old))
            if to_kind == kind:
                for targets in sources.values():
                    if old in targets:
                        targets[new] = targets.pop(old)


def iso(moment: datetime) -> str:
    """Return a time as HubSpot writes it: UTC, milliseconds, Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """Return epoch milliseconds of either form of a HubSpot time. Raises ValueError."""
    if text.lstrip("-").isdigit():
        return int(text)
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _fits(value_type: str, value: str) -> bool:
    try:
        if value_type == "number":
            return Decimal(value).is_finite()
        if value_type == "datetime":
            milliseconds(value)
    except (ValueError, InvalidOperation):
        return False
    return True
