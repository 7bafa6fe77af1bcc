"""Brings a row's figures together from credit, spend, traffic and influence."""

from collections import defaultdict

from attribution.models import Bucket, Outcome
from attribution.reports.costs import costs_by
from attribution.reports.credit import Cell, Key, credit_cells, only
from attribution.reports.influence import influence_by
from attribution.reports.metrics import Metrics
from attribution.reports.query import Dimension
from attribution.reports.scope import Scope
from campaigns.models import Spend

Rows = dict[Key, Metrics]

_COUNTS = {
    Outcome.Kind.LEAD: "leads_micro",
    Outcome.Kind.OPPORTUNITY: "opportunities_micro",
    Outcome.Kind.WIN: "wins_micro",
}
_SOURCED = {
    Outcome.Kind.LEAD: "leads_sourced_micro",
    Outcome.Kind.OPPORTUNITY: "opportunities_sourced_micro",
}
_AMOUNTS = {
    Outcome.Kind.OPPORTUNITY: "pipeline_minor",
    Outcome.Kind.WIN: "revenue_minor",
    Outcome.Kind.REFUND: "revenue_minor",
}
"""Revenue is net of refunds: they carry negative amounts."""


def gather(scope: Scope, *, by: Dimension) -> tuple[Rows, dict[str, int]]:
    """Return the figures per row of a dimension, and the spend no rate could convert.

    The key None holds what belongs to no row. Constant in queries: credit, sourced credit,
    influence, spend and its rates.
    """
    rows: Rows = defaultdict(lambda: Metrics(margin=scope.margin))
    for cell in credit_cells(scope, scope.rule, by=by, basis=scope.query.date_basis):
        take_credit(rows[cell.key], cell)
    if scope.first_touch:
        for cell in credit_cells(scope, scope.first_touch, by=by, basis=scope.query.date_basis):
            _take_sourced(rows, cell)
    if scope.every_touch:
        _take_influence(rows, scope, by)
    costs = costs_by(by, scope.query, Spend.objects.filter(only(scope)))
    for key, minor in costs.by_key.items():
        rows[key].spend_minor = minor
    return rows, dict(costs.unconverted)


def take_credit(row: Metrics, cell: Cell) -> None:
    """Add what a cell's touches earned to a row; what nobody earned belongs to none."""
    if cell.bucket != Bucket.ATTRIBUTED:
        return
    count = _COUNTS.get(Outcome.Kind(cell.kind))
    if count:
        setattr(row, count, getattr(row, count) + cell.count_micro)
    amount = _AMOUNTS.get(Outcome.Kind(cell.kind))
    if amount:
        setattr(row, amount, getattr(row, amount) + cell.amount_minor)


def _take_influence(rows: Rows, scope: Scope, by: Dimension) -> None:
    for key, influence in influence_by(by, scope).items():
        row = rows[key]
        # A stock has no day whose rate could convert it
        row.influenced_minor = None if scope.is_converted else influence.open_minor
        row.days_to_opportunity = influence.days_to_opportunity
        row.days_to_win = influence.days_to_win


def _take_sourced(rows: Rows, cell: Cell) -> None:
    name = _SOURCED.get(Outcome.Kind(cell.kind))
    if cell.bucket == Bucket.ATTRIBUTED and name:
        setattr(rows[cell.key], name, getattr(rows[cell.key], name) + cell.count_micro)
