"""People as connected components: which identities belong together, and who splits off. Pure.

Nodes are identities, connections are live edges. Nothing is ever merged: a person is what a
walk along live edges reaches, so taking an edge away takes people apart again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

STRONG_KINDS: Final = frozenset({"recipient", "email", "phone", "crm"})
"""Kinds that name a human being; a browser or a click id only carries one."""

PEOPLE_LIMITS: Final = {"visitor": 3, "click": 3, "recipient": 3}
"""How many people one identity of a kind may bring together within `LIMIT_WINDOW`."""

LIMIT_WINDOW: Final = timedelta(days=30)

CARRIED_KINDS: Final = frozenset({"click_id", "form_post", "event"})
"""Edges that say "the same device did both"; these are cut when a device proves shared."""


@dataclass(slots=True)
class Node:
    """An identity and the person it stands for now."""

    id: UUID
    kind: str
    person: UUID
    first_seen_at: datetime
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """A live edge between two identities, `a` before `b`."""

    a: UUID
    b: UUID
    kind: str
    created_at: datetime
    evidence: str = ""

    def other(self, node: UUID) -> UUID:
        """Return the far end."""
        return self.b if node == self.a else self.a


def ordered(a: UUID, b: UUID) -> tuple[UUID, UUID]:
    """Return the two ends in the order in which edges are stored."""
    return (a, b) if a < b else (b, a)


@dataclass(slots=True)
class IdentityGraph:
    """Whole components, as loaded under lock, and what has been changed in them."""

    nodes: dict[UUID, Node] = field(default_factory=dict)
    ties: dict[tuple[UUID, UUID], Tie] = field(default_factory=dict)
    added: dict[tuple[UUID, UUID], Tie] = field(default_factory=dict)
    cut: dict[tuple[UUID, UUID], Tie] = field(default_factory=dict)
    frozen: set[UUID] = field(default_factory=set)
    _around: dict[UUID, set[tuple[UUID, UUID]]] = field(default_factory=dict)

    def add_node(self, node: Node) -> None:
        """Add an identity."""
        self.nodes[node.id] = node
        self._around.setdefault(node.id, set())

    def add_tie(self, tie: Tie) -> None:
        """Add a live edge as it was loaded."""
        key = (tie.a, tie.b)
        self.ties[key] = tie
        self._around[tie.a].add(key)
        self._around[tie.b].add(key)

    def component(
        self, start: UUID, *, without: UUID | None = None, before: datetime | None = None
    ) -> set[UUID]:
        """Return what a walk from `start` reaches, not passing `without`, along older edges."""
        seen, queue = {start}, [start]
        while queue:
            here = queue.pop()
            for key in self._around[here]:
                tie = self.ties[key]
                there = tie.other(here)
                is_known = before is None or tie.created_at < before
                if is_known and there not in seen and there != without:
                    seen.add(there)
                    queue.append(there)
        return seen

    def join(self, a: UUID, b: UUID, kind: str, *, evidence: str, now: datetime) -> bool:
        """Tie two identities; return whether a live edge stands between them afterwards."""
        key = ordered(a, b)
        if a == b or key in self.ties:
            return a != b
        if self.nodes[a].is_frozen or self.nodes[b].is_frozen:
            return False
        if self._is_opened_by_a_stranger(a, b) or self._is_opened_by_a_stranger(b, a):
            return False
        self.added[key] = Tie(*key, kind, now, evidence)
        self.add_tie(self.added[key])
        for end in key:
            if self._is_shared(end, now):
                self._freeze(end)
        return key in self.ties

    def revoke(self, a: UUID, b: UUID) -> None:
        """Take the live edge between two identities away."""
        self._cut(ordered(a, b))

    def _is_opened_by_a_stranger(self, device: UUID, opened: UUID) -> bool:
        """Tell whether a recipient's link was opened by a browser that is somebody else's."""
        kinds = (self.nodes[device].kind, self.nodes[opened].kind)
        if kinds in {("visitor", "click"), ("visitor", "recipient")}:
            theirs, owner = self.component(device), self.component(opened)
            return theirs != owner and self._names_somebody(theirs) and self._has_recipient(owner)
        return kinds == ("click", "recipient") and self._was_carried_by_a_stranger(device, opened)

    def _was_carried_by_a_stranger(self, click: UUID, recipient: UUID) -> bool:
        """Look at the browsers that carried the click id, as they were known just before."""
        for tie in [self.ties[key] for key in self._around[click]]:
            browser = tie.other(click)
            if self.nodes[browser].kind == "visitor":
                theirs = self.component(browser, without=click, before=tie.created_at)
                if recipient not in theirs and self._names_somebody(theirs):
                    return True
        return False

    def _names_somebody(self, nodes: set[UUID]) -> bool:
        return any(self.nodes[node].kind in STRONG_KINDS for node in nodes)

    def _has_recipient(self, nodes: set[UUID]) -> bool:
        return any(self.nodes[node].kind == "recipient" for node in nodes)

    def _is_shared(self, device: UUID, now: datetime) -> bool:
        """Count the people whom only this identity holds together, as of the last 30 days."""
        limit = PEOPLE_LIMITS.get(self.nodes[device].kind)
        if limit is None or len(self._around[device]) <= limit:
            return False
        counted: set[UUID] = set()
        people = 0
        for key in self._around[device]:
            tie = self.ties[key]
            neighbour = tie.other(device)
            if neighbour in counted or now - tie.created_at > LIMIT_WINDOW:
                continue
            reached = self.component(neighbour, without=device)
            counted |= reached
            people += self._names_somebody(reached)
        return people > limit

    def _freeze(self, device: UUID) -> None:
        self.nodes[device].is_frozen = True
        self.frozen.add(device)
        for key in [k for k in self._around[device] if self.ties[k].kind in CARRIED_KINDS]:
            self._cut(key)

    def _cut(self, key: tuple[UUID, UUID]) -> None:
        tie = self.ties.pop(key)
        self._around[tie.a].discard(key)
        self._around[tie.b].discard(key)
        if self.added.pop(key, None) is None:
            self.cut[key] = tie

    def components(self) -> list[set[UUID]]:
        """Return all components, each once."""
        left, found = set(self.nodes), []
        while left:
            found.append(self.component(next(iter(left))))
            left -= found[-1]
        return found


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who is who after a change: a person per component, None where one must be made."""

    groups: list[tuple[UUID | None, set[UUID]]]
    absorbed: dict[UUID, UUID]


def settle(graph: IdentityGraph, *, ages: dict[UUID, datetime]) -> Settlement:
    """Give every component one person.

    The oldest person of a component stays; where a component fell apart, the part with the
    identity seen earliest keeps the person. `absorbed` maps each person left without
    identities to the one who took them over.
    """
    components = graph.components()
    home = {node: index for index, nodes in enumerate(components) for node in nodes}
    claims = _claims(graph.nodes.values(), home)
    owner: dict[int, UUID] = {}
    absorbed_by: dict[UUID, int] = {}
    for person in sorted(claims, key=lambda person: (ages[person], person)):
        free = [index for index in claims[person] if index not in owner]
        if free:
            owner[free[0]] = person
        else:
            absorbed_by[person] = claims[person][0]
    return Settlement(
        groups=[(owner.get(index), nodes) for index, nodes in enumerate(components)],
        absorbed={person: owner[index] for person, index in absorbed_by.items()},
    )


def _claims(nodes: Iterable[Node], home: dict[UUID, int]) -> dict[UUID, list[int]]:
    """List the components that hold a person's identities, the one seen earliest first."""
    claims: dict[UUID, list[int]] = {}
    for node in sorted(nodes, key=lambda node: (node.first_seen_at, node.id)):
        wanted = claims.setdefault(node.person, [])
        if home[node.id] not in wanted:
            wanted.append(home[node.id])
    return claims
