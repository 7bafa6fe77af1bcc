"""All active credit rules side by side: what each gives every row, in which order, and do they agree."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from attribution.models import Bucket, CreditRule
from attribution.reports.columns import Column
from attribution.reports.credit import Key, credit_cells
from attribution.reports.definitions import define
from attribution.reports.kinds import DAYS, ROWS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.rank_agreement import kendall_tau, ranks
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import Scope, scope_of

NAME, TITLE = "rules", "Rules side by side"
COMPARED = 500
"""How many rows' order is compared, the largest: the comparison is quadratic."""

MUCH_THE_SAME = Decimal("0.8")
"""From this average agreement on the order is said not to depend on the rule."""

_TAU = (
    "How far two rules agree on the order of the rows is Kendall's tau: 1 is the same order, 0 no "
    "relation, −1 the opposite."
)
_KINDS = {"win": ("win", "refund"), "opportunity": ("opportunity",), "lead": ("lead",)}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One channel (or send, …): minor units, millionths and rank by the slug of the rule."""

    name: RowName
    revenue_minor: dict[str, int]
    micro: dict[str, int] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)
    key: Key = None

    @property
    def channel(self) -> str:
        """The row's name."""
        return self.name.name

    @property
    def rank_spread(self) -> int | None:
        """How many places lie between its best and its worst rank."""
        return max(self.rank.values()) - min(self.rank.values()) if self.rank else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two rules put the rows in the same order; None where there is no order."""

    first: str
    second: str
    tau: Decimal | None


def build(query: ReportQuery, *, now: datetime) -> Report[RuleRow]:
    """Return amounts (leads: numbers) and ranks by row and rule. One query per active rule.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    by: Dimension = query.by or "channel"
    rows = _rows(scope, by)
    slugs = [rule.slug for rule in scope.known]
    agreements = agreement_of(rows, slugs, by_count=query.goal == "lead")
    proof = prove(scope)
    return Report(
        name=NAME,
        title=TITLE,
        columns=_columns(scope.known, by, counts=query.goal == "lead"),
        rows=rows,
        total=RuleRow(
            RowName("Total"),
            _sums([row.revenue_minor for row in rows]),
            _sums([row.micro for row in rows]),
        ),
        definitions=define(scope, proof.statements, notes=_notes(agreements)),
        proof=proof,
        extras={"agreement": [_json(one) for one in agreements]},
    )


def _rows(scope: Scope, by: Dimension) -> list[RuleRow]:
    money: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    micro: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    kinds = _KINDS[scope.query.goal or "win"]
    for rule in scope.known:
        for cell in credit_cells(scope, rule, by=by, basis=scope.query.date_basis):
            if cell.kind in kinds and cell.bucket == Bucket.ATTRIBUTED:
                money[cell.key][rule.slug] += cell.amount_minor
                if cell.kind != "refund":
                    micro[cell.key][rule.slug] += cell.count_micro
    names = names_of(by, money)
    rows = [
        RuleRow(names.get(key, RowName(str(key))), dict(money[key]), dict(micro[key]), {}, key)
        for key in money
    ]
    is_counted = scope.query.goal == "lead"
    _rank(rows, [rule.slug for rule in scope.known], is_counted=is_counted)
    default = scope.rule.slug
    rows.sort(key=lambda row: (row.rank.get(default, 0), row.name.name))
    return rows


def _rank(rows: Sequence[RuleRow], slugs: list[str], *, is_counted: bool) -> None:
    for slug in slugs:
        for row, place in zip(rows, ranks(_values(rows, slug, is_counted=is_counted)), strict=True):
            row.rank[slug] = place


def _values(rows: Sequence[RuleRow], slug: str, *, is_counted: bool) -> list[int]:
    return [(row.micro if is_counted else row.revenue_minor).get(slug, 0) for row in rows]


def agreement_of(rows: Sequence[RuleRow], slugs: list[str], *, by_count: bool) -> list[Agreement]:
    """Return how far every two rules agree, the least first."""
    compared = rows[:COMPARED]
    values = {slug: _values(compared, slug, is_counted=by_count) for slug in slugs}
    pairs = [
        Agreement(one, other, kendall_tau(values[one], values[other]))
        for one, other in combinations(slugs, 2)
    ]
    return sorted(pairs, key=lambda pair: (pair.tau is None, pair.tau or 0))


def _notes(agreements: list[Agreement]) -> tuple[str, ...]:
    known = [(pair, pair.tau) for pair in agreements if pair.tau is not None]
    if not known:
        return ()
    least, tau = known[0]
    mean = (sum((value for _, value in known), Decimal(0)) / len(known)).quantize(Decimal("0.01"))
    advice = (
        "Whatever the rule, the order is much the same."
        if mean >= MUCH_THE_SAME
        else "The order depends on the rule: compare before you move a budget."
    )
    return (
        _TAU,
        f"On average {mean}; least {least.first} with {least.second}, {tau:.2f}. {advice}",
    )


def _json(pair: Agreement) -> dict[str, Any]:
    tau = None if pair.tau is None else str(pair.tau)
    return {"rules": [pair.first, pair.second], "kendall_tau": tau}


def _columns(known: Sequence[CreditRule], by: Dimension, *, counts: bool) -> list[Column[RuleRow]]:
    """Return the name, then each rule's figure, then each rule's rank."""
    figures = [
        Column(rule.slug, rule.name, "count", _count(rule.slug), str(rule), "Credited")
        if counts
        else Column(rule.slug, rule.name, "money", _money(rule.slug), str(rule), "Credited")
        for rule in known
    ]
    places = [
        Column(
            f"{rule.slug}_rank",
            f"{rule.name} rank",
            "whole",
            _place(rule.slug),
            "1 is the most",
            "Rank",
        )
        for rule in known
    ]
    spread = "Places between its best and its worst rank"
    return [
        Column(by, by.capitalize(), "text", lambda row: row.name.name),
        Column("id", "Id", "text", lambda row: str(row.key or ""), is_key=True),
        *figures,
        *places,
        Column("rank_spread", "Rank spread", "whole", lambda row: row.rank_spread, spread, "Rank"),
    ]


def _money(slug: str) -> Callable[[RuleRow], int]:
    return lambda row: row.revenue_minor.get(slug, 0)


def _count(slug: str) -> Callable[[RuleRow], Decimal]:
    return lambda row: counted(row.micro.get(slug, 0))


def _place(slug: str) -> Callable[[RuleRow], int | None]:
    return lambda row: row.rank.get(slug)


def _sums(parts: list[dict[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for part in parts:
        for slug, value in part.items():
            sums[slug] += value
    return dict(sums)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="What every active rule gives each channel of the same revenue, in which order, and "
    "whether the rules agree.",
    build=build,
    parameters=("rule", "as_of", *DAYS, *ROWS, "currency"),
    bases=("outcome", "touch"),
    dimensions=("channel", "send", "campaign", "message", "link", "audience"),
    goals=("win", "opportunity", "lead"),
)
