"""The few figures above a report's table, each against the same length of days before."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from attribution.relative_days import days_before
from attribution.reports.columns import DASH, short_amount, shown_count
from attribution.reports.metrics import Metrics
from attribution.reports.registry import AnyReport, build_report, query_of
from campaigns.money import display_amount

_WITH_FIGURES = {"sends", "channels"}


@dataclass(frozen=True, slots=True)
class _Measure:
    """A figure: its label, its value now and before, and whether more of it is better."""

    label: str
    now: int | Decimal | None
    before: int | Decimal | None
    is_money: bool = False
    has_direction: bool = True


def figures_of(report: AnyReport) -> list[dict[str, Any]]:
    """Return the totals a reader looks for first; nothing where a report has no such totals.

    Where the report has a first and a last day, its figures of as many days before are built
    too, at the same moment: twice the queries, none more for more rows.
    """
    total = getattr(report.total, "metrics", None)
    if report.name not in _WITH_FIGURES or total is None or not report.rows:
        return []
    return key_figures(total, report.currency, before=_before(report))


def _before(report: AnyReport) -> Metrics | None:
    """Return the totals of the days before; a what-if would take its time twice."""
    pinned = report.definitions.pinned
    query = query_of(pinned)
    if report.definitions.what_if or query.starts_on is None or query.ends_on is None:
        return None
    first, last = days_before(query.starts_on, query.ends_on)
    params = {**pinned, "from": first.isoformat(), "to": last.isoformat()}
    earlier = build_report(report.name, params, now=timezone.now())
    return getattr(earlier.total, "metrics", None)


def key_figures(
    total: Metrics, currency: str, *, before: Metrics | None = None
) -> list[dict[str, Any]]:
    """Return spend, leads, opportunities, pipeline, revenue and ROAS with their changes."""
    each, per_deal = total.cost_per_lead_minor, total.cost_per_opportunity_minor
    notes = {
        "Spend": "of these rows",
        "Leads credited": _each(each, currency, "no leads yet"),
        "Opportunities credited": _each(per_deal, currency, "no opportunities yet"),
        "Pipeline created": "lost deals included",
        "Revenue attributed": f"{shown_count(total.wins)} wins",
        "ROAS": "revenue ÷ spend",
    }
    figures = []
    for measure in _measures(total, before):
        figure: dict[str, Any] = {
            "label": measure.label,
            **_value(measure, currency),
            "note": notes[measure.label],
        }
        if before is not None:
            figure |= _change(measure)
        figures.append(figure)
    figures[4]["is_lead"] = True
    return figures


def _measures(now: Metrics, before: Metrics | None) -> list[_Measure]:
    def both(name: str) -> tuple[Any, Any]:
        return getattr(now, name), None if before is None else getattr(before, name)

    return [
        _Measure("Spend", *both("spend_minor"), is_money=True, has_direction=False),
        _Measure("Leads credited", *both("leads")),
        _Measure("Opportunities credited", *both("opportunities")),
        _Measure("Pipeline created", *both("pipeline_minor"), is_money=True),
        _Measure("Revenue attributed", *both("revenue_minor"), is_money=True),
        _Measure("ROAS", *both("roas")),
    ]


def _value(measure: _Measure, currency: str) -> dict[str, str]:
    if measure.now is None:
        return {"value": DASH, "exact": DASH}
    if measure.is_money:
        minor = int(measure.now)
        return {"value": short_amount(minor, currency), "exact": display_amount(minor, currency)}
    text = shown_count(measure.now)
    return {"value": text, "exact": text}


def _change(measure: _Measure) -> dict[str, str]:
    """Say how a figure moved against the days before; from nothing there is no percentage."""
    if not measure.before or measure.now is None:
        return {"trend": "new" if measure.now else "", "trend_class": "flat"}
    change = round((Decimal(measure.now) / Decimal(measure.before) - 1) * 100)
    direction = "up" if change >= 0 else "down"
    return {
        "trend": f"{'+' if change >= 0 else '−'}{abs(change):,} %",
        "trend_class": direction if measure.has_direction and change else "flat",
        "trend_hint": "against the same number of days before",
    }


def _each(minor: int | None, currency: str, otherwise: str) -> str:
    return otherwise if minor is None else f"{display_amount(minor, currency)} each"
