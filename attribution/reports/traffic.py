"""Recipients, deliveries, taps and opt-outs by send, all from running counts or one grouping."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from attribution.reports.metrics import Metrics
from attribution.reports.query import ReportQuery
from campaigns.models import Suppression
from links.models import RecipientLink
from tracking.models import ClickTotal, Event
from tracking.tap_panel import DELIVERED


def traffic_by_send(query: ReportQuery) -> dict[UUID, Metrics]:
    """Return each send's recipients with links, deliveries, taps and opt-outs. Four queries.

    A figure stays None where nothing reports it: no delivery event is not “0 delivered”.
    """
    rows: dict[UUID, Metrics] = defaultdict(Metrics)
    tapped: dict[UUID, int] = {}
    for send, human, machine, recipients in _taps(query):
        rows[send].human_taps, rows[send].machine_taps = human, machine
        tapped[send] = recipients
    _fill(rows, "recipients", RecipientLink.objects.filter(link__send__isnull=False), "link__send")
    for send, row in rows.items():
        row.recipients_tapped = tapped.get(send, 0) if row.recipients else None
    events = Event.objects.filter(name=DELIVERED, send__isnull=False)
    _fill(rows, "delivered", within(events, "occurred_at", query), "send")
    suppressed = Suppression.objects.filter(send__isnull=False)
    _fill(rows, "opt_outs", within(suppressed, "suppressed_at", query), "send")
    return dict(rows)


def within(rows: QuerySet[Any], field: str, query: ReportQuery) -> QuerySet[Any]:
    """Keep rows whose moment lies on the report's days and not after its as-of moment."""
    zone = ZoneInfo(settings.TIME_ZONE)
    if query.starts_on:
        rows = rows.filter(**{f"{field}__gte": datetime.combine(query.starts_on, time.min, zone)})
    if query.ends_on:
        day_after = query.ends_on + timedelta(days=1)
        rows = rows.filter(**{f"{field}__lt": datetime.combine(day_after, time.min, zone)})
    if query.as_of:
        rows = rows.filter(**{f"{field}__lte": query.as_of})
    return rows


def _taps(query: ReportQuery) -> QuerySet[Any, tuple[UUID, int, int, int]]:
    totals = ClickTotal.objects.filter(link__send__isnull=False)
    if query.starts_on:
        totals = totals.filter(date__gte=query.starts_on)
    if query.ends_on:
        totals = totals.filter(date__lte=query.ends_on)
    if query.as_of:
        totals = totals.filter(date__lte=query.as_of.date())
    return (
        totals.order_by()
        .values_list("link__send")
        .annotate(
            human=Sum("human_count"),
            machine=Sum("machine_count"),
            recipients=Sum("recipient_count"),
        )
    )


def _fill(rows: dict[UUID, Metrics], name: str, facts: QuerySet[Any], key: str) -> None:
    for send, number in facts.order_by().values_list(key).annotate(number=Count("pk")):
        setattr(rows[send], name, number)
