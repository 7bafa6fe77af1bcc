"""A report as text for a terminal: aligned columns, totals, definitions and the proof."""

from collections.abc import Iterable, Sequence
from typing import Any

from attribution.reports.columns import DASH, Column, shown_count, shown_moment
from attribution.reports.definitions import Definitions
from attribution.reports.line_words import lacks_of, line_money
from attribution.reports.metrics import MICRO, counted
from attribution.reports.reconciliation import Reconciliation
from attribution.reports.registry import AnyReport
from attribution.reports.report import Report
from attribution.reports.statement import Statement
from attribution.reports.wording import GOALS, reason_in_words
from campaigns.money import display_amount

_GAP = "  "
WIDTH = 132
"""Characters of a line; a table that needs more is broken into parts."""
_IN_NAME = {"campaign", "utm_campaign"}


def as_text(report: AnyReport) -> str:
    """Return a report as it is printed."""
    if isinstance(report, Reconciliation):
        return _reconciliation_text(report)
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
    synced_at = report.proof.synced_at
    return "\n".join(
        [
            report.title.upper(),
            "",
            "\n\n".join(_blocks(report)) or "Nothing to report yet.",
            "",
            *(proof_line(item) for item in report.proof.statements),
            f"Last CRM sync: {shown_moment(synced_at) + ' UTC' if synced_at else 'never'}",
            "",
            _definitions_text(report.definitions),
        ]
    )


def _blocks(report: Report[Any]) -> list[str]:
    """Return the table in parts no wider than `WIDTH`, each beginning with its rows' names."""
    if not report.rows:
        return []
    rows = [*report.rows, *([report.total] if report.total is not None else [])]
    name, *others = [column for column in report.shown_columns if column.name not in _IN_NAME]
    shown = [_cells(column, rows, report.currency) for column in (name, *others)]
    shown[0][-1] = "Total" if report.total is not None else shown[0][-1]
    filled = [cells for cells in shown[1:] if any(cell != DASH for cell in cells[1:])]
    right = {
        cells[0]: column.is_number for column, cells in zip((name, *others), shown, strict=True)
    }
    blocks = []
    while filled:
        part = [shown[0], *_fitting(filled, WIDTH - _width(shown[0]))]
        del filled[: len(part) - 1]
        header, *lines = zip(*part, strict=True)
        blocks.append(aligned(header, lines, [right[title] for title in header]))
    return blocks


def _cells(column: Column[Any], rows: Sequence[Any], currency: str) -> list[str]:
    return [column.long_label, *(column.for_people(row, currency) for row in rows)]


def _width(cells: Sequence[str]) -> int:
    return max(len(cell) for cell in cells)


def _fitting(columns: list[list[str]], room: int) -> list[list[str]]:
    """Return as many columns as fit, at least one."""
    fitting: list[list[str]] = []
    for cells in columns:
        room -= len(_GAP) + _width(cells)
        if room < 0 and fitting:
            break
        fitting.append(cells)
    return fitting


def proof_line(statement: Statement) -> str:
    """Return a goal's proof as one sum: of money, or of the number where there is no money."""
    verdict = "reconciles" if statement.reconciles else "DOES NOT RECONCILE"
    scope, crm = statement.in_scope, statement.crm
    earned, rest = statement.attributed_total, statement.unattributed_total
    if crm.amount_minor:
        excluded = crm.amount_minor - scope.amount_minor
        parts = [earned.amount_minor, rest.amount_minor, excluded, crm.amount_minor]
        shown = [display_amount(part, statement.currency) for part in parts]
        shown[-1] += f" ({crm.count:,})"
    else:
        counts = [earned.count_micro, rest.count_micro, crm.count * MICRO - scope.count_micro]
        shown = [shown_count(counted(part)) for part in (*counts, crm.count * MICRO)]
    sums = "attributed {} + unattributed {} + excluded {} = CRM total {}".format(*shown)
    return f"{GOALS[statement.goal]}: {sums}: {verdict}"


def _reconciliation_text(report: Reconciliation) -> str:
    blocks = [f"{report.title.upper()}"]
    names = {channel.slug: channel.name for channel in report.channels.values()}
    for statement in report.statements:
        rows = [
            [
                _line_label(name, detail, names),
                shown_count(counted(line.count_micro)),
                line_money(line, statement, report.currency),
            ]
            for name, detail, line in report.lines(statement)
        ]
        title = f"{GOALS[statement.goal]}, {statement.currency}"
        table = aligned([title, "Count", "Amount"], rows, [False, True, True])
        verdict = "Reconciles." if statement.reconciles else "DOES NOT RECONCILE."
        blocks.append("\n".join([table, verdict, *(f"{lack}." for lack in lacks_of(statement))]))
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


def _definitions_text(definitions: Definitions) -> str:
    return "\n".join(f"{term}: {text}" for term, text in definitions.in_words())
