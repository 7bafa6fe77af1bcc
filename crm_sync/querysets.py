"""Chainable filters of the CRM models, named by intent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from crm_sync.models import Connection, Deal, SyncProblem, WriteBack


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Filters over connections."""

    def due(self, *, now: datetime) -> ConnectionQuerySet:
        """Keep active connections whose next scheduled sync has come and that nobody runs."""
        return self.filter(is_active=True, next_sync_at__lte=now).filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        )

    def with_health(self) -> ConnectionQuerySet:
        """Annotate what a list of connections shows.

        `latest_status` of the newest run, `error_count` and `warning_count` of open problems.
        Subqueries, because two joins would multiply runs by problems.
        """
        from crm_sync.models import SyncProblem, SyncRun  # noqa: PLC0415  (models import us)

        runs = SyncRun.objects.filter(connection=OuterRef("pk")).order_by("-started_at")
        problems = SyncProblem.objects.unresolved().filter(connection=OuterRef("pk"))
        return self.annotate(
            latest_status=Subquery(runs.values("status")[:1]),
            error_count=_count(problems.filter(severity="error")),
            warning_count=_count(problems.filter(severity="warning")),
        )


def _count(rows: models.QuerySet[SyncProblem]) -> Coalesce:
    counted = rows.order_by().values("connection").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


class DealQuerySet(models.QuerySet["Deal"]):
    """Filters over deals."""

    def present(self) -> DealQuerySet:
        """Keep deals that still exist in their CRM."""
        return self.filter(deleted_at__isnull=True)


class SyncProblemQuerySet(models.QuerySet["SyncProblem"]):
    """Filters over sync problems."""

    def unresolved(self) -> SyncProblemQuerySet:
        """Keep problems that still stand."""
        return self.filter(resolved_at__isnull=True)


class WriteBackQuerySet(models.QuerySet["WriteBack"]):
    """Filters over the outbox."""

    def due(self, *, now: datetime) -> WriteBackQuerySet:
        """Keep deliveries that wait for their turn."""
        return self.filter(status="pending", next_attempt_at__lte=now)
