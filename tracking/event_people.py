"""Whom an event speaks of, and which of its identities belong together because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.public_ids import encode_id
from tracking.event_fields import ParsedEvent
from tracking.identity import JoinRequest
from tracking.models import Identity, IdentityEdge

STRONG: Final = ("crm", "email", "phone")
_Known = Mapping[tuple[str, str], Identity]


@dataclass(frozen=True, slots=True)
class EventPeople:
    """The identities one event brought, by kind."""

    by_kind: dict[str, Identity]

    @property
    def names(self) -> list[Identity]:
        """Identities that name a human being and may join, the strongest first."""
        found = [self.by_kind[kind] for kind in STRONG if kind in self.by_kind]
        return [identity for identity in found if not identity.is_frozen]

    @property
    def browser(self) -> Identity | None:
        """The visitor's browser, unless many people share it."""
        visitor = self.by_kind.get("visitor")
        return None if visitor is None or visitor.is_frozen else visitor

    @property
    def click(self) -> Identity | None:
        """The tap it came from."""
        return self.by_kind.get("click")

    @property
    def subject(self) -> Identity | None:
        """To whom the event is written: the best name, else the browser, else the tap."""
        candidates = [*self.names, self.browser, self.click, *self.by_kind.values()]
        return next((identity for identity in candidates if identity is not None), None)


def keys_of(event: ParsedEvent) -> list[tuple[str, str]]:
    """List the kinds and values an event names."""
    keys = [(key.kind, key.value) for key in event.keys]
    return keys + ([("click", encode_id(event.click_id))] if event.click_id else [])


def people_of(event: ParsedEvent, known: _Known) -> EventPeople:
    """Return an event's identities."""
    return EventPeople({key[0]: known[key] for key in keys_of(event) if key in known})


def joins_of(people: EventPeople, *, edge_kind: str, evidence: str) -> list[JoinRequest]:
    """List what an event proves, in the order in which it must be tied.

    The click id goes to the browser that carried it, so that a forwarded link opened by
    somebody else's browser can be refused; only without a browser does it go to the name.
    """
    requests: list[JoinRequest] = []
    names, browser, click = people.names, people.browser, people.click
    carrier = browser or next(iter(names), None)
    if click and carrier:
        requests.append(JoinRequest(carrier, click, IdentityEdge.Kind.CLICK_ID, evidence))
    others = [*names[1:], *([browser] if browser else [])]
    requests += [JoinRequest(names[0], other, edge_kind, evidence) for other in others if names]
    return requests


def unique_joins(requests: Sequence[JoinRequest]) -> list[JoinRequest]:
    """Drop repeated pairs; the first evidence stays."""
    found: dict[frozenset[object], JoinRequest] = {}
    for request in requests:
        found.setdefault(frozenset({request.a.pk, request.b.pk}), request)
    return list(found.values())
