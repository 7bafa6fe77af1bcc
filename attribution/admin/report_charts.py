"""The drawings of the reports: which report has which, each as a template with what it draws."""

from collections.abc import Callable
from typing import Any

from attribution.admin.cell_links import CellLinks
from attribution.admin.report_tables import per_cent
from attribution.admin.waterfalls import waterfalls
from attribution.rank_chart import Ranked, rank_chart
from attribution.reports.columns import DASH, short_amount, shown_percent
from campaigns.models import Channel
from campaigns.money import display_amount

Drawing = dict[str, Any]
_GREY = "var(--color-base-400)"


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
            "name": row.channel,
            "color": row.color,
            "href": links.of("revenue_attributed", row),
            "revenue": short_amount(one.revenue_minor, report.currency),
            "spend": display_amount(one.spend_minor, report.currency),
            "share": DASH if row.revenue_share is None else shown_percent(row.revenue_share),
            "revenue_width": per_cent(one.revenue_minor, scale),
            "spend_width": per_cent(one.spend_minor, scale),
        }
        for row, one in figures
    ]
    template = "attribution/reports/charts/channel_bars.html"
    return [{"template": template, "bars": bars, "subtitle": report.definitions.rule_name}]


def _shares(report: Any) -> Drawing:
    """Draw one bar per rule, parted by channel."""
    colors = _colors()
    bars = []
    for column in _money(report):
        whole = sum(column.value(row) or 0 for row in report.rows)
        parts = [
            {
                "name": row.channel,
                "color": colors.get(row.channel, _GREY),
                "amount": column.for_people(row, report.currency),
                "width": per_cent(column.value(row) or 0, whole),
            }
            for row in report.rows
        ]
        sms = next((part["width"] for part in parts if part["name"] == "SMS"), "0")
        bars.append({"name": column.label, "parts": parts, "sms_share": f"{float(sms):.0f} %"})
    legend = [(row.channel, colors.get(row.channel, _GREY)) for row in report.rows]
    template = "attribution/reports/charts/rule_shares.html"
    return {"template": template, "bars": bars, "legend": legend}


def _rules(report: Any, _: CellLinks) -> list[Drawing]:
    """Draw the shares under every rule, and how the channels' places change between rules."""
    colors = _colors()
    columns = _money(report)
    lines = [
        Ranked(
            name=row.channel,
            color=colors.get(row.channel, _GREY),
            values={column.name: column.value(row) or 0 for column in columns},
            shown={column.name: column.for_people(row, report.currency) for column in columns},
        )
        for row in report.rows
    ]
    chart = rank_chart(lines, {column.name: column.label for column in columns})
    drawings = [_shares(report)]
    if chart:
        template = "attribution/reports/charts/ranks.html"
        drawings.append({"template": template, "chart": chart, "is_wide": True})
    return drawings


def _reconciliation(report: Any, links: CellLinks) -> list[Drawing]:
    return [
        {"template": "attribution/reports/charts/waterfall.html", "is_wide": True, **drawing}
        for drawing in waterfalls(report, links)
    ]


def _money(report: Any) -> list[Any]:
    return [column for column in report.columns if column.kind == "money"]


def _colors() -> dict[str, str]:
    return dict(Channel.objects.values_list("name", "color"))


_CHARTS: dict[str, Callable[[Any, CellLinks], list[Drawing]]] = {
    "channels": _channels,
    "rules": _rules,
    "reconciliation": _reconciliation,
}
