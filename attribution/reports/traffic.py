"""Recipients, deliveries, taps and opt-outs of a report's rows, from running counts or one grouping."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet, Sum

from attribution.reports.credit import Key
from attribution.reports.metrics import Metrics
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.scope import Scope
from campaigns.models import Send, Suppression, planned_recipients
from links.models import RecipientLink
from tracking.models import ClickTotal, Event
from tracking.tap_panel import DELIVERED

TRAFFIC = (
    "recipients",
    "delivered",
    "human_taps",
    "machine_taps",
    "recipients_tapped",
    "opt_outs",
)
"""The figures that this module fills in."""

_OWNERS = {"send": "pk", "channel": "channel_id", "campaign": "campaign_id", "audience": "audience"}
_PLANNED = ("audience_size", "holdout_percent")


def add_traffic(rows: dict[Key, Metrics], scope: Scope, *, by: Dimension) -> None:
    """Add the traffic of the report's days to its rows. Constant in queries.

    A send's traffic belongs to its channel, campaign and audience too. Messages and links have
    recipients and taps of their own; deliveries and opt-outs name only the send.
    """
    if by in {"message", "link"}:
        part = _by_link(scope, "link__message" if by == "message" else "link")
        for key, traffic in part.items():
            _add(rows[key], traffic)
        return
    traffic_of = traffic_by_send(scope.query)
    owner = _OWNERS[by]
    for send in sends_of(scope).order_by().values("pk", "status", "live_at", owner, *_PLANNED):
        traffic = traffic_of.get(send["pk"], Metrics())
        if traffic.recipients is None and _was_out(send, scope.query.as_of):
            traffic.recipients = planned_recipients(*(send[name] for name in _PLANNED))
        _add(rows[send[owner] or None], traffic)


def _was_out(send: dict[str, Any], as_of: datetime | None) -> bool:
    """Whether a send had gone out by the report's moment."""
    if send["status"] not in {"live", "done"}:
        return False
    return as_of is None or send["live_at"] is None or send["live_at"] <= as_of


def sends_of(scope: Scope) -> QuerySet[Send]:
    """Return the sends of the channel and the campaign asked for."""
    sends = Send.objects.all()
    if scope.channel:
        sends = sends.filter(channel=scope.channel)
    if scope.campaign:
        sends = sends.filter(campaign=scope.campaign)
    return sends


def _add(row: Metrics, traffic: Metrics) -> None:
    for name in TRAFFIC:
        value = getattr(traffic, name)
        if value is not None:
            setattr(row, name, (getattr(row, name) or 0) + value)


def _by_link(scope: Scope, owner: str) -> dict[UUID, Metrics]:
    """Return the taps and recipients of links of the sends asked for, by `owner`. Two queries."""
    rows: dict[UUID, Metrics] = defaultdict(Metrics)
    ours = {"link__send__in": sends_of(scope), f"{owner}__isnull": False}
    for key, human, machine, tapped in _taps(scope.query, owner).filter(**ours):
        rows[key].human_taps, rows[key].machine_taps = human, machine
        rows[key].recipients_tapped = tapped
    _fill(rows, "recipients", RecipientLink.objects.filter(**ours), owner)
    return dict(rows)


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


def _taps(
    query: ReportQuery, owner: str = "link__send"
) -> QuerySet[Any, tuple[UUID, int, int, int]]:
    totals = ClickTotal.objects.filter(link__send__isnull=False)
    if query.starts_on:
        totals = totals.filter(date__gte=query.starts_on)
    if query.ends_on:
        totals = totals.filter(date__lte=query.ends_on)
    if query.as_of:
        totals = totals.filter(date__lte=query.as_of.date())
    return (
        totals.order_by()
        .values_list(owner)
        .annotate(
            human=Sum("human_count"),
            machine=Sum("machine_count"),
            recipients=Sum("recipient_count"),
        )
    )


def _fill(rows: dict[UUID, Metrics], name: str, facts: QuerySet[Any], key: str) -> None:
    for send, number in facts.order_by().values_list(key).annotate(number=Count("pk")):
        setattr(rows[send], name, number)
