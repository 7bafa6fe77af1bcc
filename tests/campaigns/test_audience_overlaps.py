"""The registry of what knows how many recipients two sends share."""

from uuid import UUID

import pytest

from campaigns import audience_overlaps
from campaigns.audience_overlaps import Overlap, Pair, register, shared_recipients

PAIR: Pair = (UUID(int=1), UUID(int=2))


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_overlaps, "_counters", {})


def test_where_nobody_knows_nothing_is_shared() -> None:
    assert shared_recipients([PAIR]) == {}


def test_the_most_that_any_counter_knows_of_counts() -> None:
    register("links", lambda pairs: dict.fromkeys(pairs, Overlap(3)))
    register("lists", lambda pairs: dict.fromkeys(pairs, Overlap(2)))

    assert shared_recipients([PAIR]) == {PAIR: Overlap(3)}


def test_a_pair_that_shares_nobody_is_left_out() -> None:
    register("links", lambda pairs: dict.fromkeys(pairs, Overlap(0)))

    assert shared_recipients([PAIR]) == {}


def test_without_pairs_no_counter_is_asked() -> None:
    register("links", lambda pairs: {PAIR: Overlap(1)})

    assert shared_recipients([]) == {}
