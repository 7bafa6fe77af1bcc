"""Chainable filters of the credit models, named by intent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

    from attribution.models import CreditRule, Finding, ReportSchedule, SavedView


class CreditRuleQuerySet(models.QuerySet["CreditRule"]):
    """Filters over credit rules."""

    def active(self) -> CreditRuleQuerySet:
        """Keep the rule versions whose credit is kept in the ledger."""
        return self.filter(retired_at__isnull=True)


class FindingQuerySet(models.QuerySet["Finding"]):
    """Filters over findings."""

    def open(self) -> FindingQuerySet:
        """Keep findings that still stand."""
        return self.filter(resolved_at__isnull=True)

    def by_gravity(self) -> FindingQuerySet:
        """Put the gravest first, then the most money, then the most rows."""
        grades = [
            models.When(severity=name, then=models.Value(place))
            for place, name in enumerate(("error", "warning", "notice"))
        ]
        gravity = models.Case(*grades, output_field=models.IntegerField())
        money = models.F("amount_minor").desc(nulls_last=True)
        return self.order_by(gravity, money, "-row_count")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Filters over saved views."""

    def of(self, user: User) -> SavedViewQuerySet:
        """Keep a person's own views."""
        return self.filter(owner=user)

    def visible_to(self, user: User) -> SavedViewQuerySet:
        """Keep a person's own views and those that others share."""
        return self.filter(models.Q(owner=user) | models.Q(is_shared=True))


class ReportScheduleQuerySet(models.QuerySet["ReportSchedule"]):
    """Filters over schedules of report mails."""

    def due(self, *, now: datetime) -> ReportScheduleQuerySet:
        """Keep the schedules whose moment has come."""
        return self.filter(is_active=True, next_due_at__lte=now)

    def visible_to(self, user: User) -> ReportScheduleQuerySet:
        """Keep those that a person made or receives."""
        receives = models.Q(recipients__user=user)
        return self.filter(models.Q(created_by=user) | receives).distinct()
