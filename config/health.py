"""Alive, ready, and Prometheus text."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from crm_sync.models import Connection, SyncProblem
from tracking.journal_watch import JournalState, journal_state
from tracking.models import PendingChange

logger = logging.getLogger(__name__)
SYNC_LATE_FACTOR = 6


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when every part this process needs works, else 503 with what does not."""
    results = {name: _outcome(probe) for name, probe in PROBES.items()}
    is_ready = all(result["ok"] for result in results.values())
    return JsonResponse({"ready": is_ready, "parts": results}, status=200 if is_ready else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format, version 0.0.4."""
    journal = _journal_state()
    gauges = {
        "textrail_journal_backlog_bytes": journal.unread_bytes,
        "textrail_journal_lag_seconds": int(journal.lag_seconds),
        "textrail_journal_files": journal.file_count,
        "textrail_journal_free_bytes": journal.free_bytes,
        "textrail_pending_changes": PendingChange.objects.count(),
        "textrail_sync_problems": SyncProblem.objects.unresolved().count(),
        "textrail_sync_age_seconds": int(_sync_age_seconds()),
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in gauges.items()]
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


def _outcome(probe: Callable[[], str]) -> dict[str, Any]:
    try:
        problem = probe()
    except (DatabaseError, RedisError, OSError) as error:
        logger.warning("readiness: %s", error)
        problem = type(error).__name__
    return {"ok": not problem, **({"problem": problem} if problem else {})}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    cache.get("readyz")
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return ""


def _journal_state() -> JournalState:
    return journal_state(folder=settings.JOURNAL_DIR, now=datetime.now(UTC))


def _journal() -> str:
    return _journal_state().problem(
        max_bytes=settings.JOURNAL_MAX_BYTES,
        max_lag_seconds=settings.JOURNAL_MAX_LAG_SECONDS,
        least_free_bytes=settings.JOURNAL_ROTATE_BYTES,
    )


def _sync_age_seconds() -> float:
    """Return the age of the oldest scheduled connection's last sync, 0 without any."""
    dated = Connection.objects.filter(is_active=True, synced_at__isnull=False)
    oldest = dated.exclude(next_sync_at=None).order_by("synced_at").first()
    if oldest is None or oldest.synced_at is None:
        return 0.0
    return (datetime.now(UTC) - oldest.synced_at).total_seconds()


def _crm_sync() -> str:
    for late in Connection.objects.filter(is_active=True, next_sync_at__isnull=False):
        if late.synced_at is None or late.next_sync_at is None:
            continue
        overdue = (datetime.now(UTC) - late.next_sync_at).total_seconds()
        if overdue > SYNC_LATE_FACTOR * late.sync_minutes * 60:
            return (
                f"{late.name} was due {int(overdue // 60)} minutes ago; is the scheduler running?"
            )
    return ""


PROBES: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "journal": _journal,
    "crm_sync": _crm_sync,
}
