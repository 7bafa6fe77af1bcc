"""The reconciliation as drawings: each statement from the CRM's total down to nothing left over."""

from typing import Any, Final

from attribution.admin.cell_links import CellLinks
from attribution.reports.columns import shown_count
from attribution.reports.line_words import lacks_of, line_money
from attribution.reports.metrics import counted
from attribution.reports.reconciliation import Reconciliation
from attribution.reports.statement import Line, Statement
from attribution.reports.wording import GOALS, reason_in_words
from attribution.waterfall import Role, Step, waterfall

_GREY, _PALE, _INK = "var(--color-base-400)", "var(--color-base-300)", "var(--tr-ink)"
_SUMS: Final = {"crm_total": "CRM total", "in_scope": "In scope", "difference": "Difference"}
_ROLES: Final[dict[str, Role]] = {
    "crm_total": "total",
    "in_scope": "total",
    "excluded": "minus",
    "attributed": "plus",
    "unattributed": "plus",
    "difference": "check",
}


def waterfalls(report: Reconciliation, links: CellLinks) -> list[dict[str, Any]]:
    """Return each statement as a drawing and as the lines of the table below it."""
    return [
        {
            "title": _title(statement, report),
            "subtitle": ". ".join([*lacks_of(statement), ""]).strip(),
            "currency": report.currency,
            **_drawn(statement, report, links),
        }
        for statement in report.statements
    ]


def _title(statement: Statement, report: Reconciliation) -> str:
    name = GOALS.get(statement.goal, statement.goal.capitalize())
    several = len({item.currency for item in report.statements}) > 1
    return f"{name} in {statement.currency}" if several else name


def _drawn(statement: Statement, report: Reconciliation, links: CellLinks) -> dict[str, Any]:
    by_amount = bool(statement.crm.amount_minor)
    steps, lines = [], []
    for name, detail, line in report.lines(statement):
        label, color = _named(name, detail, report)
        href = _behind(name, detail, statement, links) if line != Line() else ""
        money = line_money(line, statement, report.currency)
        count = shown_count(counted(line.count_micro))
        size = line.amount_minor if by_amount else line.count_micro
        steps.append(Step(label, _ROLES[name], size, money if by_amount else count, color, href))
        lines.append(
            {
                "label": label,
                "count": count,
                "amount": money,
                "count_href": "" if by_amount else href,
                "amount_href": href if by_amount else "",
                "is_sum": name in _SUMS,
                **(_verdict(line) if name == "difference" else {}),
            }
        )
    return {"chart": waterfall(steps), "lines": lines}


def _named(name: str, detail: str, report: Reconciliation) -> tuple[str, str]:
    """Return a line's words and its colour."""
    if name in _SUMS:
        return _SUMS[name], _INK if name == "crm_total" else _GREY
    if name == "attributed":
        channels = {channel.slug: channel for channel in report.channels.values()}
        return f"Attributed to {channels[detail].name}", channels[detail].color
    reason = reason_in_words(detail)
    if not reason.startswith("CRM"):
        reason = reason[:1].lower() + reason[1:]
    return f"{name.capitalize()}: {reason}", _PALE if name == "excluded" else _GREY


def _behind(name: str, detail: str, statement: Statement, links: CellLinks) -> str:
    """Return the way to a line's entries; sums and the CRM's own total have none of their own."""
    if name in _SUMS:
        return ""
    key = "channel" if name == "attributed" else "reason"
    return links.entries(goal=statement.goal, bucket=name, **{key: detail})


def _verdict(line: Line) -> dict[str, str]:
    if line == Line():
        return {"tag": "tr-tag-good", "tag_text": "Reconciles"}
    return {"tag": "tr-tag-bad", "tag_text": "Does not reconcile"}
