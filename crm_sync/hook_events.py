"""What a CRM's webhook names: the records to be read again. Pure.

A delivery may be old, doubled or out of order, so it is never believed: it only says which
records to ask the CRM about. HubSpot sends up to 100 events as a JSON array.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# HubSpot's object type ids, for subscriptions of the kind `object.…`
_TYPE_IDS: Final = {"0-1": "contact", "0-2": "company", "0-3": "deal"}
_GONE: Final = ("deletion", "privacyDeletion")


class UnreadableHookError(ValueError):
    """The body is not what the CRM sends."""


def _by_kind() -> dict[str, set[str]]:
    return {kind: set() for kind in _TYPE_IDS.values()}


@dataclass(slots=True)
class Named:
    """The ids of records to be read again; of `gone` ones the CRM says that they are deleted.

    Both are by kind: `company`, `contact`, `deal`.
    """

    changed: dict[str, set[str]] = field(default_factory=_by_kind)
    gone: dict[str, set[str]] = field(default_factory=_by_kind)

    def __iadd__(self, other: "Named") -> "Named":
        for kind in _TYPE_IDS.values():
            self.changed[kind] |= other.changed[kind]
            self.gone[kind] |= other.gone[kind]
        return self

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, in order."""
        return sorted(self.changed[kind] | self.gone[kind])


def read_hubspot(body: bytes) -> Named:
    """Return the records that a delivery of HubSpot's names; other kinds are left out.

    Raises:
        UnreadableHookError: it is not a JSON array of objects.
    """
    try:
        events = json.loads(body)
    except ValueError as error:
        raise UnreadableHookError("The body is not JSON.") from error
    if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
        raise UnreadableHookError("The body is not a list of events.")
    named = Named()
    for event in events:
        kind, _, happened = _words(event)
        if kind in named.changed:
            _add(named, kind, happened, event)
    return named


def _words(event: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the kind and what happened: `deal.propertyChange`, or `object.…` with a type id."""
    kind, dot, happened = str(
        event.get("subscriptionType") or event.get("eventType") or ""
    ).partition(".")
    return _TYPE_IDS.get(str(event.get("objectTypeId")), kind), dot, happened


def _add(named: Named, kind: str, happened: str, event: Mapping[str, Any]) -> None:
    if happened == "associationChange":
        for one, key in _ends(event):
            if one in named.changed:
                named.changed[one].add(key)
        return
    if happened == "merge":
        named.gone[kind] |= {str(key) for key in event.get("mergedObjectIds") or ()}
        keys = [event.get("newObjectId"), event.get("primaryObjectId"), event.get("objectId")]
    else:
        keys = [event.get("objectId")]
    found = {str(key) for key in keys if key is not None}
    (named.gone if happened in _GONE else named.changed)[kind].update(found)


def _ends(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield both ends of an association: `DEAL_TO_CONTACT` with `fromObjectId`, `toObjectId`."""
    kinds = str(event.get("associationType") or "").lower().split("_to_")
    for kind, name in zip(kinds, ("fromObjectId", "toObjectId"), strict=False):
        if event.get(name) is not None:
            yield kind, str(event[name])
