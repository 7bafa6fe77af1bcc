"""The kinds of events that other systems can be told of, in words and by example."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TAP_RECORDED = "tap.recorded"
LINK_BROKEN = "link.broken"
LINK_MENDED = "link.mended"
LINK_LIMIT_REACHED = "link.limit_reached"
DOMAIN_UNHEALTHY = "domain.unhealthy"
DOMAIN_HEALTHY = "domain.healthy"
TRIAL = "endpoint.test"


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event. `example` is what stands under `data` in its messages."""

    code: str
    description: str
    example: Mapping[str, Any]


_LINK = {
    "link_id": "0198c1f0-5a00-7000-8000-000000000001",
    "short_url": "https://go.example.com/k7Qm2Xa",
    "send_id": "0198c1f0-5a00-7000-8000-000000000002",
    "send_name": "Demo invitation, June",
    "utm_campaign": "demo-invite-q2",
}
_PROBLEM = {
    "code": "final-status",
    "message": "The page answers 404.",
    "severity": "error",
    "device": "iphone",
}
_DOMAIN = {"domain_id": "0198c1f0-5a00-7000-8000-000000000003", "host": "go.example.com"}

EVENT_TYPES = (
    EventType(
        TAP_RECORDED,
        "A short link was tapped, by a person or by a machine",
        {
            "click_id": "0198c1f0-5a00-7000-8000-000000000004",
            "clicked_at": "2026-06-10T12:00:00.000Z",
            **_LINK,
            "recipient_id": None,
            "grade": "likely",
            "reason": "browser",
            "device": "phone",
            "os": "iOS",
            "browser": "Safari",
            "country": "DE",
        },
    ),
    EventType(
        LINK_BROKEN,
        "A link of a live send no longer arrives where it should",
        {**_LINK, "broken_at": "2026-06-10T12:00:00.000Z", "problems": [_PROBLEM]},
    ),
    EventType(
        LINK_MENDED,
        "A broken link works again",
        {**_LINK, "broken_at": "2026-06-10T12:00:00.000Z", "mended_at": "2026-06-10T13:00:00.000Z"},
    ),
    EventType(
        LINK_LIMIT_REACHED,
        "A link had as many taps of people as it may have",
        {**_LINK, "tap_limit": 500, "limit_reached_at": "2026-06-10T12:00:00.000Z"},
    ),
    EventType(
        DOMAIN_UNHEALTHY,
        "A branded domain stopped answering, or its certificate runs out",
        {
            **_DOMAIN,
            "checked_at": "2026-06-10T12:00:00.000Z",
            "problems": [_PROBLEM | {"device": ""}],
        },
    ),
    EventType(
        DOMAIN_HEALTHY,
        "A branded domain is well again",
        {**_DOMAIN, "checked_at": "2026-06-10T13:00:00.000Z", "problems": []},
    ),
)
CODES = frozenset(event_type.code for event_type in EVENT_TYPES)


def trial_payload(endpoint_name: str) -> dict[str, str]:
    """Return what stands under `data` in a test message."""
    return {"message": f"A test from Textrail to {endpoint_name}: it can reach you."}
