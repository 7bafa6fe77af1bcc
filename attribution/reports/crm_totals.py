"""What the CRM itself says, straight from its deals and never from the ledger.

This is the independent side of the reconciliation: leads from goal events, opportunities and
wins from deals that still exist in their CRM.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from attribution.reports.costs import RateTable
from attribution.reports.query import ReportQuery
from crm_sync.models import Deal
from tracking.models import Event

_MOMENT = {"opportunity": "deal_created_at", "win": "closed_at"}


@dataclass(slots=True)
class CrmTotal:
    """One goal in one of the CRM's currencies.

    `source_minor` is in that currency, `amount_minor` in the reporting currency, converted
    deal by deal at the rate of the outcome's day; what has no rate or no date is only counted.
    """

    goal: str
    currency: str
    count: int = 0
    source_minor: int = 0
    amount_minor: int = 0
    without_amount: int = 0
    without_date: int = 0
    without_rate: int = 0


def crm_totals(query: ReportQuery) -> dict[tuple[str, str], CrmTotal]:
    """Return the totals by goal and currency for the report's days. Up to four queries."""
    groups = [("lead", group) for group in _lead_groups()]
    for goal in _MOMENT:
        groups += [(goal, group) for group in _deal_groups(goal)]
    covered = [(goal, group) for goal, group in groups if query.covers(group["day"])]
    rates = RateTable(group["currency"] for _, group in covered)
    totals: dict[tuple[str, str], CrmTotal] = {}
    for goal, group in covered:
        currency = group["currency"] or settings.REPORTING_CURRENCY
        total = totals.setdefault((goal, currency), CrmTotal(goal, currency))
        _add(total, group, rates)
    return totals


def _deal_groups(goal: str) -> Iterable[dict[str, Any]]:
    deals = Deal.objects.present()
    if goal == "win":
        deals = deals.filter(outcome="won")
    zone = ZoneInfo(settings.TIME_ZONE)
    return _grouped(deals.annotate(day=TruncDate(_MOMENT[goal], tzinfo=zone)), "amount_minor")


def _lead_groups() -> Iterable[dict[str, Any]]:
    zone = ZoneInfo(settings.TIME_ZONE)
    leads = Event.objects.filter(goal__isnull=False).annotate(
        day=TruncDate("occurred_at", tzinfo=zone),
        worth=Coalesce("value_minor", "goal__value_minor"),
    )
    return _grouped(leads, "worth")


def _grouped(facts: QuerySet[Any], amount: str) -> Iterable[dict[str, Any]]:
    """Group facts by currency and day; foreign ones by amount too, as each is rounded alone."""
    ours = When(currency__in=[settings.REPORTING_CURRENCY, ""], then=None)
    return (
        facts.order_by()
        .values("currency", "day", each=Case(ours, default=F(amount)))
        .annotate(number=Count("pk"), valued=Count(amount), minor=Sum(amount))
    )


def _add(total: CrmTotal, group: dict[str, Any], rates: RateTable) -> None:
    valued, minor = group["valued"], group["minor"] or 0
    total.count += group["number"]
    total.without_amount += group["number"] - valued
    total.without_date += group["number"] if group["day"] is None else 0
    total.source_minor += minor
    if total.currency == settings.REPORTING_CURRENCY:
        total.amount_minor += minor
    elif valued and group["day"] is not None:
        converted = rates.convert(minor=group["each"], currency=total.currency, day=group["day"])
        total.amount_minor += (converted or 0) * valued
        total.without_rate += valued if converted is None else 0
