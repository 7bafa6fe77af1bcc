"""The registry of whoever knows a message's short link, so that a preview can show it in place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Message

_STAND_IN = "https://go.example.com/k7Qm2Xa"

_RECIPIENT_LETTERS = 6
"""A recipient's own form of a short link is so much longer."""

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


@dataclass(frozen=True, slots=True)
class KnownLinks:
    """The short links of some messages, by id, and what those to come will look like."""

    links: Mapping[UUID, str]
    to_come: str

    def longest(self, messages: Iterable[Message]) -> int:
        """Return how many characters a recipient's link takes in these texts, at the most."""
        found = [len(self.links.get(message.pk, self.to_come)) for message in messages]
        return max(found, default=len(self.to_come)) + _RECIPIENT_LETTERS


def known_links(messages: Iterable[Message]) -> KnownLinks:
    """Return these messages' links, for any number of messages at the same few queries."""
    stored = [message for message in messages if not message._state.adding]
    return KnownLinks(short_links_of(stored), link_to_come())
