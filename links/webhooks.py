"""Telling other systems what happened: who wants to know, and the messages that wait for them.

A message is a row, stored in the transaction of what it tells of; `webhook_delivery` sends it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from campaigns.doorbell import DELIVER, ring_on_commit
from links.models import WebhookDelivery, WebhookEndpoint

_ROWS_PER_DELETION = 5_000


class DeliveryUnderWayError(Exception):
    """A message that still waits for its next attempt need not be sent again."""


def is_wanted(event_type: str) -> bool:
    """Tell whether any active endpoint is told of such events. One small query."""
    return WebhookEndpoint.objects.wanting(event_type).exists()


def queue_event(*, event_type: str, payloads: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Store a message per endpoint that wants it and payload; return how many.

    Costs one query, and one insert for all of them. Joins the caller's transaction: what is
    rolled back is not told.
    """
    if not payloads:
        return 0
    endpoints = list(WebhookEndpoint.objects.wanting(event_type))
    messages = [
        WebhookDelivery(
            endpoint=endpoint,
            event_type=event_type,
            payload=payload,
            created_at=now,
            next_attempt_at=now,
        )
        for endpoint in endpoints
        for payload in payloads
    ]
    if messages:
        WebhookDelivery.objects.bulk_create(messages)
        ring_on_commit(DELIVER)
    return len(messages)


def send_again(*, delivery: WebhookDelivery, now: datetime) -> None:
    """Send a message once more under its old id, with all attempts before it.

    Raises:
        DeliveryUnderWayError: it still waits for its next attempt.
    """
    settled = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at__isnull=True)
    if not settled.update(next_attempt_at=now, attempt_count=0, delivered_at=None):
        raise DeliveryUnderWayError(
            f"This message waits for its next attempt already, at {delivery.next_attempt_at}."
        )
    ring_on_commit(DELIVER)


def forget_deliveries(*, now: datetime, keep: timedelta) -> int:
    """Delete messages older than `keep`, delivered or not; return how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=now - keep).order_by("created_at")
    deleted = 0
    while rows := list(old.values_list("pk", flat=True)[:_ROWS_PER_DELETION]):
        deleted += WebhookDelivery.objects.filter(pk__in=rows).delete()[0]
    return deleted
