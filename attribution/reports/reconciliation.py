"""The reconciliation: per goal and currency, where every outcome and every cent went."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from attribution.reports.credit import Cell, credit_cells, foreign_cells
from attribution.reports.crm_totals import CrmTotal, crm_totals
from attribution.reports.definitions import Definitions, define
from attribution.reports.proof import GOAL_ORDER, latest_sync
from attribution.reports.query import ReportQuery
from attribution.reports.report import count_text
from attribution.reports.scope import Scope, scope_of
from attribution.reports.statement import Line, Statement, statement_of
from campaigns.models import Channel
from campaigns.money import api_money, format_amount

NAME, TITLE = "reconciliation", "Reconciliation"
_CSV_HEADER = ["goal", "currency", "line", "detail", "count", "amount", "not_converted"]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The statements, the channels' names for their lines, and the definitions."""

    statements: list[Statement]
    channels: dict[UUID, Channel]
    definitions: Definitions
    synced_at: datetime | None
    name: str = NAME
    title: str = TITLE

    @property
    def reconciles(self) -> bool:
        """Whether nothing is missing anywhere."""
        return all(statement.reconciles for statement in self.statements)

    @property
    def currency(self) -> str:
        """The currency of every amount; what has no rate stays in its statement's own."""
        return self.definitions.currency

    def for_json(self) -> dict[str, Any]:
        """Return the API's form. Amounts are in the reporting currency.

        `not_converted` is money in the statement's currency that no amount contains, or null.
        """
        return {
            "report": NAME,
            "definitions": self.definitions.for_json(),
            "statements": [self._json_statement(item) for item in self.statements],
            "reconciles": self.reconciles,
            "crm_synced_at": self.synced_at.isoformat() if self.synced_at else None,
        }

    def lines(self, statement: Statement) -> Iterable[tuple[str, str, Line]]:
        """Return a statement from top to bottom as (line, detail, figures)."""
        yield "crm_total", "", statement.crm_total
        for reason, line in sorted(statement.excluded.items()):
            yield "excluded", reason, line
        yield "in_scope", "", statement.in_scope
        for slug, line in self.attributed_by_slug(statement).items():
            yield "attributed", slug, line
        for reason, line in sorted(statement.unattributed.items()):
            yield "unattributed", reason, line
        yield "difference", "", statement.difference

    def attributed_by_slug(self, statement: Statement) -> dict[str, Line]:
        """Return the attributed lines by channel, in the channels' order."""
        return {
            channel.slug: statement.attributed[key]
            for key, channel in self.channels.items()
            if key in statement.attributed
        }

    def for_csv(self) -> str:
        """Return a header line and one line per figure."""
        out = io.StringIO()
        csv.writer(out).writerows([_CSV_HEADER, *self.for_table()])
        return out.getvalue()

    def for_table(self) -> list[list[str]]:
        """Return one line per figure: goal, currency, line, detail, count and the money.

        The amount is in the reporting currency. What is not converted is in the statement's
        currency, and empty where there is none.
        """
        return [
            [
                statement.goal,
                statement.currency,
                name,
                detail,
                count_text(line.count_micro),
                format_amount(line.amount_minor, self.currency),
                format_amount(line.unconverted_minor, statement.currency)
                if line.unconverted_minor
                else "",
            ]
            for statement in self.statements
            for name, detail, line in self.lines(statement)
        ]

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
    return Reconciliation(
        statements=statements,
        channels={channel.pk: channel for channel in Channel.objects.all()},
        definitions=define(scope, statements, date_basis="outcome"),
        synced_at=latest_sync(),
    )


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
    """Return a goal's currencies, ours first; ours stands even when there is nothing."""
    ours = settings.REPORTING_CURRENCY
    found = {currency for kind, currency in [*totals, *cells] if kind == goal}
    return [ours, *sorted(found - {ours})]
