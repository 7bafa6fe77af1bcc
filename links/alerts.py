"""Alerts: a live link that breaks, from the check that found it to the one that finds it mended.

At most one alert per link is open; a constraint keeps that. Other systems are told at once and of
every change, in the same transaction; people are told by `alert_notices`, in peace.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from campaigns.models import Send
from links.models import Link, LinkAlert, LinkCheck
from links.webhook_events import LINK_BROKEN, LINK_MENDED
from links.webhook_payloads import link_payload, wire_time
from links.webhooks import queue_event

_Problems = list[dict[str, Any]]


def update_alerts(*, links: Sequence[Link], now: datetime) -> None:
    """Open and resolve alerts by the newest checks of those of the links that are live."""
    with transaction.atomic():
        # The lock lets checks of one link by two workers open one alert, not a refused second
        live = list(_live(now).filter(pk__in=[link.pk for link in links]).order_by("pk"))
        findings = _newest_findings(live)
        standing = {
            alert.link_id: alert for alert in LinkAlert.objects.open().filter(link__in=live)
        }
        _open([link for link in live if link.pk not in standing], findings, now)
        _note_changes(standing.values(), findings)
        _mend(
            [
                (link, standing[link.pk])
                for link in live
                if link.pk in standing and findings.get(link.pk) == []
            ],
            now,
        )


def close_ended_alerts(*, now: datetime) -> int:
    """Resolve alerts of links that are not live any more, saying why; return how many."""
    live = Link.objects.working(now=now).filter(send__status=Send.Status.LIVE)
    ended = LinkAlert.objects.open().exclude(link__in=live)
    over = ended.exclude(link__send__status=Send.Status.LIVE)
    reasons = LinkAlert.Resolution
    return over.update(resolved_at=now, resolution=reasons.SEND_OVER) + ended.update(
        resolved_at=now, resolution=reasons.SWITCHED_OFF
    )


def _live(now: datetime) -> Any:
    live = Link.objects.working(now=now).filter(send__status=Send.Status.LIVE)
    return live.select_related("domain", "send").select_for_update(of=("self",))


def _newest_findings(links: Iterable[Link]) -> dict[UUID, _Problems]:
    """Return what the newest look at each link found on all devices; empty: all is well."""
    newest = LinkCheck.objects.filter(link=OuterRef("link")).order_by("-checked_at")
    checks = LinkCheck.objects.filter(
        link__in=links, checked_at=Subquery(newest.values("checked_at")[:1])
    )
    findings: dict[UUID, _Problems] = defaultdict(list)
    for check in checks.order_by("device", "pk"):
        found = [] if check.is_ok else check.problems
        findings[check.link_id].extend({**problem, "device": check.device} for problem in found)
    return dict(findings)


def _open(links: Iterable[Link], findings: dict[UUID, _Problems], now: datetime) -> None:
    broken = [link for link in links if findings.get(link.pk)]
    LinkAlert.objects.bulk_create(
        LinkAlert(link=link, opened_at=now, problems=findings[link.pk]) for link in broken
    )
    payloads = [
        link_payload(link) | {"broken_at": wire_time(now), "problems": findings[link.pk]}
        for link in broken
    ]
    queue_event(event_type=LINK_BROKEN, payloads=payloads, now=now)


def _note_changes(alerts: Iterable[LinkAlert], findings: dict[UUID, _Problems]) -> None:
    """Let an alert say what is broken now; that a second device broke too is no new alert."""
    for alert in alerts:
        found = findings.get(alert.link_id)
        if found and found != alert.problems:
            alert.problems = found
            alert.save(update_fields=["problems"])


def _mend(mended: Sequence[tuple[Link, LinkAlert]], now: datetime) -> None:
    LinkAlert.objects.filter(pk__in=[alert.pk for _, alert in mended]).update(
        resolved_at=now, resolution=LinkAlert.Resolution.MENDED
    )
    payloads = [
        link_payload(link) | {"broken_at": wire_time(alert.opened_at), "mended_at": wire_time(now)}
        for link, alert in mended
    ]
    queue_event(event_type=LINK_MENDED, payloads=payloads, now=now)
