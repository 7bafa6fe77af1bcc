"""A report's rows as the cells, key figures and proof lines of a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from attribution.page_urls import page_url
from attribution.reports.channels import ChannelRow
from attribution.reports.columns import DASH, Column, short_amount, shown_count
from attribution.reports.metrics import Metrics, counted
from attribution.reports.report import Report
from attribution.reports.sends import SendRow
from attribution.reports.statement import Statement
from attribution.reports.wording import GOALS
from campaigns.money import display_amount

_STATUS_TAGS = {"Live": "tr-tag-good", "Done": "tr-tag-accent", "Cancelled": "tr-tag-bad"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a page's table."""

    text: str
    is_number: bool
    opens_group: bool
    tag: str = ""

    @property
    def is_dash(self) -> bool:
        """Whether it stands for no value."""
        return self.text == DASH


def send_table(report: Report[SendRow]) -> dict[str, Any]:
    """Return the send report's table; the first column carries name, campaign and utm."""
    return _table(report, {"campaign", "send", "utm_campaign"}, "Send", _send_head)


def channel_table(report: Report[ChannelRow]) -> dict[str, Any]:
    """Return the channel report's table."""
    return _table(report, {"channel"}, "Channel", _channel_head)


def _send_head(row: SendRow) -> dict[str, str]:
    return {
        "title": row.send,
        "subtitle": f"{row.campaign} · {row.utm_campaign}",
        "href": page_url("campaigns_send_change", row.send_id),
    }


def _channel_head(row: ChannelRow) -> dict[str, str]:
    return {"title": row.channel, "color": row.color}


def _table(
    report: Report[Any], in_head: set[str], head: str, describe: Callable[[Any], dict[str, str]]
) -> dict[str, Any]:
    columns = [column for column in report.columns if column.name not in in_head]
    opens = _opening(columns)
    return {
        "head": head,
        "groups": [
            {"label": label, "span": len(list(members))}
            for label, members in groupby(columns, key=lambda column: column.group)
        ],
        "headers": [
            {
                "label": column.label,
                "help": column.help,
                "is_number": column.is_number,
                "opens_group": is_first,
            }
            for column, is_first in zip(columns, opens, strict=True)
        ],
        "rows": [
            {**describe(row), "cells": _cells(columns, opens, row, report.currency)}
            for row in report.rows
        ],
        "total": _cells(columns, opens, report.total, report.currency) if report.total else None,
    }


def _opening(columns: Sequence[Column[Any]]) -> list[bool]:
    """Say of each column whether it is the first under its heading."""
    before = ["", *(column.group for column in columns)]
    return [
        bool(column.group) and column.group != previous
        for column, previous in zip(columns, before, strict=False)
    ]


def _cells(
    columns: Sequence[Column[Any]], opens: Sequence[bool], row: Any, currency: str
) -> list[Cell]:
    return [
        Cell(
            text=column.for_people(row, currency),
            is_number=column.is_number,
            opens_group=is_first,
            tag=_STATUS_TAGS.get(str(column.value(row)), "tr-tag")
            if column.name == "status"
            else "",
        )
        for column, is_first in zip(columns, opens, strict=True)
    ]


def key_figures(total: Metrics, currency: str) -> list[dict[str, Any]]:
    """Return the totals a reader looks for first."""
    each = total.cost_per_lead_minor
    per_deal = total.cost_per_opportunity_minor
    return [
        figure("Spend", total.spend_minor, currency, note="on these sends"),
        {
            "label": "Leads credited",
            "value": shown_count(total.leads),
            "note": f"{display_amount(each, currency)} each"
            if each is not None
            else "no leads yet",
        },
        {
            "label": "Opportunities credited",
            "value": shown_count(total.opportunities),
            "note": f"{display_amount(per_deal, currency)} each"
            if per_deal is not None
            else "no opportunities yet",
        },
        figure("Pipeline created", total.pipeline_minor, currency, note="lost deals included"),
        {
            **figure("Revenue attributed", total.revenue_minor, currency, note=""),
            "note": f"{shown_count(total.wins)} wins",
            "is_lead": True,
        },
        {
            "label": "ROAS",
            "value": DASH if total.roas is None else f"{total.roas.quantize(Decimal('0.01')):,}",
            "note": "revenue ÷ spend",
        },
    ]


def figure(label: str, minor: int, currency: str, *, note: str) -> dict[str, Any]:
    """Return an amount as a key figure: short to read, exact in its tooltip."""
    exact = display_amount(minor, currency)
    return {"label": label, "value": short_amount(minor, currency), "exact": exact, "note": note}


def proof_lines(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return each goal's sum in words, with the shares of its bar in per cent."""
    return [_proof_line(statement) for statement in statements]


def _proof_line(statement: Statement) -> dict[str, Any]:
    has_money = bool(statement.crm.amount_minor)

    def part(minor: int, micro: int) -> int:
        return minor if has_money else micro

    def shown(value: int) -> str:
        if has_money:
            return display_amount(value, statement.currency)
        return shown_count(counted(value))

    scope, earned = statement.in_scope, statement.attributed_total
    rest, gap = statement.unattributed_total, statement.difference
    whole = part(statement.crm.amount_minor, statement.crm.count * 1_000_000)
    attributed = part(earned.amount_minor, earned.count_micro)
    unattributed = part(rest.amount_minor, rest.count_micro)
    excluded = whole - part(scope.amount_minor, scope.count_micro)
    count = f" in {statement.crm.count:,} {GOALS[statement.goal].lower()}" if has_money else ""
    return {
        "goal": GOALS[statement.goal],
        "text": f"Attributed {shown(attributed)} + unattributed {shown(unattributed)} + excluded "
        f"{shown(excluded)} = CRM total {shown(whole)}{count}",
        "reconciles": statement.reconciles,
        "difference": shown(part(gap.amount_minor, gap.count_micro)),
        "attributed_share": per_cent(attributed, whole),
        "unattributed_share": per_cent(unattributed, whole),
        "excluded_share": per_cent(excluded, whole),
    }


def per_cent(part: int, whole: int) -> str:
    """Return a width for CSS: 0 to 100 with two decimals."""
    if whole <= 0 or part <= 0:
        return "0"
    share = min(Decimal(part) * 100 / whole, Decimal(100))
    return str(share.quantize(Decimal("0.01"), ROUND_HALF_UP))
