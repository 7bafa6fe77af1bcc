"""Rows as bars of one scale, each in one piece or parted, drawn by one template."""

from collections.abc import Sequence
from typing import Any

from attribution.admin.cell_links import CellLinks
from attribution.admin.report_tables import color_of, per_cent
from attribution.reports.columns import Column
from attribution.reports.registry import AnyReport

Drawing = dict[str, Any]
GREY = "var(--color-base-400)"
PARTS = ("var(--tr-accent)", "var(--color-primary-300)", "var(--color-base-500)", "#d97706")
"""The colours of a bar's parts, where the row's own colour would not tell them apart."""

TEMPLATE = "attribution/reports/charts/bars.html"


def name_of(report: AnyReport, row: Any) -> str:
    """Return a row's name: its first text."""
    return report.columns[0].for_people(row, report.currency)


def columns_of(report: AnyReport, *names: str) -> list[Column[Any]]:
    """Return a report's columns of these names, in this order; one it has not is left out."""
    by_name = {column.name: column for column in report.columns}
    return [by_name[name] for name in names if name in by_name]


def simple_bars(report: AnyReport, column: str, links: CellLinks, **words: str) -> Drawing:
    """Draw one column, a bar in the row's own colour each."""
    (read,) = columns_of(report, column)
    return _drawing(report, [read], read, links, words)


def parted_bars(
    report: AnyReport, parts: Sequence[str], total: str, links: CellLinks, **words: str
) -> Drawing:
    """Draw several columns as the parts of one bar, with the total beside it."""
    (whole,) = columns_of(report, total)
    drawing = _drawing(report, columns_of(report, *parts), whole, links, words)
    labels = [column.label for column in columns_of(report, *parts)]
    return {**drawing, "legend": list(zip(labels, PARTS, strict=False))}


def grouped_bars(
    report: AnyReport, columns: Sequence[str], links: CellLinks, **words: str
) -> Drawing:
    """Draw several columns as bars below each other under every row's name."""
    reads = columns_of(report, *columns)
    scale = max((abs(_size(read, row)) for read in reads for row in report.rows), default=0)
    groups = [
        {
            "name": name_of(report, row),
            "bars": [
                {
                    "label": words.get(read.name, read.label),
                    "shown": read.for_people(row, report.currency),
                    "width": per_cent(abs(_size(read, row)), scale),
                    "color": color,
                    "href": links.of(read.name, row),
                }
                for read, color in zip(reads, PARTS, strict=False)
            ],
        }
        for row in report.rows
    ]
    template = "attribution/reports/charts/groups.html"
    return {"template": template, "groups": groups, **words}


def _drawing(
    report: AnyReport,
    parts: Sequence[Column[Any]],
    whole: Column[Any],
    links: CellLinks,
    words: dict[str, str],
) -> Drawing:
    scale = max((abs(_size(whole, row)) for row in report.rows), default=0)
    bars = [
        {
            "name": name_of(report, row),
            "shown": whole.for_people(row, report.currency),
            "href": links.of(whole.name, row),
            "parts": [
                {
                    "width": per_cent(abs(_size(part, row)), scale),
                    "color": PARTS[place] if len(parts) > 1 else color_of(row) or PARTS[0],
                    "title": f"{part.label}: {part.for_people(row, report.currency)}",
                }
                for place, part in enumerate(parts)
            ],
        }
        for row in report.rows
    ]
    return {"template": TEMPLATE, "bars": bars, **words}


def _size(column: Column[Any], row: Any) -> Any:
    return column.value(row) or 0
