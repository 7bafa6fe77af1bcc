"""A report's rows as the cells, key figures and proof lines of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby, takewhile
from typing import Any

from attribution.admin.cell_links import CellLinks
from attribution.page_urls import page_url
from attribution.report_summary import proof_text
from attribution.reports.columns import DASH, Column, shown_count
from attribution.reports.metrics import counted
from attribution.reports.report import Report
from attribution.reports.statement import Line, Statement
from attribution.reports.wording import GOALS
from campaigns.money import display_amount

_STATUS_TAGS = {"Live": "tr-tag-good", "Done": "tr-tag-accent", "Cancelled": "tr-tag-bad"}
_NO_NAMES = {"status", "severity"}
_WIDER = {"campaign", "utm_campaign", "cause", "goal", "part_of"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a page's table."""

    text: str
    is_number: bool
    opens_group: bool
    tag: str = ""
    href: str = ""

    @property
    def is_dash(self) -> bool:
        """Whether it stands for no value."""
        return self.text == DASH


def table_of(report: Report[Any], links: CellLinks) -> dict[str, Any]:
    """Return any report's table: the first texts of a row are its name, the rest its cells.

    The first column never leaves the screen, so a long name is broken into a title and a
    subtitle there.
    """
    shown = report.shown_columns
    names = _name_columns(shown)
    columns = [column for column in shown if column not in names]
    opens = _opening(columns)
    return {
        "head": names[0].label if names else "",
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
            {
                **_head(names, row, report.currency),
                "cells": _cells(columns, opens, row, report.currency, links),
            }
            for row in report.rows
        ],
        "total": _cells(columns, opens, report.total, report.currency, links)
        if report.total
        else None,
    }


def _name_columns(columns: Sequence[Column[Any]]) -> list[Column[Any]]:
    """Return the columns that name a row, the narrowest name first: a send before its campaign."""
    texts = list(takewhile(lambda column: column.kind == "text", columns))
    names = [column for column in texts if column.name not in _NO_NAMES] or texts[:1]
    return sorted(names, key=lambda column: column.name in _WIDER)


def _head(names: Sequence[Column[Any]], row: Any, currency: str) -> dict[str, str]:
    texts = [column.for_people(row, currency) for column in names]
    return {
        "title": texts[0] if texts else "",
        "subtitle": " · ".join(text for text in texts[1:] if text != DASH),
        "color": color_of(row),
        "href": _page_of(row),
    }


def color_of(row: Any) -> str:
    """Return a row's own colour, where it has one."""
    return str(getattr(row, "color", "") or getattr(getattr(row, "name", None), "color", ""))


def _page_of(row: Any) -> str:
    """Return the page of what a row is about: a send, a deal, or the page its report names."""
    send, deal = getattr(row, "send_id", None), getattr(row, "deal_id", None)
    if send:
        return page_url("campaigns_send_change", send)
    if deal:
        return page_url("attribution_dealjourney_change", deal)
    return str(getattr(row, "url", ""))


def _opening(columns: Sequence[Column[Any]]) -> list[bool]:
    """Say of each column whether it is the first under its heading."""
    before = ["", *(column.group for column in columns)]
    return [
        bool(column.group) and column.group != previous
        for column, previous in zip(columns, before, strict=False)
    ]


def _cells(
    columns: Sequence[Column[Any]],
    opens: Sequence[bool],
    row: Any,
    currency: str,
    links: CellLinks,
) -> list[Cell]:
    return [
        Cell(
            text=column.for_people(row, currency),
            is_number=column.is_number,
            opens_group=is_first,
            tag=_tag(column, row),
            href=links.of(column.name, row) if column.value(row) else "",
        )
        for column, is_first in zip(columns, opens, strict=True)
    ]


def _tag(column: Column[Any], row: Any) -> str:
    return _STATUS_TAGS.get(str(column.value(row)), "tr-tag") if column.name == "status" else ""


def proof_lines(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Return each goal's sum in words, with the shares of its bar in per cent."""
    return [_proof_line(statement) for statement in statements]


def _proof_line(statement: Statement) -> dict[str, Any]:
    has_money = bool(statement.crm.amount_minor)

    def size(line: Line) -> int:
        return line.amount_minor if has_money else line.count_micro

    whole, gap = size(statement.crm_total), statement.difference
    excluded = whole - size(statement.in_scope)
    return {
        "goal": GOALS.get(statement.goal, statement.goal.capitalize()),
        "text": proof_text(statement),
        "reconciles": statement.reconciles,
        "difference": display_amount(gap.amount_minor, statement.currency)
        if has_money
        else shown_count(counted(gap.count_micro)),
        "attributed_share": per_cent(size(statement.attributed_total), whole),
        "unattributed_share": per_cent(size(statement.unattributed_total), whole),
        "excluded_share": per_cent(excluded, whole),
    }


def per_cent(part: int, whole: int) -> str:
    """Return a width for CSS: 0 to 100 with two decimals."""
    if whole <= 0 or part <= 0:
        return "0"
    share = min(Decimal(part) * 100 / whole, Decimal(100))
    return str(share.quantize(Decimal("0.01"), ROUND_HALF_UP))
