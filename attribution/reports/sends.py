"""The single report: every send with its cost, its leads, its pipeline and its revenue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from attribution.reports.columns import Column
from attribution.reports.definitions import define
from attribution.reports.dimension_rows import build_by, without_rate
from attribution.reports.gathering import Rows, gather
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metric_columns import metric_columns
from attribution.reports.metrics import Metrics, total_of
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import Scope, scope_of
from attribution.reports.traffic import add_traffic, sends_of
from campaigns.models import Send
from campaigns.money import display_amount

NAME, TITLE = "sends", "Send report"
_NOT_SENT = {Send.Status.DRAFT, Send.Status.READY, Send.Status.CANCELLED}


@dataclass(frozen=True, slots=True)
class SendRow:
    """One send and its figures; the totals have no send."""

    metrics: Metrics
    campaign: str
    send: str
    status: str = ""
    utm_campaign: str = ""
    send_id: UUID | None = None
    campaign_id: UUID | None = None


COLUMNS: tuple[Column[SendRow], ...] = (
    Column("campaign", "Campaign", "text", lambda row: row.campaign),
    Column("send", "Send", "text", lambda row: row.send),
    Column("utm_campaign", "utm_campaign", "text", lambda row: row.utm_campaign),
    Column("status", "Status", "text", lambda row: row.status),
    *metric_columns(SendRow),
)


def build(query: ReportQuery, *, now: datetime) -> Report[Any]:
    """Return the send report, or the same figures by campaign, message, link or audience.

    Constant in queries.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    by: Dimension = query.by or "send"
    if by != "send":
        return build_by(by, scope, name=NAME, title=TITLE)
    figures, unconverted = gather(scope, by="send")
    add_traffic(figures, scope, by="send")
    rows = _rows(_sends(scope), figures, scope)
    proof = prove(scope)
    total = SendRow(total_of((row.metrics for row in rows), margin=scope.margin), "Total", "")
    notes = _notes(scope, figures, unconverted)
    definitions = define(scope, proof.statements, notes=notes)
    return Report(NAME, TITLE, COLUMNS, rows, total, definitions, proof)


def build_row(send: Send, *, now: datetime) -> tuple[SendRow, Scope]:
    """Return one send's row over all days under the default rule, and what it was built from.

    Raises:
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(ReportQuery(campaign=str(send.campaign_id)), now=now)
    figures, _ = gather(scope, by="send")
    add_traffic(figures, scope, by="send")
    return _row(send, _completed(figures.get(send.pk), send, scope)), scope


def _sends(scope: Scope) -> QuerySet[Send]:
    return sends_of(scope).select_related("campaign").order_by("-live_at", "-created_at")


def _rows(sends: Iterable[Send], figures: Rows, scope: Scope) -> list[SendRow]:
    rows = []
    for send in sends:
        metrics = figures.get(send.pk)
        if (metrics is None or metrics.is_empty) and not _was_out(send, scope):
            continue
        rows.append(_row(send, _completed(metrics, send, scope)))
    return rows


def _was_out(send: Send, scope: Scope) -> bool:
    """Whether a send had gone out by the report's moment."""
    as_of = scope.query.as_of
    if as_of is not None and send.live_at is not None:
        return send.live_at <= as_of
    return send.status not in _NOT_SENT


def _completed(metrics: Metrics | None, send: Send, scope: Scope) -> Metrics:
    """Fill in what no fact says: the planned recipients, and that nobody has tapped."""
    metrics = metrics or Metrics(margin=scope.margin)
    metrics.recipients = metrics.recipients or send.planned_recipients or None
    if metrics.human_taps is None:
        metrics.human_taps = metrics.machine_taps = 0
    return metrics


def _row(send: Send, metrics: Metrics) -> SendRow:
    return SendRow(
        metrics=metrics,
        campaign=send.campaign.name,
        send=send.name,
        status=send.get_status_display(),
        utm_campaign=send.utm_campaign,
        send_id=send.pk,
        campaign_id=send.campaign_id,
    )


def _notes(scope: Scope, figures: Rows, unconverted: dict[str, int]) -> tuple[str, ...]:
    """Say what stands in no row: spend and credit of other channels, spend without a rate."""
    notes = []
    elsewhere = figures.get(None)
    if elsewhere and elsewhere.spend_minor:
        amount = display_amount(elsewhere.spend_minor, scope.currency)
        notes.append(f"Spend of {amount} names no send; see Channels compared.")
    if elsewhere and elsewhere.revenue_minor:
        amount = display_amount(elsewhere.revenue_minor, scope.currency)
        notes.append(f"Revenue of {amount} was earned by touches of no send.")
    notes += without_rate(unconverted)
    return tuple(notes)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="What every send cost and brought: taps, leads, pipeline and revenue, under one rule.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS, "currency"),
    bases=("outcome", "touch"),
    dimensions=("send", "campaign", "message", "link", "audience", "channel"),
)
