"""The registry of what knows how many recipients two sends share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

Pair = tuple[UUID, UUID]
"""Two sends, by their ids."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many recipients two sends share: counted, or estimated where there are very many."""

    people: int
    is_estimate: bool = False


Counter = Callable[[Sequence[Pair]], Mapping[Pair, Overlap]]
"""Says of each pair what it shares; a pair left out shares nobody."""

_counters: dict[str, Counter] = {}


def register(name: str, counter: Counter) -> None:
    """Let `counter` say how many recipients sends share; it answers any number of pairs at once."""
    _counters[name] = counter


def shared_recipients(pairs: Sequence[Pair]) -> dict[Pair, Overlap]:
    """Return the pairs that share recipients, and how many. Costs a few queries per counter."""
    found: dict[Pair, Overlap] = {}
    if not pairs:
        return found
    for counter in _counters.values():
        for pair, overlap in counter(pairs).items():
            if overlap.people > (found[pair].people if pair in found else 0):
                found[pair] = overlap
    return found
