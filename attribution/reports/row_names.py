"""What a report's rows are called, by what they are about: a send, a channel, a message, …"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from attribution.reports.credit import Key
from attribution.reports.query import Dimension
from campaigns.models import Campaign, Channel, Message, Send
from links.models import Link

NOWHERE = {
    "send": "No send",
    "channel": "No channel",
    "campaign": "No campaign",
    "message": "No message",
    "link": "No link",
    "audience": "No audience",
}
"""What the row of everything else is called, by dimension."""


@dataclass(frozen=True, slots=True)
class RowName:
    """A row's name, what it belongs to, and its colour in charts, where it has one."""

    name: str
    part_of: str = ""
    color: str = ""


def names_of(by: Dimension, keys: Iterable[Key]) -> dict[Key, RowName]:
    """Return the names behind a report's keys. One query."""
    ids = [key for key in keys if isinstance(key, UUID)]
    names: dict[Key, RowName] = {None: RowName(NOWHERE[by])}
    if by == "audience":
        return names | {key: RowName(str(key)) for key in keys if key is not None}
    return names | _READERS[by](ids)


def _sends(ids: list[UUID]) -> dict[Key, RowName]:
    sends = Send.objects.filter(pk__in=ids).select_related("campaign")
    return {send.pk: RowName(send.name, send.campaign.name) for send in sends}


def _channels(ids: list[UUID]) -> dict[Key, RowName]:
    channels = Channel.objects.filter(pk__in=ids)
    return {channel.pk: RowName(channel.name, "", channel.color) for channel in channels}


def _campaigns(ids: list[UUID]) -> dict[Key, RowName]:
    return {one.pk: RowName(one.name) for one in Campaign.objects.filter(pk__in=ids)}


def _messages(ids: list[UUID]) -> dict[Key, RowName]:
    messages = Message.objects.filter(pk__in=ids).select_related("send")
    return {one.pk: RowName(one.utm_content or one.body[:60], one.send.name) for one in messages}


def _links(ids: list[UUID]) -> dict[Key, RowName]:
    links = Link.objects.filter(pk__in=ids).select_related("domain", "send")
    return {
        link.pk: RowName(f"{link.domain.host}/{link.code}", link.send.name if link.send else "")
        for link in links
    }


_READERS: dict[str, Callable[[list[UUID]], dict[Key, RowName]]] = {
    "send": _sends,
    "channel": _channels,
    "campaign": _campaigns,
    "message": _messages,
    "link": _links,
}
