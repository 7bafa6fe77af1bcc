"""A report in a few figures, for a mail: its totals, and whether they add up."""

from attribution.reports.columns import DASH, shown_count
from attribution.reports.metrics import counted
from attribution.reports.registry import AnyReport
from attribution.reports.statement import Line, Statement
from attribution.reports.wording import GOALS
from campaigns.money import display_amount

MOST_FIGURES, MOST_ROWS = 14, 5
_TELLING = {"money", "count", "factor"}


def main_figures(report: AnyReport) -> list[tuple[str, str]]:
    """Return the totals of a report as (what, how much), the most telling columns only."""
    total = report.total
    if total is None:
        return []
    shown = [
        (column.long_label, column.for_people(total, report.currency))
        for column in report.columns
        if column.kind in _TELLING
    ]
    return [(label, text) for label, text in shown if text not in {DASH, "0"}][:MOST_FIGURES]


def first_rows(report: AnyReport) -> tuple[list[str], list[list[str]]]:
    """Return the titles and the cells of a report's first rows: its names, then its figures."""
    columns = list(report.columns)[:6]
    return [column.long_label for column in columns], [
        [column.for_people(row, report.currency) for column in columns]
        for row in report.rows[:MOST_ROWS]
    ]


def proof_text(statement: Statement) -> str:
    """Return a goal's sum in words: `Attributed $1.00 + unattributed … = CRM total $2.00 in 1 wins`."""
    has_money = bool(statement.crm.amount_minor)

    def shown(line: Line) -> str:
        if has_money:
            return display_amount(line.amount_minor, statement.currency)
        return shown_count(counted(line.count_micro))

    excluded = Line(
        statement.crm.amount_minor - statement.in_scope.amount_minor,
        statement.crm_total.count_micro - statement.in_scope.count_micro,
    )
    count = (
        f" in {statement.crm.count:,} {GOALS.get(statement.goal, statement.goal).lower()}"
        if has_money
        else ""
    )
    return (
        f"Attributed {shown(statement.attributed_total)} + unattributed "
        f"{shown(statement.unattributed_total)} + excluded {shown(excluded)} "
        f"= CRM total {shown(statement.crm_total)}{count}"
    )
