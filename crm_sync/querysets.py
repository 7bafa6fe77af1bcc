"""Chainable filters of the CRM models, named by intent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from crm_sync.models import (
        Connection,
        Deal,
        DealRefund,
        HookDelivery,
        SyncProblem,
        WriteBack,
    )


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Filters over connections."""

    def due(self, *, now: datetime) -> ConnectionQuerySet:
        """Keep active connections whose next scheduled sync has come and that nobody runs."""
        return self.filter(is_active=True, next_sync_at__lte=now).filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        )


class DealQuerySet(models.QuerySet["Deal"]):
    """Filters over deals."""

    def present(self) -> DealQuerySet:
        """Keep deals that still exist in their CRM."""
        return self.filter(deleted_at__isnull=True)


class DealRefundQuerySet(models.QuerySet["DealRefund"]):
    """Filters over refunds."""

    def standing(self) -> DealRefundQuerySet:
        """Keep refunds that were neither taken back nor replaced by a correction."""
        return self.filter(removed_at__isnull=True)

    def known_at(self, moment: datetime) -> DealRefundQuerySet:
        """Keep refunds that stood at a moment, as far as we had been told by then."""
        still = Q(removed_at__isnull=True) | Q(removed_at__gt=moment)
        return self.filter(still, recorded_at__lte=moment)


class HookDeliveryQuerySet(models.QuerySet["HookDelivery"]):
    """Filters over the inbox of webhooks."""

    def due(self, *, now: datetime) -> HookDeliveryQuerySet:
        """Keep deliveries that nobody acted on yet and whose turn has come."""
        return self.filter(next_attempt_at__lte=now)


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
