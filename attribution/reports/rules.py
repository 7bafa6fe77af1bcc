"""All active credit rules side by side: what each gives every channel of the closed-won revenue."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from attribution.models import Bucket, CreditRule, Outcome
from attribution.reports.columns import Column
from attribution.reports.credit import Key, credit_cells
from attribution.reports.definitions import define
from attribution.reports.kinds import ReportKind
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import scope_of
from campaigns.models import Channel

NAME, TITLE = "rules", "Rules side by side"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One channel and its revenue (minor units) by the slug of the rule."""

    channel: str
    revenue_minor: dict[str, int]


def build(query: ReportQuery, *, now: datetime) -> Report[RuleRow]:
    """Return revenue by channel and rule. One query per active rule.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    active = list(CreditRule.objects.active())
    revenue: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rule in active:
        for cell in credit_cells(scope, rule, by="channel", basis=query.date_basis):
            if cell.kind == Outcome.Kind.WIN and cell.bucket == Bucket.ATTRIBUTED:
                revenue[cell.key][rule.slug] += cell.amount_minor
    rows = [
        RuleRow(channel.name, dict(revenue[channel.pk]))
        for channel in Channel.objects.all()
        if channel.pk in revenue
    ]
    proof = prove(scope)
    return Report(
        name=NAME,
        title=TITLE,
        columns=_columns(active),
        rows=rows,
        total=RuleRow("Total", _sums(rows)),
        definitions=define(scope, proof.statements),
        proof=proof,
    )


def _columns(active: list[CreditRule]) -> list[Column[RuleRow]]:
    return [
        Column("channel", "Channel", "text", lambda row: row.channel),
        *(Column(rule.slug, rule.name, "money", _reader(rule.slug), str(rule)) for rule in active),
    ]


def _reader(slug: str) -> Callable[[RuleRow], int]:
    return lambda row: row.revenue_minor.get(slug, 0)


def _sums(rows: list[RuleRow]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        for slug, minor in row.revenue_minor.items():
            sums[slug] += minor
    return dict(sums)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="What every active rule gives each channel of the same revenue, and whether they agree.",
    build=build,
    bases=("outcome", "touch"),
)
