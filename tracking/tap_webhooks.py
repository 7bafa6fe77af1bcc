"""Tells other systems of taps. Where nobody wants to know, it costs one small query a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from links.models import Link
from links.webhook_events import TAP_RECORDED
from links.webhook_payloads import link_payload, wire_time
from links.webhooks import is_wanted, queue_event
from tracking.pipeline import Tap
from tracking.tap_facts import moment_of


def announce_taps(taps: Sequence[Tap], *, now: datetime) -> int:
    """Queue a message for every tap that was redirected; return how many."""
    if not taps or not is_wanted(TAP_RECORDED):
        return 0
    ids = {tap.link.id for tap in taps if tap.link is not None}
    links = Link.objects.select_related("domain", "send").in_bulk(ids)
    told = {link_id: link_payload(link) for link_id, link in links.items()}
    payloads = [
        _payload(tap, told[tap.link.id]) for tap in taps if tap.link is not None and tap.is_counted
    ]
    return queue_event(event_type=TAP_RECORDED, payloads=payloads, now=now)


def _payload(tap: Tap, link: Mapping[str, Any]) -> dict[str, Any]:
    device = tap.device
    return {
        "click_id": str(tap.record.click_id),
        "clicked_at": wire_time(moment_of(tap.record.occurred_at_us)),
        **link,
        "recipient_id": str(tap.recipient.id) if tap.recipient else None,
        "grade": "confirmed" if tap.is_confirmed else str(tap.grade),
        "reason": str(tap.reason),
        "device": device.device,
        "os": device.os,
        "browser": device.browser,
        "country": tap.record.country,
    }
