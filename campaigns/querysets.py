"""Chainable filters of the planning models, named by intent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from campaigns.models import ApiKey, NamingConvention, Send


class NamingConventionQuerySet(models.QuerySet["NamingConvention"]):
    """Filters over naming conventions."""

    def published(self) -> NamingConventionQuerySet:
        """Keep the versions in force."""
        return self.filter(status="published")


class SendQuerySet(models.QuerySet["Send"]):
    """Filters over sends."""

    def open(self) -> SendQuerySet:
        """Keep sends that may still change state."""
        return self.exclude(status__in=["done", "cancelled"])

    def live(self) -> SendQuerySet:
        """Keep sends that are going out."""
        return self.filter(status="live")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Filters over API keys."""

    def usable(self, *, now: datetime) -> ApiKeyQuerySet:
        """Keep keys that are neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True).filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        )
