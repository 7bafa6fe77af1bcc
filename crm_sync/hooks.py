"""Webhooks of CRMs: taken in at once, acted on afterwards by asking the CRM.

Always: the signature before anything is stored. Never: a value out of a delivery; it may be
old, doubled or out of order, so it only says which records to read again.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from crm_sync.hook_events import Named, UnreadableHookError, read_hubspot
from crm_sync.hook_intake import take_named
from crm_sync.hook_signatures import is_from_hubspot
from crm_sync.leases import ConnectionBusyError, LeaseLostError
from crm_sync.models import Connection, HookDelivery
from crm_sync.providers.base import ApiError
from links.clock import Clock
from links.secrets import UnreadableSecretError, decrypt_secret

KEPT_FOR: Final = timedelta(days=7)
MOST_BYTES: Final = 1_000_000
SUPPORTED: Final = (Connection.Provider.HUBSPOT,)
"""Whose webhooks are understood; a file sends none."""

_MOST_ATTEMPTS: Final = 8
_LONGEST_PAUSE: Final = timedelta(minutes=10)

logger = logging.getLogger(__name__)


class BadSignatureError(Exception):
    """The delivery does not carry the CRM's own signature."""


def hook_address(connection: Connection) -> str:
    """Return the address that the CRM is told to send to, and which it signs."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/hooks/crm/{connection.pk}"


def receive_delivery(
    *, connection: Connection, body: bytes, headers: Mapping[str, str], now: datetime
) -> HookDelivery:
    """Store a delivery that its CRM has signed; it is acted on afterwards.

    Raises:
        BadSignatureError: unsigned, wrongly signed or too old; nothing is stored.
    """
    try:
        secret = decrypt_secret(connection.hook_secret)
    except UnreadableSecretError as error:
        raise BadSignatureError from error
    address = hook_address(connection)
    if connection.provider not in SUPPORTED or not is_from_hubspot(
        secret=secret, address=address, body=body, headers=headers, now=now
    ):
        raise BadSignatureError
    return HookDelivery.objects.create(
        connection=connection, received_at=now, body=body, next_attempt_at=now
    )


def take_deliveries(*, now: datetime) -> int:
    """Read again what waiting deliveries name, one pass per connection. Return how many.

    While a sync holds a connection its deliveries wait. A CRM that cannot be read is asked
    later; after eight attempts the delivery is left to the next sync.
    """
    clock = Clock(now)
    HookDelivery.objects.filter(received_at__lt=now - KEPT_FOR).delete()
    due = HookDelivery.objects.due(now=now).order_by()
    connections = Connection.objects.filter(pk__in=due.values("connection"))
    return sum(_take_of(connection, clock) for connection in connections.order_by("pk"))


def _take_of(connection: Connection, clock: Clock) -> int:
    due = HookDelivery.objects.due(now=clock.now()).filter(connection=connection)
    deliveries = list(due.order_by("received_at")[:500])
    named = Named()
    for delivery in deliveries:
        named += _read(delivery)
    try:
        take_named(connection=connection, named=named, clock=clock)
    except (ConnectionBusyError, LeaseLostError):
        return 0
    except (ApiError, UnreadableSecretError) as error:
        _put_off(deliveries, error, clock.now())
        return 0
    ids = [delivery.pk for delivery in deliveries]
    return HookDelivery.objects.filter(pk__in=ids).update(
        taken_at=clock.now(), next_attempt_at=None
    )


def _read(delivery: HookDelivery) -> Named:
    try:
        return read_hubspot(bytes(delivery.body))
    except UnreadableHookError as error:
        delivery.error = str(error)
        delivery.save(update_fields=["error"])
        return Named()


@transaction.atomic
def _put_off(deliveries: list[HookDelivery], error: Exception, now: datetime) -> None:
    """Try again later, and later each time, as long as trying can help."""
    can_help = isinstance(error, ApiError) and error.is_retryable
    for delivery in deliveries:
        delivery.attempts += 1
        pause = min(_LONGEST_PAUSE, timedelta(seconds=5 << delivery.attempts))
        again = can_help and delivery.attempts < _MOST_ATTEMPTS
        delivery.next_attempt_at = now + pause if again else None
        delivery.error = str(error)
    fields = ["attempts", "next_attempt_at", "error"]
    HookDelivery.objects.bulk_update(deliveries, fields)
    logger.warning("Webhook of %s not acted on: %s", deliveries[0].connection.slug, error)
