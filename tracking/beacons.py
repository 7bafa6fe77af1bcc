"""Beacons from browsers: who may send them, and what of them is believed."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from campaigns.public_ids import MalformedIdError, decode_id
from tracking.models import IdentityEdge, Source
from tracking.services import EventsResult, record_events

MAX_EVENTS: Final = 20
MAX_BYTES: Final = 32 * 1024

_BELIEVED: Final = frozenset(
    {
        "event_id", "name", "visitor_id", "email", "phone", "utm", "click_ids", "referrer",
        "page_url", "properties",
    }
)  # fmt: skip
"""What a public write key may say. Money and CRM ids come from servers only."""


class UnknownWriteKeyError(Exception):
    """No active source has this write key."""


class MalformedBeaconError(ValueError):
    """The body is not JSON with `key` and `events`."""


class ForeignHostError(Exception):
    """The page that sent the beacon is not on one of the source's hosts."""


def read_beacon(body: bytes) -> tuple[str, list[Any]]:
    """Return the write key and the events of a beacon.

    Raises:
        MalformedBeaconError: not an object with a text `key` and a list `events`.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedBeaconError("The body is not JSON.") from error
    key = said.get("key") if isinstance(said, dict) else None
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(key, str) or not isinstance(events, list) or not events:
        raise MalformedBeaconError("Send {“key”: “wk_…”, “events”: [{…}]}.")
    if len(events) > MAX_EVENTS:
        raise MalformedBeaconError(f"A beacon carries at most {MAX_EVENTS} events.")
    return key, events


def source_of(key: str) -> Source:
    """Return the source of a write key.

    Raises:
        UnknownWriteKeyError: there is none, or it is switched off.
    """
    source = Source.objects.filter(write_key=key.replace("\0", ""), is_active=True).first()
    if source is None:
        raise UnknownWriteKeyError(key)
    return source


def is_own_host(origin: str, hosts: Sequence[str]) -> bool:
    """Tell whether an `Origin` is one of the hosts; one without a port means any port."""
    try:
        parts = urlsplit(origin)
        names = {parts.netloc.casefold(), (parts.hostname or "").casefold()}
    except ValueError:
        return False
    return bool(parts.scheme in {"http", "https"} and names & {host.casefold() for host in hosts})


def take_beacon(
    *, source: Source, origin: str, events: Sequence[Any], now: datetime
) -> EventsResult:
    """Record a browser's events, dated now: its clock is not to be trusted.

    Raises:
        ForeignHostError: `origin` is set and is none of the source's hosts.
    """
    if origin and not is_own_host(origin, source.hosts):
        raise ForeignHostError(origin)
    believed = [_believed(event, now) for event in events]
    return record_events(
        origin=str(source.pk), events=believed, now=now, edge_kind=IdentityEdge.Kind.FORM_POST
    )


def _believed(event: Any, now: datetime) -> Any:
    if not isinstance(event, Mapping):
        return event
    known = {name: value for name, value in event.items() if name in _BELIEVED}
    known |= _click_id(event.get("tr"))
    return known | {"occurred_at": now.isoformat()}


def _click_id(value: Any) -> dict[str, str]:
    """Keep a well-formed click id; a mangled address must not cost the whole event."""
    try:
        decode_id(value if isinstance(value, str) else "")
    except MalformedIdError:
        return {}
    return {"tr": value}
