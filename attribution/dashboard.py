"""The admin's first page: the key figures of SMS, one chart, and what needs attention."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Case, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.http import HttpRequest
from django.utils import timezone

from attribution.charts import Chart, Period, stacked_bars
from attribution.getting_started import getting_started
from attribution.models import Bucket, CreditRule, CreditTotal, Finding, Outcome
from attribution.page_urls import page_url
from attribution.reports.columns import DASH, short_amount, shown_count
from attribution.reports.costs import costs_by
from attribution.reports.influence import open_pipeline_influenced
from attribution.reports.metrics import Metrics, counted
from attribution.reports.query import ReportQuery
from attribution.reports.registry import REPORT_PERMISSION, REPORTS
from campaigns.models import Channel, Spend
from campaigns.money import as_decimal, display_amount
from crm_sync.models import Connection, SyncProblem, SyncRun
from tracking.models import ClickTotal, PendingChange

DAYS, WEEKS, TOP_SENDS, FINDINGS = 90, 26, 5, 5
SMS = "sms"
_REVENUE = (Outcome.Kind.WIN, Outcome.Kind.REFUND)
"""What makes revenue: wins, less what was paid back."""


@dataclass(slots=True)
class _Sums:
    """SMS and all other channels of one stretch of days."""

    sms: Metrics = field(default_factory=Metrics)
    revenue_of_all: int = 0


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the dashboard to the admin index's context: about ten queries, whatever the volume.

    Whoever may not see reports gets the steps only.
    """
    context |= {"title": "Dashboard", "steps": getting_started(), "is_fullwidth": "1"}
    context["steps_left"] = sum(not step.is_done for step in context["steps"])
    if not request.user.has_perm(REPORT_PERMISSION):
        return context
    rule = CreditRule.objects.active().order_by("-is_default", "position").first()
    if rule:
        context |= _credit(rule, timezone.localdate())
    context |= {
        "findings": list(Finding.objects.open().by_gravity()[:FINDINGS]),
        "connections": _connections(),
        "problem_count": SyncProblem.objects.unresolved().count(),
        "waiting_count": PendingChange.objects.count(),
        "reports": [
            (kind.title, page_url(f"attribution_report_{name}")) for name, kind in REPORTS.items()
        ],
        "urls": {
            "sends": page_url("attribution_report_sends"),
            "channels": page_url("attribution_report_channels"),
            "findings": page_url("attribution_finding_changelist"),
            "connections": page_url("crm_sync_connection_changelist"),
            "problems": page_url("crm_sync_syncproblem_changelist"),
        },
    }
    return context


def _credit(rule: CreditRule, today: date) -> dict[str, Any]:
    starts_on = today - timedelta(days=max(2 * DAYS, 7 * WEEKS))
    cells = _daily_credit(rule, starts_on)
    now, before = _sums(cells, today), _sums(cells, today - timedelta(days=DAYS))
    _add_taps(now.sms, before.sms, today)
    _add_spend(now.sms, before.sms, today)
    sms = Channel.objects.filter(slug=SMS).first()
    influenced = open_pipeline_influenced(sms) if sms else 0
    return {
        "rule": rule,
        "days": DAYS,
        "figures": _figures(now, before, influenced),
        "chart": _chart(cells, today),
        "top_sends": _top_sends(rule, today),
    }


def _daily_credit(rule: CreditRule, starts_on: date) -> list[dict[str, Any]]:
    """Return attributed credit by day, goal and whether SMS earned it. One query."""
    is_sms = Case(
        When(channel__slug=SMS, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )
    return list(
        CreditTotal.objects.filter(
            rule=rule,
            grain=CreditTotal.Grain.OUTCOME_DAY,
            outcome_date__gte=starts_on,
            bucket=Bucket.ATTRIBUTED,
        )
        .order_by()
        .values("outcome_date", "kind", is_sms=is_sms)
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    )


def _sums(cells: Iterable[dict[str, Any]], ends_on: date) -> _Sums:
    sums = _Sums()
    for cell in cells:
        if not ends_on - timedelta(days=DAYS) < cell["outcome_date"] <= ends_on:
            continue
        if cell["kind"] in _REVENUE:
            sums.revenue_of_all += cell["amount"]
        if not cell["is_sms"]:
            continue
        if cell["kind"] == Outcome.Kind.LEAD:
            sums.sms.leads_micro += cell["micro"]
        elif cell["kind"] in _REVENUE:
            sums.sms.revenue_minor += cell["amount"]
    return sums


def _add_taps(now: Metrics, before: Metrics, today: date) -> None:
    start, middle = today - timedelta(days=2 * DAYS), today - timedelta(days=DAYS)
    taps = ClickTotal.objects.filter(date__gt=start, date__lte=today).aggregate(
        now=Sum("human_count", filter=Q(date__gt=middle)),
        before=Sum("human_count", filter=Q(date__lte=middle)),
    )
    now.human_taps, before.human_taps = taps["now"] or 0, taps["before"] or 0


def _add_spend(now: Metrics, before: Metrics, today: date) -> None:
    for metrics, ends_on in ((now, today), (before, today - timedelta(days=DAYS))):
        starts_on = ends_on - timedelta(days=DAYS - 1)
        days = ReportQuery(starts_on=starts_on, ends_on=ends_on)
        costs = costs_by("channel", days, Spend.objects.filter(channel__slug=SMS))
        metrics.spend_minor = sum(costs.by_key.values())


def _figures(now: _Sums, before: _Sums, influenced: int) -> list[dict[str, Any]]:
    one, old = now.sms, before.sms
    return [
        _figure("Human taps", f"{one.human_taps:,}", one.human_taps, old.human_taps),
        _figure("Leads credited", shown_count(one.leads), one.leads, old.leads),
        {
            "label": "Open pipeline influenced",
            **_money(influenced),
            "note": "open deals with an SMS touch, today",
        },
        {
            **_figure("Revenue attributed", "", one.revenue_minor, old.revenue_minor),
            **_money(one.revenue_minor),
            "note": f"of {_short(now.revenue_of_all)} on all channels",
            "is_lead": True,
        },
        {
            **_figure("Spend", "", one.spend_minor, old.spend_minor),
            **_money(one.spend_minor),
            "trend_class": "flat",
        },
        _figure(
            "ROAS",
            DASH if one.roas is None else f"{one.roas.quantize(Decimal('0.1')):,}",
            one.roas or 0,
            old.roas or 0,
        ),
    ]


def _figure(label: str, value: str, now: Any, before: Any) -> dict[str, Any]:
    """Return a key figure with its change against the days before; none from nothing."""
    figure = {"label": label, "value": value, "exact": value, "note": f"vs. the {DAYS} days before"}
    if not before:
        return {**figure, "note": f"nothing in the {DAYS} days before"}
    change = round((Decimal(now) / Decimal(before) - 1) * 100)
    trend = f"{'+' if change >= 0 else '−'}{abs(change):,} %"
    return {**figure, "trend": trend, "trend_class": "up" if change >= 0 else "down"}


def _money(minor: int) -> dict[str, str]:
    return {"value": _short(minor), "exact": display_amount(minor, settings.REPORTING_CURRENCY)}


def _short(minor: int) -> str:
    return short_amount(minor, settings.REPORTING_CURRENCY)


def _chart(cells: Iterable[dict[str, Any]], today: date) -> Chart | None:
    """Return revenue by week, SMS below and the rest above; None while there is none."""
    monday = today - timedelta(days=today.weekday())
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        if cell["kind"] in _REVENUE:
            day = cell["outcome_date"]
            weeks[day - timedelta(days=day.weekday())][not cell["is_sms"]] += cell["amount"]
    starts = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    if not any(any(weeks[start]) for start in starts):
        return None
    periods = [
        Period(
            values=(weeks[start][0], weeks[start][1]),
            hint=f"Week of {start:%b} {start.day}: SMS {_short(weeks[start][0])}, "
            f"other channels {_short(weeks[start][1])}",
            label=f"{start:%b}" if start.day <= 7 else "",
        )
        for start in starts
    ]
    return stacked_bars(periods, shown=_axis)


def _axis(minor: int) -> str:
    value = as_decimal(minor, settings.REPORTING_CURRENCY)
    for size, letter in ((Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k")):
        if value >= size:
            return f"{(value / size).quantize(Decimal('0.1')).normalize():f}{letter}"
    return f"{value.normalize():f}"


def _top_sends(rule: CreditRule, today: date) -> list[dict[str, Any]]:
    starts_on = today - timedelta(days=DAYS - 1)
    earned = CreditTotal.objects.filter(
        rule=rule,
        grain=CreditTotal.Grain.OUTCOME_DAY,
        outcome_date__gte=starts_on,
        bucket=Bucket.ATTRIBUTED,
        send__isnull=False,
    )
    rows = list(
        earned.order_by()
        .values("send", "send__name", "campaign__name")
        .annotate(
            revenue=Sum("amount_minor", filter=Q(kind__in=_REVENUE), default=0),
            pipeline=Sum("amount_minor", filter=Q(kind=Outcome.Kind.OPPORTUNITY), default=0),
            leads=Sum("count_micro", filter=Q(kind=Outcome.Kind.LEAD), default=0),
        )
        .order_by("-revenue", "-pipeline", "-leads")[:TOP_SENDS]
    )
    return [
        {
            "name": row["send__name"],
            "campaign": row["campaign__name"],
            "url": page_url("campaigns_send_change", row["send"]),
            "leads": shown_count(counted(row["leads"])),
            "pipeline": _short(row["pipeline"]),
            "revenue": _short(row["revenue"]),
        }
        for row in rows
    ]


def _connections() -> list[dict[str, Any]]:
    """Return each CRM connection with how its latest run ended. One query."""
    latest = SyncRun.objects.filter(connection=OuterRef("pk")).order_by("-started_at")
    rows: QuerySet[Any] = Connection.objects.annotate(status=Subquery(latest.values("status")[:1]))
    words = dict(SyncRun.Status.choices)
    return [
        {
            "name": row.name,
            "provider": row.get_provider_display(),
            "synced_at": row.synced_at,
            "status": words.get(row.status, "Never synced"),
            "is_good": row.status in {SyncRun.Status.SUCCEEDED, SyncRun.Status.RUNNING},
            "url": page_url("crm_sync_connection_change", row.pk),
        }
        for row in rows
    ]
