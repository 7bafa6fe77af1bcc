"""The drawings of the reports: which report has which, each as a template with what it draws."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone

from attribution.admin.cell_links import CellLinks
from attribution.admin.report_bars import (
    GREY,
    PARTS,
    TEMPLATE,
    columns_of,
    grouped_bars,
    name_of,
    parted_bars,
    simple_bars,
)
from attribution.admin.report_tables import per_cent
from attribution.admin.waterfalls import waterfalls
from attribution.charts import Period, stacked_bars
from attribution.rank_chart import Ranked, rank_chart
from attribution.reports.columns import DASH, short_amount, shown_percent
from campaigns.models import Channel
from campaigns.money import display_amount

Drawing = dict[str, Any]
_MOST_FUNNELS = 6


def charts_of(report: Any, links: CellLinks) -> list[Drawing]:
    """Return a report's drawings; none where there is nothing to draw."""
    draw = _CHARTS.get(report.name)
    return draw(report, links) if draw and report.rows else []


def _channels(report: Any, links: CellLinks) -> list[Drawing]:
    """Draw revenue and spend of each channel on one scale."""
    figures = [(row, row.metrics) for row in report.rows]
    scale = max((max(one.revenue_minor, one.spend_minor) for _, one in figures), default=0)
    bars = [
        {
            "name": name_of(report, row),
            "href": links.of("revenue_attributed", row),
            "shown": short_amount(one.revenue_minor, report.currency),
            "note": DASH if row.revenue_share is None else shown_percent(row.revenue_share),
            "parts": [
                {
                    "width": per_cent(one.revenue_minor, scale),
                    "color": row.color,
                    "title": "Revenue",
                }
            ],
            "thin": {
                "width": per_cent(one.spend_minor, scale),
                "color": row.color,
                "title": f"Spend {display_amount(one.spend_minor, report.currency)}",
            },
        }
        for row, one in figures
    ]
    words = {
        "title": "Revenue and spend by channel",
        "subtitle": report.definitions.rule_name,
        "footnote": "Thick: revenue attributed. Thin: spend, on the same scale.",
    }
    return [{"template": TEMPLATE, "bars": bars, **words}]


def _shares(report: Any) -> Drawing:
    """Draw one bar per rule, parted by channel."""
    colors = _colors()
    bars = []
    for column in _money(report):
        whole = sum(column.value(row) or 0 for row in report.rows)
        parts = [
            {
                "name": name_of(report, row),
                "color": colors.get(name_of(report, row), GREY),
                "amount": column.for_people(row, report.currency),
                "width": per_cent(column.value(row) or 0, whole),
            }
            for row in report.rows
        ]
        sms = next((part["width"] for part in parts if part["name"] == "SMS"), "0")
        bars.append({"name": column.label, "parts": parts, "sms_share": f"{float(sms):.0f} %"})
    legend = [
        (name, colors.get(name, GREY)) for name in (name_of(report, row) for row in report.rows)
    ]
    template = "attribution/reports/charts/rule_shares.html"
    return {"template": template, "bars": bars, "legend": legend}


def _rules(report: Any, _: CellLinks) -> list[Drawing]:
    """Draw the shares under every rule, and how the channels' places change between rules."""
    colors = _colors()
    columns = _money(report)
    lines = [
        Ranked(
            name=name_of(report, row),
            color=colors.get(name_of(report, row), GREY),
            values={column.name: column.value(row) or 0 for column in columns},
            shown={column.name: column.for_people(row, report.currency) for column in columns},
        )
        for row in report.rows
    ]
    chart = rank_chart(lines, {column.name: column.label for column in columns})
    drawings = [_shares(report)]
    if chart:
        template = "attribution/reports/charts/ranks.html"
        drawings.append({"template": template, "chart": chart})
    return drawings


def _reconciliation(report: Any, links: CellLinks) -> list[Drawing]:
    return [
        {"template": "attribution/reports/charts/waterfall.html", **drawing}
        for drawing in waterfalls(report, links)
    ]


def _money(report: Any) -> list[Any]:
    return [column for column in report.columns if column.kind == "money"]


def _colors() -> dict[str, str]:
    return dict(Channel.objects.values_list("name", "color"))


def _positions(report: Any, links: CellLinks) -> list[Drawing]:
    parts = ("first_amount", "middle_amount", "last_amount", "only_amount")
    words = {"title": "What each earned where", "subtitle": report.definitions.rule_name}
    return [parted_bars(report, parts, "amount", links, **words)]


def _paths(report: Any, links: CellLinks) -> list[Drawing]:
    words = {"title": "The commonest paths", "subtitle": "Outcomes that took these steps"}
    return [simple_bars(report, "outcomes", links, **words)]


def _sourced(report: Any, links: CellLinks) -> list[Drawing]:
    columns = ("sourced_first_amount", "influenced_amount", "attributed_amount")
    words = {
        "title": "Three answers of the same deals",
        "subtitle": "Only attributed amounts add up; influenced ones overlap",
        "sourced_first_amount": "Sourced",
        "influenced_amount": "Influenced",
        "attributed_amount": "Attributed",
    }
    return [grouped_bars(report, columns, links, **words)]


def _funnel(report: Any, links: CellLinks) -> list[Drawing]:
    """Draw each group's stages, with the part of the stage before."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in report.rows:
        groups[row.group].append(row)
    number, rate = columns_of(report, "number", "of_previous")
    return [
        {
            "template": TEMPLATE,
            "title": group,
            "subtitle": report.definitions.period,
            "footnote": "Small: the part of the stage before.",
            "bars": [
                {
                    "name": row.title,
                    "shown": number.for_people(row, report.currency),
                    "note": rate.for_people(row, report.currency),
                    "parts": [
                        {
                            "width": per_cent(_scaled(row.number), _scaled(rows[0].number)),
                            "color": PARTS[0],
                            "title": row.title,
                        }
                    ],
                }
                for row in rows
            ],
        }
        for group, rows in list(groups.items())[:_MOST_FUNNELS]
    ]


def _scaled(number: Any) -> int:
    """Return a number of any kind in thousandths: widths need no more."""
    return int((number or 0) * 1000)


def _cohorts(report: Any, _: CellLinks) -> list[Drawing]:
    """Draw revenue by touch month and months since, the more the darker."""
    cells = {(row.month, row.months): row.metrics.revenue_minor for row in report.rows}
    months = sorted({month for month, _ in cells if month})
    since = range(max((after for _, after in cells if after is not None), default=0) + 1)
    most = max(cells.values(), default=0)
    heat = [
        {
            "name": f"{month:%Y-%m}",
            "cells": [
                {
                    "heat": f"{float(per_cent(cells.get((month, after), 0), most)) * 0.7:.0f}",
                    "shown": short_amount(cells[month, after], report.currency)
                    if (month, after) in cells
                    else "",
                }
                for after in since
            ],
        }
        for month in months
    ]
    return [
        {
            "template": "attribution/reports/charts/heat.html",
            "title": "Revenue by month of the touch",
            "subtitle": "Months since: 0 is the touch’s own month",
            "head": "Touch month",
            "titles": list(since),
            "heat": heat,
        }
    ]


def _time_lag(report: Any, _: CellLinks) -> list[Drawing]:
    """Draw how many journeys began, and how many last touches lie, so many days before."""
    periods = [
        Period(
            values=(row.first, row.last),
            hint=f"{row.span} days before: {row.first:,} first and {row.last:,} last touches",
            label=row.span,
        )
        for row in report.rows
    ]
    return [
        {
            "template": "attribution/reports/charts/columns.html",
            "title": "Days between touch and outcome",
            "legend": [("First touch", "tr-swatch-0"), ("Last touch", "tr-swatch-1")],
            "chart": stacked_bars(periods, shown=lambda value: f"{value:,}"),
        }
    ]


def _changes(report: Any, _: CellLinks) -> list[Drawing]:
    """Draw what each day of posting changed, up and down."""
    days: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in report.rows:
        if row.posted_at is not None:
            day = timezone.localtime(row.posted_at).date()
            days[day][row.change_minor < 0] += abs(row.change_minor)
    shown = {day: [short_amount(one, report.currency) for one in days[day]] for day in days}
    periods = [
        Period(
            values=tuple(days[day]),
            hint=f"{day}: {shown[day][0]} more, {shown[day][1]} less",
            label=f"{day:%b} {day.day}" if len(days) < 15 or day.day == 1 else "",
        )
        for day in sorted(days)
    ]
    return (
        [
            {
                "template": "attribution/reports/charts/columns.html",
                "title": "What was posted, by day",
                "legend": [("More", "tr-swatch-0"), ("Less", "tr-swatch-1")],
                "chart": stacked_bars(
                    periods, shown=lambda minor: short_amount(minor, report.currency)
                ),
            },
        ]
        if periods
        else []
    )


_CHARTS: dict[str, Callable[[Any, CellLinks], list[Drawing]]] = {
    "channels": _channels,
    "rules": _rules,
    "reconciliation": _reconciliation,
    "positions": _positions,
    "paths": _paths,
    "sourced-influenced": _sourced,
    "funnel": _funnel,
    "time-lag": _time_lag,
    "cohorts": _cohorts,
    "changes": _changes,
}
