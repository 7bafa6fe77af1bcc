"""Chainable filters of the link models, named by intent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from links.models import Link, LinkCheck


class LinkQuerySet(models.QuerySet["Link"]):
    """Filters over short links."""

    def changed_since(self, moment: datetime) -> LinkQuerySet:
        """Keep links written at or after the moment, retired ones included."""
        return self.filter(updated_at__gte=moment)


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    """Filters over link checks."""

    def latest_per_device(self) -> LinkCheckQuerySet:
        """Keep the newest check of every link and device."""
        return self.order_by("link", "device", "-checked_at").distinct("link", "device")
