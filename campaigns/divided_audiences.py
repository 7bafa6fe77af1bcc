"""The registry of what knows how many people were divided by a send's holdout already."""

from collections.abc import Callable
from uuid import UUID

Counter = Callable[[UUID], int]
"""Says how many people of a send, by its id, are recipients or held out."""

_counters: dict[str, Counter] = {}


def register(name: str, counter: Counter) -> None:
    """Let `counter` say how many people a send's holdout has divided."""
    _counters[name] = counter


def divided_people(send_id: UUID) -> int:
    """Return how many people would change sides with the holdout. Costs a few queries."""
    return sum(counter(send_id) for counter in _counters.values())
