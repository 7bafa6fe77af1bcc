"""A report as text for a terminal: aligned columns, totals, definitions and the proof."""

from collections.abc import Iterable, Sequence
from typing import Any

from attribution.reports.columns import DASH, shown_count, shown_moment
from attribution.reports.definitions import Definitions
from attribution.reports.metrics import counted
from attribution.reports.reconciliation import Reconciliation
from attribution.reports.registry import AnyReport
from attribution.reports.report import Report
from attribution.reports.statement import Line, Statement
from attribution.reports.wording import GOALS, reason_in_words
from campaigns.money import display_amount

_GAP = "  "


def as_text(report: AnyReport) -> str:
    """Return a report as it is printed."""
    if isinstance(report, Reconciliation):
        return _reconciliation_text(report)
    assert isinstance(report, Report)  # noqa: S101 - the registry has no third kind
    return _table_text(report)


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool]) -> str:
    """Return a table of text whose numbers stand flush right."""
    lines = [list(header), *([*row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    shown = [
        _GAP.join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    rule = _GAP.join("─" * width for width in widths)
    return "\n".join([shown[0], rule, *shown[1:]])


def _table_text(report: Report[Any]) -> str:
    columns, currency = report.columns, report.currency
    rows = [[column.for_people(row, currency) for column in columns] for row in report.rows]
    if report.total is not None and rows:
        rows.append([column.for_people(report.total, currency) for column in columns])
    shown = [
        place
        for place, column in enumerate(columns)
        if not column.is_number or any(row[place] != DASH for row in rows)
    ]
    table = aligned(
        [columns[place].label for place in shown],
        [[row[place] for place in shown] for row in rows],
        [columns[place].is_number for place in shown],
    )
    synced_at = report.proof.synced_at
    return "\n".join(
        [
            report.title.upper(),
            "",
            table if rows else "Nothing to report yet.",
            "",
            *(proof_line(item) for item in report.proof.statements),
            f"Last CRM sync: {shown_moment(synced_at) + ' UTC' if synced_at else 'never'}",
            "",
            _definitions_text(report.definitions),
        ]
    )


def proof_line(statement: Statement) -> str:
    """Return a goal's proof as one sum."""
    excluded = statement.crm.amount_minor - statement.in_scope.amount_minor
    parts = [
        statement.attributed_total.amount_minor,
        statement.unattributed_total.amount_minor,
        excluded,
        statement.crm.amount_minor,
    ]
    earned, rest, out, crm = (display_amount(part, statement.currency) for part in parts)
    verdict = "reconciles" if statement.reconciles else "DOES NOT RECONCILE"
    return (
        f"{GOALS[statement.goal]}: attributed {earned} + unattributed {rest} + excluded {out} "
        f"= CRM total {crm} ({statement.crm.count:,}): {verdict}"
    )


def _reconciliation_text(report: Reconciliation) -> str:
    blocks = [f"{report.title.upper()}"]
    names = {channel.slug: channel.name for channel in report.channels.values()}
    for statement in report.statements:
        rows = [
            [_line_label(name, detail, names), *_figures(line, report.currency)]
            for name, detail, line in report.lines(statement)
        ]
        title = f"{GOALS[statement.goal]}, {statement.currency}"
        table = aligned([title, "Count", "Amount"], rows, [False, True, True])
        verdict = "Reconciles." if statement.reconciles else "DOES NOT RECONCILE."
        blocks.append(f"{table}\n{verdict}")
    blocks.append(_definitions_text(report.definitions))
    return "\n\n".join(blocks)


_LABELS = {
    "crm_total": "CRM total",
    "excluded": "− excluded",
    "in_scope": "= in scope",
    "attributed": "  attributed",
    "unattributed": "  unattributed",
    "difference": "Difference",
}


def _line_label(name: str, detail: str, channels: dict[str, str]) -> str:
    if not detail:
        return _LABELS[name]
    return f"{_LABELS[name]}: {channels.get(detail) or reason_in_words(detail)}"


def _figures(line: Line, currency: str) -> list[str]:
    return [shown_count(counted(line.count_micro)), display_amount(line.amount_minor, currency)]


def _definitions_text(definitions: Definitions) -> str:
    return "\n".join(f"{term}: {text}" for term, text in definitions.in_words())
