"""Who is who. Identities are tied by edges that can be revoked; a person is a component.

`Identity.person` is the materialised component. Every change loads the components it concerns
whole, under locks on their people taken in one order, changes them in memory and writes back
what differs (docs/identity.md).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tracking.changes import note_changes
from tracking.exclusion_marks import mark_touches
from tracking.identity_graph import IdentityGraph, Node, Tie, ordered, settle
from tracking.identity_values import IdentityKey, UnusableIdentityError, normalise_key
from tracking.models import Identity, IdentityEdge, PendingChange, Person
from tracking.origins import refresh_origins

__all__ = [
    "IdentityContentionError",
    "JoinRequest",
    "UnusableIdentityError",
    "ensure_identities",
    "ensure_identity",
    "join",
    "join_all",
    "person_of",
    "refresh_origins",
    "revoke",
]

_LOCK_ATTEMPTS = 20


class IdentityContentionError(Exception):
    """The same people were being joined elsewhere again and again; try the whole work again."""


class EdgeAlreadyRevokedError(ValueError):
    """The edge was revoked before."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """The evidence that two identities are one person."""

    a: Identity
    b: Identity
    kind: str
    evidence: str = ""


def ensure_identity(*, kind: str, value: str, now: datetime) -> Identity:
    """Return the identity of that kind and value, made with a person of its own if it is new.

    Raises:
        UnusableIdentityError: the value names nobody (`null`, all zeros) or is malformed.
    """
    key = normalise_key(kind, value)
    return _ensure([key], now=now)[key.kind, key.value]


def ensure_identities(
    keys: Iterable[tuple[str, str]], now: datetime
) -> dict[tuple[str, str], Identity]:
    """Return identities in bulk, by the (kind, value) as it was asked for.

    Values that name nobody are left out of the answer.
    """
    wanted: dict[tuple[str, str], IdentityKey] = {}
    for kind, value in keys:
        try:
            wanted[kind, value] = normalise_key(kind, value)
        except UnusableIdentityError:
            continue
    found = _ensure(wanted.values(), now=now)
    return {asked: found[key.kind, key.value] for asked, key in wanted.items()}


def _ensure(keys: Collection[IdentityKey], *, now: datetime) -> dict[tuple[str, str], Identity]:
    found = _find(keys)
    missing = {(key.kind, key.value): key for key in keys if (key.kind, key.value) not in found}
    if not missing:
        return found
    with transaction.atomic():
        made = _make([missing[name] for name in sorted(missing)], now=now)
        found |= _find(missing.values())
        kept = {identity.person_id for identity in found.values()}
        Person.objects.filter(
            pk__in=[person.pk for person in made if person.pk not in kept]
        ).delete()
    return found


def _make(keys: Sequence[IdentityKey], *, now: datetime) -> list[Person]:
    """Insert in one order, so that two writers of the same keys wait instead of dead-locking."""
    people = Person.objects.bulk_create(Person(created_at=now) for _ in keys)
    Identity.objects.bulk_create(
        (
            Identity(
                person=person,
                kind=key.kind,
                value=key.value,
                is_frozen=key.is_blocked,
                first_seen_at=now,
            )
            for person, key in zip(people, keys, strict=True)
        ),
        ignore_conflicts=True,
    )
    return people


def _find(keys: Iterable[IdentityKey]) -> dict[tuple[str, str], Identity]:
    values: dict[str, set[str]] = {}
    for key in keys:
        values.setdefault(key.kind, set()).add(key.value)
    if not values:
        return {}
    condition = Q()
    for kind, of_kind in values.items():
        condition |= Q(kind=kind, value__in=of_kind)
    return {(found.kind, found.value): found for found in Identity.objects.filter(condition)}


def person_of(identity: Identity) -> Person:
    """Return the person an identity stands for now. Costs a query."""
    return Person.objects.get(identities=identity)


def join(*, a: Identity, b: Identity, kind: str, evidence: str, now: datetime) -> bool:
    """Tie two identities; return whether a live edge stands between them afterwards.

    Refused, with False: either is blocked or a shared device, or it would hand a recipient's
    link to a browser that is known as somebody else's.
    """
    return join_all([JoinRequest(a, b, kind, evidence)], now=now)[0]


def join_all(requests: Sequence[JoinRequest], *, now: datetime) -> list[bool]:
    """Tie many pairs in their order, at the cost of a few; return as `join` for each.

    Raises:
        IdentityContentionError: others kept changing the same people meanwhile.
    """
    if not requests:
        return []
    with transaction.atomic():
        graph = _lock_graph({end.pk for request in requests for end in (request.a, request.b)})
        answers = [
            graph.join(request.a.pk, request.b.pk, request.kind, evidence=request.evidence, now=now)
            for request in requests
        ]
        if graph.added or graph.cut or graph.frozen:
            _save(graph, reason="shared device", now=now)
        return [
            answer and ordered(request.a.pk, request.b.pk) in graph.ties
            for answer, request in zip(answers, requests, strict=True)
        ]


def revoke(*, edge: IdentityEdge, reason: str, now: datetime) -> None:
    """Take an edge away; people held together only by it are two again.

    Raises:
        EdgeAlreadyRevokedError: it was revoked before.
    """
    with transaction.atomic():
        graph = _lock_graph({edge.a_id, edge.b_id})
        if (edge.a_id, edge.b_id) not in graph.ties:
            raise EdgeAlreadyRevokedError("This edge was revoked before.")
        graph.revoke(edge.a_id, edge.b_id)
        _save(graph, reason=reason, now=now)
    edge.refresh_from_db()


def _lock_graph(identities: Collection[UUID]) -> IdentityGraph:
    """Load the whole components of these identities, their people locked in order of id.

    Who they belong to is read before the locks are there, so it is read again behind them; a
    savepoint gives the locks back if it changed meanwhile.
    """
    for _ in range(_LOCK_ATTEMPTS):
        savepoint = transaction.savepoint()
        people = set(Identity.objects.filter(pk__in=identities).values_list("person_id", flat=True))
        list(
            Person.objects.select_for_update(no_key=True)
            .filter(pk__in=people)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        graph = _load(people)
        if all(identity in graph.nodes for identity in identities):
            transaction.savepoint_commit(savepoint)
            return graph
        transaction.savepoint_rollback(savepoint)
    raise IdentityContentionError("These people are being changed elsewhere; try again.")


def _load(people: Collection[UUID]) -> IdentityGraph:
    graph = IdentityGraph()
    rows = Identity.objects.filter(person__in=people).values_list(
        "pk", "kind", "person_id", "first_seen_at", "is_frozen"
    )
    for row in rows:
        graph.add_node(Node(*row))
    edges = IdentityEdge.objects.live().filter(a__person__in=people)
    for edge in edges.values_list("a_id", "b_id", "kind", "created_at"):
        graph.add_tie(Tie(*edge))
    return graph


def _save(graph: IdentityGraph, *, reason: str, now: datetime) -> None:
    """Write what changed in a locked graph and note whose credit may move."""
    _save_edges(graph, reason=reason, now=now)
    if graph.frozen:
        Identity.objects.filter(pk__in=graph.frozen).update(is_frozen=True)
    moved = _settle_people(graph)
    if moved:
        mark_touches(moved)
        refresh_origins(moved)
        note_changes(
            subject=PendingChange.Subject.PERSON, ids=sorted(moved), cause="identity", now=now
        )


def _save_edges(graph: IdentityGraph, *, reason: str, now: datetime) -> None:
    IdentityEdge.objects.bulk_create(
        IdentityEdge(
            a_id=tie.a,
            b_id=tie.b,
            kind=tie.kind,
            evidence=tie.evidence[:200],
            created_at=tie.created_at,
        )
        for tie in graph.added.values()
    )
    if not graph.cut:
        return
    ends = Q()
    for a, b in graph.cut:
        ends |= Q(a=a, b=b)
    IdentityEdge.objects.live().filter(ends).update(revoked_at=now, revoked_reason=reason[:200])


def _settle_people(graph: IdentityGraph) -> set[UUID]:
    """Give every component one person and return the people who won or lost identities."""
    held = {node.person for node in graph.nodes.values()}
    ages = dict(Person.objects.filter(pk__in=held).values_list("pk", "created_at"))
    settlement = settle(graph, ages=ages)
    moves: list[Identity] = []
    involved: set[UUID] = set()
    for person, members in settlement.groups:
        strangers = [member for member in members if graph.nodes[member].person != person]
        if strangers:
            home = person or _new_person(graph, members)
            moves += [Identity(pk=member, person_id=home) for member in strangers]
            involved |= {home} | {graph.nodes[member].person for member in strangers}
    Identity.objects.bulk_update(moves, ["person"], batch_size=100)
    absorbed = settlement.absorbed.items()
    Person.objects.bulk_update(
        [Person(pk=person, merged_into_id=survivor) for person, survivor in absorbed],
        ["merged_into"],
        batch_size=100,
    )
    return involved


def _new_person(graph: IdentityGraph, members: Iterable[UUID]) -> UUID:
    """Make the person of a part that split off, as old as its oldest identity."""
    seen_at = min(graph.nodes[member].first_seen_at for member in members)
    return Person.objects.create(created_at=seen_at).pk
