"""What the CRM itself says, straight from its deals and never from the ledger.

This is the independent side of the reconciliation: leads from goal events; opportunities, wins
and what was refunded of them from deals that still exist in their CRM.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from attribution.rates import RatesOfDays
from attribution.reports.crm_history import deals_as_of
from attribution.reports.query import ReportQuery
from attribution.reports.shown_currency import ShownCurrency, rounded_whole
from campaigns.exchange import convert_at
from crm_sync.models import Deal, DealRefund
from tracking.models import Event

_MOMENT = {"opportunity": "deal_created_at", "win": "closed_at"}


@dataclass(slots=True)
class CrmTotal:
    """One goal in one of the CRM's currencies.

    `source_minor` is in that currency, `amount_minor` in the reporting currency, converted
    deal by deal at the rate of the outcome's day. What cannot be converted is in
    `unconverted_minor` instead, in the CRM's currency and by reason: `no_rate`, `no_date`.
    """

    goal: str
    currency: str
    count: int = 0
    source_minor: int = 0
    amount_minor: int = 0
    without_amount: int = 0
    without_date: int = 0
    without_rate: int = 0
    unconverted_minor: dict[str, int] = field(default_factory=dict)
    shown: Fraction = Fraction(0)
    not_shown_minor: int = 0

    def show(self, minor: int, factor: Fraction | None) -> None:
        """Add minor units of the reporting currency to what the report's own currency shows.

        `shown` is exact, to be rounded once; without a rate they are counted as not shown.
        """
        if factor is None:
            self.not_shown_minor += minor
        else:
            self.shown += minor * factor


def crm_totals(query: ReportQuery) -> dict[tuple[str, str], CrmTotal]:
    """Return the totals by goal and currency for the report's days and moment. Six queries at most."""
    groups = [("lead", group) for group in _lead_groups(query.as_of)]
    if query.as_of:
        groups += _past_groups(query.as_of)
    else:
        groups += [(goal, group) for goal in _MOMENT for group in _deal_groups(goal)]
        present = DealRefund.objects.standing().filter(deal__deleted_at__isnull=True)
        groups += [("refund", group) for group in _refund_groups(present)]
    covered = [(goal, group) for goal, group in groups if query.covers(group["day"])]
    rates = RatesOfDays((group["source"], group["day"]) for _, group in covered if group["source"])
    shown = None
    if query.currency not in {"", settings.REPORTING_CURRENCY}:
        shown = ShownCurrency(query.currency, {group["day"] for _, group in covered})
    totals: dict[tuple[str, str], CrmTotal] = {}
    for goal, group in covered:
        currency = group["source"] or settings.REPORTING_CURRENCY
        total = totals.setdefault((goal, currency), CrmTotal(goal, currency))
        before = total.amount_minor
        _add(total, group, rates)
        if shown:
            total.show(total.amount_minor - before, shown.factor(group["day"]))
    return totals


def all_currencies(goal: str, currency: str, totals: list[CrmTotal]) -> CrmTotal:
    """Return the sum of a goal's totals, in the report's currency."""
    amount = sum(total.amount_minor for total in totals)
    if currency != settings.REPORTING_CURRENCY:
        amount = rounded_whole(sum((total.shown for total in totals), Fraction(0)))
    return CrmTotal(
        goal=goal,
        currency=currency,
        count=sum(total.count for total in totals),
        source_minor=amount,
        amount_minor=amount,
        not_shown_minor=sum(total.not_shown_minor for total in totals),
        without_amount=sum(total.without_amount for total in totals),
        without_date=sum(total.without_date for total in totals),
        without_rate=sum(total.without_rate for total in totals),
    )


def _deal_groups(goal: str) -> Iterable[dict[str, Any]]:
    deals = Deal.objects.present()
    if goal == "win":
        deals = deals.filter(outcome="won")
    zone = ZoneInfo(settings.TIME_ZONE)
    dated = deals.annotate(day=TruncDate(_MOMENT[goal], tzinfo=zone), source=F("currency"))
    return _grouped(dated, "amount_minor")


def _refund_groups(refunds: QuerySet[DealRefund]) -> Iterable[dict[str, Any]]:
    """Group refunds, as negative amounts."""
    zone = ZoneInfo(settings.TIME_ZONE)
    dated = refunds.annotate(
        day=TruncDate("refunded_at", tzinfo=zone), source=F("currency"), taken=-F("amount_minor")
    )
    return _grouped(dated, "taken")


def _past_groups(as_of: datetime) -> Iterable[tuple[str, dict[str, Any]]]:
    """Return every deal of a past moment as a group of one, and its refunds."""
    present = set()
    for deal in deals_as_of(as_of):
        present.add(deal.id)
        group = {
            "source": deal.currency,
            "each": deal.amount_minor,
            "minor": deal.amount_minor,
            "number": 1,
            "valued": int(deal.amount_minor is not None),
        }
        yield "opportunity", {**group, "day": deal.created_on}
        if deal.outcome == "won":
            yield "win", {**group, "day": deal.closed_on}
    known = DealRefund.objects.known_at(as_of)
    gone = [deal for deal in known.values_list("deal_id", flat=True) if deal not in present]
    yield from (("refund", group) for group in _refund_groups(known.exclude(deal__in=gone)))


def _lead_groups(as_of: datetime | None) -> Iterable[dict[str, Any]]:
    """Group goal events; a lead without a value of its own is worth what its goal says."""
    zone = ZoneInfo(settings.TIME_ZONE)
    events = Event.objects.filter(goal__isnull=False)
    if as_of:
        events = events.filter(received_at__lte=as_of)
    leads = events.annotate(
        day=TruncDate("occurred_at", tzinfo=zone),
        worth=Coalesce("value_minor", "goal__value_minor"),
        source=Case(When(value_minor__isnull=False, then=F("currency")), default=Value("")),
    )
    return _grouped(leads, "worth")


def _grouped(facts: QuerySet[Any], amount: str) -> Iterable[dict[str, Any]]:
    """Group facts by currency and day; foreign ones by amount too, as each is rounded alone."""
    ours = When(source__in=[settings.REPORTING_CURRENCY, ""], then=None)
    groups: QuerySet[Any, dict[str, Any]] = (
        facts.order_by()
        .values("source", "day", each=Case(ours, default=F(amount)))
        .annotate(number=Count("pk"), valued=Count(amount), minor=Sum(amount))
    )
    return groups


def _add(total: CrmTotal, group: dict[str, Any], rates: RatesOfDays) -> None:
    valued, minor = group["valued"], group["minor"] or 0
    total.count += group["number"]
    total.without_amount += group["number"] - valued
    total.without_date += group["number"] if group["day"] is None else 0
    total.source_minor += minor
    if total.currency == settings.REPORTING_CURRENCY:
        total.amount_minor += minor
    elif valued:
        _convert(total, group, rates)


def _convert(total: CrmTotal, group: dict[str, Any], rates: RatesOfDays) -> None:
    """Add a group of foreign money that has a rate; name the reason of one that has none."""
    day, valued = group["day"], group["valued"]
    rate = rates.find(total.currency, day) if day is not None else None
    if rate is not None:
        each = convert_at(minor=group["each"], currency=total.currency, rate=rate)
        total.amount_minor += each * valued
        return
    reason = "no_date" if day is None else "no_rate"
    total.without_rate += valued if day is not None else 0
    before = total.unconverted_minor.get(reason, 0)
    total.unconverted_minor[reason] = before + group["minor"]
