"""The reconciliation: per goal and currency, where every outcome and every cent went."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from attribution.models import Outcome
from attribution.reports.columns import Column
from attribution.reports.credit import Cell, credit_cells, foreign_cells
from attribution.reports.crm_totals import CrmTotal, crm_totals
from attribution.reports.definitions import define
from attribution.reports.kinds import ALWAYS, DAYS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import GOAL_ORDER, Proof, latest_sync
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report, count_text
from attribution.reports.scope import Scope, scope_of
from attribution.reports.statement import Line, Statement, statement_of, together
from campaigns.models import Channel
from campaigns.money import api_money, format_amount

NAME, TITLE = "reconciliation", "Reconciliation"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement: what it is, of which channel or reason, and its figures."""

    statement: Statement
    name: str
    detail: str
    line: Line


COLUMNS: tuple[Column[StatementLine], ...] = (
    Column("goal", "Goal", "text", lambda row: row.statement.goal),
    Column("currency", "Currency", "text", lambda row: row.statement.currency),
    Column("line", "Line", "text", lambda row: row.name),
    Column("detail", "Channel or reason", "text", lambda row: row.detail),
    Column("count", "Count", "count", lambda row: counted(row.line.count_micro), "Outcomes, or parts of them"),
    Column("amount", "Amount", "money", lambda row: row.line.amount_minor, "In the report's currency"),
    Column("not_converted", "Not converted", "money", lambda row: row.line.unconverted_minor or None,
           "Money without an exchange rate, in its own currency; in no amount", currency=lambda row: row.statement.currency),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation(Report[StatementLine]):
    """The statements, the channels' names for their lines, and the definitions."""

    statements: list[Statement]
    channels: dict[UUID, Channel]

    def for_json(self) -> dict[str, Any]:
        """Return the API's form. Amounts are in the reporting currency.

        `not_converted` is money in the statement's currency that no amount contains, or null.
        """
        synced_at = self.proof.synced_at
        return {
            "report": NAME,
            "self": self.permalink,
            "definitions": self.definitions.for_json(),
            "statements": [self._json_statement(item) for item in self.statements],
            "reconciles": self.reconciles,
            "crm_synced_at": synced_at.isoformat() if synced_at else None,
        }

    def lines(self, statement: Statement) -> Iterable[tuple[str, str, Line]]:
        """Return a statement from top to bottom as (line, detail, figures)."""
        return lines_of(statement, self.channels)

    def attributed_by_slug(self, statement: Statement) -> dict[str, Line]:
        """Return the attributed lines by channel, in the channels' order."""
        return {
            channel.slug: statement.attributed[key]
            for key, channel in self.channels.items()
            if key in statement.attributed
        }

    def _json_statement(self, statement: Statement) -> dict[str, Any]:
        crm = statement.crm
        attributed = self.attributed_by_slug(statement)
        return {
            "goal": statement.goal,
            "currency": statement.currency,
            "crm_total": {
                **self._json_line(statement.crm_total),
                "source": api_money(crm.source_minor, statement.currency),
                "not_converted": _not_converted(statement.crm_total, statement),
                "without_amount": crm.without_amount,
                "without_date": crm.without_date,
                "without_rate": crm.without_rate,
            },
            "excluded": {
                reason: {**self._json_line(line), "not_converted": _not_converted(line, statement)}
                for reason, line in sorted(statement.excluded.items())
            },
            "in_scope": self._json_line(statement.in_scope),
            "attributed": self._json_lines(attributed),
            "unattributed": self._json_lines(statement.unattributed),
            "difference": format_amount(statement.difference.amount_minor, self.currency),
            "difference_count": count_text(statement.difference.count_micro),
            "reconciles": statement.reconciles,
        }

    def _json_lines(self, lines: dict[str, Line]) -> dict[str, Any]:
        return {name: self._json_line(line) for name, line in lines.items()}

    def _json_line(self, line: Line) -> dict[str, str]:
        return {
            "count": count_text(line.count_micro),
            "amount": format_amount(line.amount_minor, self.currency),
            "currency": self.currency,
        }


def _not_converted(line: Line, statement: Statement) -> dict[str, str] | None:
    if not line.unconverted_minor:
        return None
    return api_money(line.unconverted_minor, statement.currency)


def build(query: ReportQuery, *, now: datetime) -> Reconciliation:
    """Return the reconciliation. Its days are always those of the outcomes.

    A filter by channel or campaign is not applied: a part cannot add up to the CRM's total.

    Raises:
        InvalidReportQueryError: the rule does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(replace(query, channel="", campaign=""), now=now)
    totals = crm_totals(query)
    cells = _cells_by_currency(scope, totals)
    statements = [
        statement_of(totals.get((goal, currency), CrmTotal(goal, currency)), cells[goal, currency])
        for goal in GOAL_ORDER
        for currency in _currencies(goal, totals, cells)
    ]
    channels = {channel.pk: channel for channel in Channel.objects.all()}
    return Reconciliation(
        name=NAME,
        title=TITLE,
        columns=COLUMNS,
        rows=[
            StatementLine(statement, *line)
            for statement in statements
            for line in lines_of(statement, channels)
        ],
        total=None,
        definitions=define(scope, statements, date_basis="outcome"),
        proof=Proof(
            statements=[
                together(goal, scope.currency, statements)
                for goal in GOAL_ORDER
                if any(item.goal == goal for item in statements)
            ],
            synced_at=latest_sync(),
        ),
        statements=statements,
        channels=channels,
    )


def lines_of(
    statement: Statement, channels: dict[UUID, Channel]
) -> Iterable[tuple[str, str, Line]]:
    """Return a statement from top to bottom as (line, channel's slug or reason, figures)."""
    yield "crm_total", "", statement.crm_total
    for reason, line in sorted(statement.excluded.items()):
        yield "excluded", reason, line
    yield "in_scope", "", statement.in_scope
    for key, channel in channels.items():
        if key in statement.attributed:
            yield "attributed", channel.slug, statement.attributed[key]
    for reason, line in sorted(statement.unattributed.items()):
        yield "unattributed", reason, line
    yield "difference", "", statement.difference


def _cells_by_currency(
    scope: Scope, totals: dict[tuple[str, str], CrmTotal]
) -> dict[tuple[str, str], list[Cell]]:
    """Split the ledger's cells by the currency of the outcome's source.

    The running totals know no currency, so foreign outcomes are read from their entries and
    taken off: the cost grows with the foreign deals only.
    """
    ours = settings.REPORTING_CURRENCY
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in credit_cells(scope, scope.rule, by="channel", basis="outcome"):
        cells[cell.kind, ours].append(cell)
    if any(currency != ours for _, currency in totals):
        for currency, cell in foreign_cells(scope, scope.rule):
            cells[cell.kind, currency].append(cell)
            cells[cell.kind, ours].append(
                replace(cell, amount_minor=-cell.amount_minor, count_micro=-cell.count_micro)
            )
    return cells


def _currencies(
    goal: str,
    totals: dict[tuple[str, str], CrmTotal],
    cells: dict[tuple[str, str], list[Cell]],
) -> list[str]:
    """Return a goal's currencies, ours first; ours stands even when there is nothing.

    Except for refunds: who never gave money back need not read about it.
    """
    ours = settings.REPORTING_CURRENCY
    found = {currency for kind, currency in [*totals, *cells] if kind == goal}
    if goal == Outcome.Kind.REFUND and not found:
        return []
    return [ours, *sorted(found - {ours})]


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Where every outcome and every cent of the CRM went: attributed, unattributed or "
    "excluded, each with its reason.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS),
)
