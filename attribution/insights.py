"""Insights: what the figures say one should look at or do, each with its evidence and its query.

Deterministic: the same data and moment give the same insights in the same order. Nothing is said
without figures, and each names the report that shows them again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, Literal
from uuid import UUID

from django.utils.timezone import localdate

from attribution.reports import data_quality, reconciliation, rules, sends
from attribution.reports.columns import shown_count, shown_percent
from attribution.reports.definitions import Definitions
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.rules import RuleRow
from attribution.reports.sends import SendRow
from attribution.reports.statement import Statement
from campaigns.models import Send
from campaigns.money import display_amount

WAIT_FOR_LEADS = timedelta(days=7)
"""How long a send may be out before spend without a lead is worth saying."""

SHARE_GAP = Decimal("0.2")
"""From this difference of a channel's share between two rules the rules are said to disagree."""

FEW_TAPS = Decimal("0.5")
"""Below this part of the median tap rate a send's rate is low."""

ENOUGH_RECIPIENTS, ENOUGH_SENDS = 100, 4
"""Recipients from which a tap rate counts, and sends from which a median does."""

WINDOW = timedelta(days=30)
GROWTH = Decimal("0.1")
"""From this rise of the unattributed share, window against window, it is growing."""

ENOUGH_WINS = 3
"""Wins in either window from which a share counts."""

WORTH_REPEATING = Decimal(1)
"""The least ROAS of a send worth repeating: it earned more than it cost."""

_TOLD_FINDINGS = {
    "broken_links": "Links that people tap are broken",
    "deal_without_contacts": "Deals without a person cannot be attributed",
}

Kind = Literal["finding", "recommendation"]


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing the figures say. `evidence` are (what, value) for people, `query` shows them again."""

    code: str
    kind: Kind
    title: str
    text: str
    evidence: tuple[tuple[str, str], ...]
    query: str
    send_id: UUID | None = None

    def for_json(self) -> dict[str, Any]:
        """Return the API's form."""
        return {
            "code": self.code,
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "evidence": [{"name": name, "value": value} for name, value in self.evidence],
            "query": self.query,
            "send": str(self.send_id) if self.send_id else None,
        }


@dataclass(frozen=True, slots=True)
class Insights:
    """All that the figures say now, what is wrong first, and what was counted."""

    results: list[Insight]
    definitions: Definitions


@dataclass(frozen=True, slots=True)
class _Figures:
    """The reports that insights are read from, all of one moment."""

    sends: Report[SendRow]
    rules: Report[RuleRow]
    now: datetime
    query: ReportQuery

    @property
    def currency(self) -> str:
        return self.sends.currency


def insights(query: ReportQuery, *, now: datetime) -> Insights:
    """Return what the figures say at a moment, under a rule. Constant in queries.

    Raises:
        InvalidReportQueryError: the rule does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    figures = _Figures(
        sends=sends.build(query, now=now), rules=rules.build(query, now=now), now=now, query=query
    )
    found = [insight for look in _LOOKS for insight in look(figures)]
    return Insights(
        results=sorted(found, key=lambda one: one.kind), definitions=figures.sends.definitions
    )


def _broken(figures: _Figures) -> Iterator[Insight]:
    """Repeat the findings that cost credit directly."""
    report = data_quality.build(figures.query, now=figures.now)
    for row in report.rows:
        if row.code in _TOLD_FINDINGS:
            evidence = [("Rows", f"{row.row_count:,}"), ("Days", f"{row.age_days:,}")]
            if row.amount_minor is not None:
                money = display_amount(row.amount_minor, figures.currency)
                evidence.insert(1, ("Money at stake", money))
            yield Insight(
                row.code, "finding", _TOLD_FINDINGS[row.code], row.advice, tuple(evidence),
                report.permalink,
            )  # fmt: skip


def _spend_without_lead(figures: _Figures) -> Iterator[Insight]:
    """Name the sends that cost money and brought no lead, the dearest first."""
    long_out = set(
        Send.objects.filter(live_at__lte=figures.now - WAIT_FOR_LEADS).values_list("pk", flat=True)
    )
    rows = [
        row
        for row in figures.sends.rows
        if row.metrics.spend_minor > 0 and not row.metrics.leads_micro and row.send_id in long_out
    ]
    for row in sorted(rows, key=lambda row: (-row.metrics.spend_minor, row.send)):
        one = row.metrics
        yield Insight(
            code="spend_without_lead",
            kind="finding",
            title=f"“{row.send}” cost money and brought no lead",
            text="Look at its landing page and its form before it is sent again: people may tap "
            "and find nothing to do.",
            evidence=(
                ("Spend", display_amount(one.spend_minor, figures.currency)),
                ("Human taps", f"{one.human_taps or 0:,}"),
                ("Leads credited", "0"),
            ),
            query=figures.sends.permalink,
            send_id=row.send_id,
        )


def _low_tap_rate(figures: _Figures) -> Iterator[Insight]:
    """Name the sends that far fewer people tapped than usual, the lowest first."""
    rated = [
        (row.metrics.tap_rate, row)
        for row in figures.sends.rows
        if row.metrics.tap_rate is not None and (row.metrics.recipients or 0) >= ENOUGH_RECIPIENTS
    ]
    if len(rated) < ENOUGH_SENDS:
        return
    usual = median(rate for rate, _ in rated)
    low = [(rate, row) for rate, row in rated if rate < usual * FEW_TAPS]
    for rate, row in sorted(low, key=lambda each: (each[0], each[1].send)):
        yield Insight(
            code="low_tap_rate",
            kind="finding",
            title=f"Few people tapped “{row.send}”",
            text="Compare its text, its hour and its audience with a send that did better.",
            evidence=(
                ("Tap rate", shown_percent(rate)),
                ("Median tap rate", shown_percent(usual)),
                ("Recipients", f"{row.metrics.recipients:,}"),
            ),
            query=figures.sends.permalink,
            send_id=row.send_id,
        )


def _rules_disagree(figures: _Figures) -> Iterator[Insight]:
    """Name the channel whose share depends most on the rule."""
    totals = figures.rules.total.revenue_minor if figures.rules.total else {}
    widest: tuple[Decimal, RuleRow, str, Decimal, str, Decimal] | None = None
    for row in figures.rules.rows:
        shares = {
            slug: Decimal(row.revenue_minor.get(slug, 0)) / whole
            for slug, whole in totals.items()
            if whole > 0
        }
        if not shares:
            continue
        high, low = (
            max(shares, key=lambda s: (shares[s], s)),
            min(shares, key=lambda s: (shares[s], s)),
        )
        gap = shares[high] - shares[low]
        if gap >= SHARE_GAP and (widest is None or gap > widest[0]):
            widest = gap, row, high, shares[high], low, shares[low]
    if widest is None:
        return
    _, row, high, most, low, least = widest
    yield Insight(
        code="rules_disagree",
        kind="finding",
        title=f"What {row.name.name} earned depends on the rule",
        text="Before a budget moves, decide which question matters: who opens, who closes, or who "
        "takes part.",
        evidence=(
            (f"Share under {high}", shown_percent(most)),
            (f"Share under {low}", shown_percent(least)),
        ),
        query=figures.rules.permalink,
    )


def _unattributed_growing(figures: _Figures) -> Iterator[Insight]:
    """Say that more revenue than before is earned by nobody."""
    today = localdate(figures.sends.definitions.as_of)
    later = replace(figures.query, starts_on=today - WINDOW + timedelta(days=1), ends_on=today)
    earlier = replace(
        figures.query, starts_on=today - 2 * WINDOW + timedelta(days=1), ends_on=today - WINDOW
    )
    report = reconciliation.build(later, now=figures.now)
    before = reconciliation.build(earlier, now=figures.now)
    now_share, then_share = _unearned(report.proof.statements), _unearned(before.proof.statements)
    if now_share is None or then_share is None or now_share - then_share < GROWTH:
        return
    yield Insight(
        code="unattributed_growing",
        kind="finding",
        title="More revenue than before is earned by nobody",
        text="Look at the reasons: missing contacts and forms without the click id are the usual ones.",
        evidence=(
            ("Unattributed, last 30 days", shown_percent(now_share)),
            ("Unattributed, 30 days before", shown_percent(then_share)),
        ),
        query=report.permalink,
    )


def _unearned(statements: list[Statement]) -> Decimal | None:
    """Return the unattributed share of what wins brought; None with too few to say."""
    wins = next(one for one in statements if one.goal == "win")
    if wins.crm.count < ENOUGH_WINS or wins.in_scope.amount_minor <= 0:
        return None
    return Decimal(wins.unattributed_total.amount_minor) / wins.in_scope.amount_minor


def _worth_repeating(figures: _Figures) -> Iterator[Insight]:
    """Name the send that earned most for its cost."""
    rated = [(row.metrics.roas, row) for row in figures.sends.rows if row.metrics.roas is not None]
    good = [(roas, row) for roas, row in rated if roas > WORTH_REPEATING]
    if not good:
        return
    roas, row = max(good, key=lambda each: (each[0], each[1].metrics.revenue_minor, each[1].send))
    usual = median(rate for rate, _ in rated)
    yield Insight(
        code="repeat_send",
        kind="recommendation",
        title=f"“{row.send}” is worth repeating",
        text="It earned most for its cost. Clone it for an audience like it, and keep a holdout.",
        evidence=(
            ("ROAS", _factor(roas)),
            ("Median ROAS", _factor(usual)),
            ("Revenue attributed", display_amount(row.metrics.revenue_minor, figures.currency)),
            ("Wins", shown_count(row.metrics.wins)),
        ),
        query=figures.sends.permalink,
        send_id=row.send_id,
    )


def _factor(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


_LOOKS: tuple[Callable[[_Figures], Iterator[Insight]], ...] = (
    _broken,
    _spend_without_lead,
    _low_tap_rate,
    _rules_disagree,
    _unattributed_growing,
    _worth_repeating,
)
