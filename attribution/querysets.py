"""Chainable filters of the credit models, named by intent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from attribution.models import CreditRule, Finding


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
