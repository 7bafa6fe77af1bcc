"""How a connection fares, in a word."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm_sync.models import Connection, SyncProblem, SyncRun


def with_health(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    """Annotate `latest_status` of the newest run, and `error_count`, `warning_count` of problems.

    Subqueries, because two joins would multiply runs by problems.
    """
    runs = SyncRun.objects.filter(connection=OuterRef("pk")).order_by("-started_at")
    problems = SyncProblem.objects.unresolved().filter(connection=OuterRef("pk"))
    return connections.annotate(
        latest_status=Subquery(runs.values("status")[:1]),
        error_count=_count(problems.filter(severity=SyncProblem.Severity.ERROR)),
        warning_count=_count(problems.filter(severity=SyncProblem.Severity.WARNING)),
    )


def _count(rows: QuerySet[SyncProblem]) -> Coalesce:
    counted = rows.order_by().values("connection").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def health_of(connection: Connection) -> str:
    """Say how an annotated connection fares."""
    found: Any = connection
    if not connection.is_active:
        return "Switched off"
    if found.latest_status is None:
        return "Never synced"
    if found.latest_status == SyncRun.Status.FAILED:
        return "Failing"
    if found.latest_status == SyncRun.Status.RUNNING:
        return "Syncing"
    if found.error_count:
        return "Problems"
    return "Incomplete records" if found.warning_count else "Healthy"
