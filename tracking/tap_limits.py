"""Links with a limit of taps: people's taps are counted, machines' never (previews burn no link)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from links.changes import announce_on_commit
from links.models import Link
from links.webhook_events import LINK_LIMIT_REACHED
from links.webhook_payloads import link_payload, wire_time
from links.webhooks import queue_event
from tracking.models import ClickTotal

_TAPS = Subquery(
    ClickTotal.objects.filter(link=OuterRef("pk"))
    .order_by()
    .values("link")
    .annotate(number=Sum("human_count"))
    .values("number")
)


def settle_limits(*, now: datetime, link_ids: Collection[UUID] | None = None) -> int:
    """Close links whose limit is reached, open those below it again; return how many changed.

    Raising the limit opens a link again, and so do taps that turn out to be a machine's.
    """
    links = Link.objects.filter(Q(tap_limit__isnull=False) | Q(limit_reached_at__isnull=False))
    if link_ids is not None:
        links = links.filter(pk__in=link_ids)
    taps = dict(links.annotate(taps=Coalesce(_TAPS, 0)).values_list("pk", "taps"))
    changed = 0
    with transaction.atomic():
        for link in links.select_related("domain", "send").order_by("pk"):
            is_reached = link.tap_limit is not None and taps.get(link.pk, 0) >= link.tap_limit
            if is_reached != (link.limit_reached_at is not None):
                changed += _set_reached(link, now if is_reached else None, now=now)
        if changed:
            announce_on_commit()
    return changed


def _set_reached(link: Link, reached_at: datetime | None, *, now: datetime) -> int:
    """Write it unless somebody else did, so that it is told once; return whether it was us."""
    as_read = Link.objects.filter(pk=link.pk, limit_reached_at=link.limit_reached_at)
    changed = as_read.update(limit_reached_at=reached_at, updated_at=now)
    if changed and reached_at:
        payload = {
            **link_payload(link),
            "tap_limit": link.tap_limit,
            "limit_reached_at": wire_time(reached_at),
        }
        queue_event(event_type=LINK_LIMIT_REACHED, payloads=[payload], now=now)
    return changed
