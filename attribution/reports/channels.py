"""All channels side by side: the same figures under the same rule, spend without a send included."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from attribution.reports.columns import Column
from attribution.reports.definitions import define
from attribution.reports.dimension_rows import without_rate
from attribution.reports.gathering import gather
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metric_columns import metric_columns
from attribution.reports.metrics import Metrics, total_of
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import scope_of
from attribution.reports.traffic import add_traffic
from campaigns.models import Channel

NAME, TITLE = "channels", "Channels compared"


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel and its figures; the totals have no slug."""

    metrics: Metrics
    channel: str
    slug: str = ""
    color: str = ""
    revenue_share: Decimal | None = None


COLUMNS: tuple[Column[ChannelRow], ...] = (
    Column("channel", "Channel", "text", lambda row: row.channel),
    Column(
        "revenue_share",
        "Revenue share",
        "percent",
        lambda row: row.revenue_share,
        "Its part of all attributed revenue",
    ),
    *metric_columns(ChannelRow),
)


def build(query: ReportQuery, *, now: datetime) -> Report[ChannelRow]:
    """Return the channel report. Constant in queries.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    figures, unconverted = gather(scope, by="channel")
    add_traffic(figures, scope, by="channel")
    whole = total_of(figures.values(), margin=scope.margin)
    rows = [
        _row(channel, figures[channel.pk], whole.revenue_minor)
        for channel in Channel.objects.all()
        if channel.pk in figures and not figures[channel.pk].is_empty
    ]
    rows.sort(key=lambda row: (-row.metrics.revenue_minor, -row.metrics.pipeline_minor))
    proof = prove(scope)
    definitions = define(scope, proof.statements, notes=without_rate(unconverted))
    return Report(NAME, TITLE, COLUMNS, rows, ChannelRow(whole, "Total"), definitions, proof)


def _row(channel: Channel, metrics: Metrics, revenue_minor: int) -> ChannelRow:
    share = Decimal(metrics.revenue_minor) / revenue_minor if revenue_minor > 0 else None
    return ChannelRow(metrics, channel.name, channel.slug, channel.color, share)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Every channel measured the same way: the same rule, the same lookback, the same money.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS, "currency"),
    bases=("outcome", "touch"),
)
