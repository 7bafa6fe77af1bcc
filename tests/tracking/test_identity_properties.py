"""Random joins and revokes must give the components that a naive union of live edges gives."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.tracking.builders import NOW, make_identity
from tracking.identity import join, revoke
from tracking.models import Identity, IdentityEdge, Person

NODES = 7
steps = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "revoke"]),
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
    ),
    max_size=14,
)


def naive_components(size: int, edges: set[tuple[int, int]]) -> set[frozenset[int]]:
    groups = [{number} for number in range(size)]
    for a, b in edges:
        of_a = next(group for group in groups if a in group)
        of_b = next(group for group in groups if b in group)
        if of_a is not of_b:
            groups.remove(of_b)
            of_a |= of_b
    return {frozenset(group) for group in groups}


def materialised(identities: list[Identity]) -> set[frozenset[int]]:
    groups: dict[object, set[int]] = {}
    for number, identity in enumerate(identities):
        identity.refresh_from_db()
        groups.setdefault(identity.person_id, set()).add(number)
    return {frozenset(group) for group in groups.values()}


class RandomJoinsAndRevokes(TestCase):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def test_people_are_the_components_over_live_edges(
        self, script: list[tuple[str, int, int]]
    ) -> None:
        identities = [make_identity(now=NOW + timedelta(minutes=n)) for n in range(NODES)]
        live: set[tuple[int, int]] = set()
        for verb, a, b in script:
            pair = (min(a, b), max(a, b))
            ends = sorted([identities[a], identities[b]], key=lambda identity: identity.pk)
            if verb == "join":
                if join(a=identities[a], b=identities[b], kind="event", evidence="", now=NOW):
                    live.add(pair)
            elif pair in live:
                live.discard(pair)
                edge = IdentityEdge.objects.live().get(a=ends[0], b=ends[1])
                revoke(edge=edge, reason="random", now=NOW)
        assert materialised(identities) == naive_components(NODES, live)
        present = set(Person.objects.present().values_list("pk", flat=True))
        assert present == {identity.person_id for identity in identities}


pytestmark = pytest.mark.django_db
