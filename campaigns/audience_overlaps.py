"""The registry of what knows how many recipients two sends share."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

Pair = tuple[UUID, UUID]
"""Two sends, by their ids."""

Counter = Callable[[Sequence[Pair]], Mapping[Pair, int]]
"""Says of each pair how many recipients it shares; a pair left out shares none."""

_counters: dict[str, Counter] = {}


def register(name: str, counter: Counter) -> None:
    """Let `counter` say how many recipients sends share; it answers any number of pairs at once."""
    _counters[name] = counter


def shared_recipients(pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Return the pairs that share recipients, and how many. Costs one query per counter."""
    found: dict[Pair, int] = {}
    if not pairs:
        return found
    for counter in _counters.values():
        for pair, count in counter(pairs).items():
            if count > found.get(pair, 0):
                found[pair] = count
    return found
