"""The people behind recipient links, in bulk: a send's first minutes bring thousands at once.

A recipient nobody has met gets a person, its identities and their edges in a few inserts; one
whose number or mailbox belongs to exactly one known person joins that person. Whatever is less
plain (two people to merge, a shared mailbox, a race) goes through `identity.join_all`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.public_ids import new_id
from tracking.copying import copy_new
from tracking.identity import JoinRequest, ensure_identities, join_all
from tracking.identity_graph import ordered
from tracking.identity_values import IdentityKey, UnusableIdentityError, normalise_key
from tracking.models import Identity, IdentityEdge, Person
from tracking.pipeline import RecipientFacts

JOIN_CHUNK = 200
_KIND = Identity.Kind.RECIPIENT
_EDGE = IdentityEdge.Kind.RECIPIENT_LINK


@dataclass(slots=True)
class _Newcomer:
    """A recipient met for the first time, and what the person is reached by."""

    id: UUID
    keys: list[IdentityKey] = field(default_factory=list)


_Known = dict[tuple[str, str], Identity]
_Row = dict[str, Any]


def name_recipients(
    recipients: Sequence[RecipientFacts], *, origins: Mapping[UUID, _Row], now: datetime
) -> dict[UUID, UUID]:
    """Return the identity of each recipient, tied to phone number and e-mail address.

    `origins` holds, by recipient, where somebody who is met for the first time came from. Call inside the transaction that writes the touches.
    """
    named = _known_recipients(recipients)
    newcomers = [_newcomer(one) for one in recipients if one.id not in named]
    if newcomers:
        try:
            with transaction.atomic():
                named |= _settle_newcomers(newcomers, origins, now=now)
        except IntegrityError:  # somebody else has just made one of these identities
            named |= _join_slowly(newcomers, now=now)
    return named


def _known_recipients(recipients: Sequence[RecipientFacts]) -> dict[UUID, UUID]:
    values = [str(recipient.id) for recipient in recipients]
    rows = Identity.objects.filter(kind=_KIND, value__in=values).values_list("value", "pk")
    return {UUID(value): pk for value, pk in rows}


def _newcomer(recipient: RecipientFacts) -> _Newcomer:
    newcomer = _Newcomer(recipient.id)
    for kind, value in (("phone", recipient.phone), ("email", recipient.email)):
        if value:
            try:
                newcomer.keys.append(normalise_key(kind, value))
            except UnusableIdentityError:
                continue
    return newcomer


def _settle_newcomers(
    newcomers: Sequence[_Newcomer], origins: Mapping[UUID, _Row], *, now: datetime
) -> dict[UUID, UUID]:
    known = _lock_known(newcomers)
    uses = Counter((key.kind, key.value) for one in newcomers for key in one.keys)
    plain = [one for one in newcomers if _is_plain(one, known, uses)]
    plain_ids = {one.id for one in plain}
    named = _insert(plain, known, origins, now=now)
    others = [one for one in newcomers if one.id not in plain_ids]
    return named | _join_slowly(others, now=now)


def _lock_known(newcomers: Sequence[_Newcomer]) -> _Known:
    """Load what is known of their numbers and mailboxes, its people locked as for any join."""
    found = _load(newcomers)
    people = {identity.person_id for identity in found.values()}
    list(
        Person.objects.select_for_update(no_key=True)
        .filter(pk__in=people)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return _load(newcomers) if people else found


def _load(newcomers: Sequence[_Newcomer]) -> _Known:
    values: dict[str, list[str]] = {"phone": [], "email": []}
    for one in newcomers:
        for key in one.keys:
            values[key.kind].append(key.value)
    return {
        (identity.kind, identity.value): identity
        for kind, wanted in values.items()
        if wanted
        for identity in Identity.objects.filter(kind=kind, value__in=wanted)
    }


def _is_plain(one: _Newcomer, known: _Known, uses: Mapping[tuple[str, str], int]) -> bool:
    """Say whether nobody must be merged, nothing is blocked, and nobody here shares a key."""
    names = [(key.kind, key.value) for key in one.keys]
    if any(uses[name] > 1 for name in names) or any(key.is_blocked for key in one.keys):
        return False
    found = [known[name] for name in names if name in known]
    return len({identity.person_id for identity in found}) <= 1 and not any(
        identity.is_frozen for identity in found
    )


def _insert(
    plain: Sequence[_Newcomer], known: _Known, origins: Mapping[UUID, _Row], *, now: datetime
) -> dict[UUID, UUID]:
    people: list[_Row] = []
    identities: list[_Row] = []
    edges: list[_Row] = []
    named: dict[UUID, UUID] = {}
    for one in plain:
        ends = [known.get((key.kind, key.value)) for key in one.keys]
        person_id = next((end.person_id for end in ends if end), None)
        if person_id is None:
            person_id = new_id()
            people.append({"id": person_id, "created_at": now, **origins.get(one.id, {})})
        own = _identity(person_id, _KIND, str(one.id), now)
        identities.append(own)
        named[one.id] = own["id"]
        for key, end in zip(one.keys, ends, strict=True):
            if end is None:
                identities.append(_identity(person_id, key.kind, key.value, now))
            a, b = ordered(own["id"], end.pk if end else identities[-1]["id"])
            edges.append({"id": new_id(), "a_id": a, "b_id": b, "kind": _EDGE, "created_at": now})
    # In one order of keys, so that two writers wait for each other instead of dead-locking.
    identities.sort(key=lambda identity: (identity["kind"], identity["value"]))
    copy_new(Person, people)
    copy_new(Identity, identities)
    copy_new(IdentityEdge, edges)
    return named


def _identity(person_id: UUID, kind: str, value: str, now: datetime) -> _Row:
    return {
        "id": new_id(),
        "person_id": person_id,
        "kind": kind,
        "value": value,
        "first_seen_at": now,
    }


def _join_slowly(newcomers: Sequence[_Newcomer], *, now: datetime) -> dict[UUID, UUID]:
    """Join through the graph, some at a time: it holds whole components in memory."""
    named: dict[UUID, UUID] = {}
    for start in range(0, len(newcomers), JOIN_CHUNK):
        chunk = newcomers[start : start + JOIN_CHUNK]
        wanted = [(str(_KIND), str(one.id)) for one in chunk]
        wanted += [(key.kind, key.value) for one in chunk for key in one.keys]
        found = ensure_identities(dict.fromkeys(wanted), now)
        join_all(
            [
                JoinRequest(found[_KIND, str(one.id)], found[key.kind, key.value], _EDGE)
                for one in chunk
                for key in one.keys
            ],
            now=now,
        )
        named |= {one.id: found[_KIND, str(one.id)].pk for one in chunk}
    return named
