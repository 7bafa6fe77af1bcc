"""Chainable filters of the tracking models, named by intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from tracking.models import ChannelRule, Click, IdentityEdge, Person, Touchpoint


class PersonQuerySet(models.QuerySet["Person"]):
    """Filters over people."""

    def present(self) -> PersonQuerySet:
        """Leave out people whose identities were all taken over by another."""
        return self.filter(merged_into__isnull=True)


class ClickQuerySet(models.QuerySet["Click"]):
    """Filters over clicks."""

    def human(self) -> ClickQuerySet:
        """Keep taps that no evidence marks as a machine's."""
        return self.exclude(grade="machine")

    def orphan(self) -> ClickQuerySet:
        """Keep hits that led to no live link."""
        return self.exclude(answer="redirected")


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    """Filters over touches."""

    def eligible(self) -> TouchpointQuerySet:
        """Keep touches that may earn credit."""
        return self.filter(exclusion="")


class IdentityEdgeQuerySet(models.QuerySet["IdentityEdge"]):
    """Filters over identity edges."""

    def live(self) -> IdentityEdgeQuerySet:
        """Keep edges that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class ChannelRuleQuerySet(models.QuerySet["ChannelRule"]):
    """Filters over channel rules."""

    def in_force(self) -> ChannelRuleQuerySet:
        """Keep active rules in the order in which they are tried."""
        return self.filter(is_active=True).order_by("position")
