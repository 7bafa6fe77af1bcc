"""The bars of the channel page and the waterfall of the reconciliation."""

from typing import Any

from attribution.admin.report_tables import per_cent
from attribution.reports.channels import ChannelRow
from attribution.reports.columns import DASH, short_amount, shown_count, shown_percent
from attribution.reports.line_words import lacks_of, line_money
from attribution.reports.metrics import counted
from attribution.reports.reconciliation import Reconciliation
from attribution.reports.report import Report
from attribution.reports.rules import RuleRow
from attribution.reports.statement import Line, Statement
from attribution.reports.wording import GOALS, reason_in_words
from campaigns.money import display_amount

_GREY, _PALE, _INK = "var(--color-base-400)", "var(--tr-line)", "var(--tr-ink)"


def channel_bars(report: Report[ChannelRow]) -> list[dict[str, Any]]:
    """Return each channel's revenue and spend as bars on one scale."""
    figures = [(row, row.metrics) for row in report.rows]
    scale = max((max(one.revenue_minor, one.spend_minor) for _, one in figures), default=0)
    return [
        {
            "name": row.channel,
            "color": row.color,
            "revenue": short_amount(one.revenue_minor, report.currency),
            "spend": display_amount(one.spend_minor, report.currency),
            "share": DASH if row.revenue_share is None else shown_percent(row.revenue_share),
            "revenue_width": per_cent(one.revenue_minor, scale),
            "spend_width": per_cent(one.spend_minor, scale),
        }
        for row, one in figures
    ]


def rule_bars(report: Report[RuleRow], colors: dict[str, str]) -> list[dict[str, Any]]:
    """Return one bar per rule, parted by channel."""
    bars = []
    for column in report.columns[1:]:
        whole = sum(row.revenue_minor.get(column.name, 0) for row in report.rows)
        parts = [
            {
                "name": row.channel,
                "color": colors.get(row.channel, _GREY),
                "amount": column.for_people(row, report.currency),
                "width": per_cent(row.revenue_minor.get(column.name, 0), whole),
            }
            for row in report.rows
        ]
        sms = next((part["width"] for part in parts if part["name"] == "SMS"), "0")
        bars.append({"name": column.label, "parts": parts, "sms_share": f"{float(sms):.0f} %"})
    return bars


def waterfalls(report: Reconciliation) -> list[dict[str, Any]]:
    """Return each statement as the lines of a waterfall."""
    return [
        {
            "title": _title(statement, report),
            "subtitle": _subtitle(statement),
            "lines": _lines(statement, report),
        }
        for statement in report.statements
    ]


def _title(statement: Statement, report: Reconciliation) -> str:
    name = GOALS[statement.goal]
    several = len({item.currency for item in report.statements}) > 1
    return f"{name} in {statement.currency}" if several else name


def _subtitle(statement: Statement) -> str:
    """Say what the CRM itself lacks."""
    lacks = lacks_of(statement)
    return ". ".join([*lacks, ""]).strip()


def _lines(statement: Statement, report: Reconciliation) -> list[dict[str, Any]]:
    crm = statement.crm
    by_amount = bool(crm.amount_minor)
    whole = crm.amount_minor if by_amount else crm.count * 1_000_000
    steps: list[dict[str, Any]] = []
    place = 0
    for name, detail, line in report.lines(statement):
        size = line.amount_minor if by_amount else line.count_micro
        step = _line(name, detail, line, report)
        step["amount"] = line_money(line, statement, report.currency)
        if name == "excluded":
            step["left"], step["width"] = per_cent(whole - size, whole), per_cent(size, whole)
        elif name in {"crm_total", "in_scope"}:
            step["left"], step["width"] = "0", per_cent(size, whole)
        else:
            step["left"], step["width"] = per_cent(place, whole), per_cent(size, whole)
            place += size
        steps.append(step)
    return steps


def _line(name: str, detail: str, line: Line, report: Reconciliation) -> dict[str, Any]:
    channels = {channel.slug: channel for channel in report.channels.values()}
    labels = {"crm_total": "CRM total", "in_scope": "In scope", "difference": "Difference"}
    label = labels.get(name, "")
    color = _INK if name == "crm_total" else _GREY
    if name == "attributed":
        label, color = f"Attributed to {channels[detail].name}", channels[detail].color
    elif name in {"excluded", "unattributed"}:
        label = f"{name.capitalize()}: {_lower_first(reason_in_words(detail))}"
        color = _PALE if name == "excluded" else _GREY
    shown = {
        "label": label,
        "count": shown_count(counted(line.count_micro)),
        "color": color,
        "is_sum": name in labels,
    }
    if name == "difference":
        fits = line == Line()
        shown |= {
            "tag": "tr-tag-good" if fits else "tr-tag-bad",
            "tag_text": "Reconciles" if fits else "Does not reconcile",
        }
    return shown


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if not text.startswith("CRM") else text
