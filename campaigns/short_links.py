"""The registry of whoever knows a message's short link, so that a preview can show it in place."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from campaigns.models import Message

_STAND_IN = "https://go.example.com/k7Qm2Xa"

Finder = Callable[[Sequence[Message]], Mapping[UUID, str]]
StandIn = Callable[[], str]

_finders: list[tuple[Finder, StandIn]] = []


def register(finder: Finder, stand_in: StandIn) -> None:
    """Ask from now on: messages in, their short links by id out; and for a link to come."""
    if (finder, stand_in) not in _finders:
        _finders.append((finder, stand_in))


def short_links_of(messages: Sequence[Message]) -> dict[UUID, str]:
    """Return the short links that these messages already have, by the message's id."""
    return {pk: link for find, _ in _finders for pk, link in find(messages).items()}


def link_to_come() -> str:
    """Return what a message's short link will look like: its domain, and a code as long as one."""
    return next((found for _, stand_in in _finders if (found := stand_in())), _STAND_IN)
