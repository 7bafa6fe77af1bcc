"""The send report's figures by something else than the send: campaign, message, link, audience."""

from collections.abc import Mapping
from dataclasses import dataclass

from attribution.reports.columns import Column
from attribution.reports.credit import Key
from attribution.reports.definitions import define
from attribution.reports.gathering import gather
from attribution.reports.metric_columns import metric_columns
from attribution.reports.metrics import Metrics, total_of
from attribution.reports.proof import prove
from attribution.reports.query import Dimension
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import Scope
from attribution.reports.traffic import add_traffic
from campaigns.money import display_amount

_UNKNOWN = {
    "delivered", "opt_outs", "spend", "cost_per_lead", "cost_per_opportunity", "roas", "roi",
}  # fmt: skip
"""Columns that messages and links have not: these facts name only the send."""


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One campaign, message, link, audience or channel and its figures; the totals have no key."""

    metrics: Metrics
    name: RowName
    key: Key = None


_HEAD: tuple[Column[DimensionRow], ...] = (
    Column("name", "Name", "text", lambda row: row.name.name),
    Column("part_of", "Part of", "text", lambda row: row.name.part_of),
    Column("id", "Id", "text", lambda row: str(row.key or ""), is_key=True),
)


def build_by(by: Dimension, scope: Scope, *, name: str, title: str) -> Report[DimensionRow]:
    """Return the figures by a dimension, the most revenue first. Constant in queries."""
    figures, unconverted = gather(scope, by=by)
    add_traffic(figures, scope, by=by)
    names = names_of(by, figures)
    rows = [
        DimensionRow(metrics, names.get(key, RowName(str(key))), key)
        for key, metrics in figures.items()
        if not metrics.is_empty
    ]
    rows.sort(key=_rank)
    proof = prove(scope)
    total = total_of((row.metrics for row in rows), margin=scope.margin)
    return Report(
        name=name,
        title=f"{title} by {by}",
        columns=columns_by(by),
        rows=rows,
        total=DimensionRow(total, RowName("Total")),
        definitions=define(scope, proof.statements, notes=without_rate(unconverted)),
        proof=proof,
    )


def columns_by(by: Dimension) -> list[Column[DimensionRow]]:
    """Return the columns: all of the send report's, or those that messages and links have."""
    measures = metric_columns(DimensionRow)
    if by in {"message", "link"}:
        measures = tuple(column for column in measures if column.name not in _UNKNOWN)
    return [*_HEAD, *measures]


def without_rate(unconverted: Mapping[str, int]) -> tuple[str, ...]:
    """Say which spend could not be converted."""
    return tuple(
        f"Spend of {display_amount(minor, currency)} has no exchange rate and is left out."
        for currency, minor in sorted(unconverted.items())
    )


def _rank(row: DimensionRow) -> tuple[object, ...]:
    """Put what belongs nowhere last, else the most revenue, pipeline and taps first."""
    one = row.metrics
    return (
        row.key is None,
        -one.revenue_minor,
        -one.pipeline_minor,
        -(one.human_taps or 0),
        row.name.name,
    )
