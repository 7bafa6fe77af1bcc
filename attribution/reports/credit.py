"""Credit as the reports see it: the ledger's sums in the cells a report asks for.

Three sources, one shape: the running totals (now), the entries posted by a moment (as of),
and a division computed on the fly (what-if). Reports read `CreditTotal` only here, where the grain
is chosen, so that their cost does not grow with the traffic behind them.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from attribution.models import CreditEntry, CreditRule, CreditTotal, Outcome
from attribution.reports.scope import Scope
from attribution.reports.shown_currency import Part, ShownCurrency, converted
from attribution.what_if import what_if
from campaigns.models import Send

Dimension = Literal["send", "channel", "campaign", "message", "link", "audience"]
"""What a report has a row for. An audience is the name that its sends give it."""

Key = UUID | str | None
"""What a row is about: an id, an audience's name, or None for credit without one."""


ROW_FIELDS = {
    "send": "send_id", "channel": "channel_id", "campaign": "campaign_id",
    "message": "message_id", "link": "link_id", "audience": "send__audience",
}  # fmt: skip
"""By which field of a total or an entry a dimension's rows are told apart."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum of credit: minor units of the reporting currency, millionths of an outcome."""

    kind: str
    bucket: str
    reason: str
    key: Key
    amount_minor: int
    count_micro: int


def credit_cells(scope: Scope, rule: CreditRule, *, by: Dimension, basis: str) -> list[Cell]:
    """Return a rule's credit by goal, bucket, reason and row. One query.

    `basis` names the date the report's days are cut on: `outcome`, `touch`, or `cohort`, the
    months of the touch that the days lie in. Credit without that date (the unattributed under
    `touch` and `cohort`) belongs only to a report over all days. Amounts are in the report's
    currency.
    """
    if scope.is_converted:
        return _converted(scope, dated_cells(scope, rule, by=by, basis="outcome"))
    if scope.is_what_if and rule is scope.rule:
        return _what_if_cells(scope, by=by, basis=basis)
    rows, kind = _rows(scope, rule, basis, _grain(scope, basis))
    return [Cell(*row) for row in _summed(rows, kind, "bucket", "reason", ROW_FIELDS[by])]


def dated_cells(
    scope: Scope, rule: CreditRule, *, by: Dimension, basis: Literal["outcome", "touch"]
) -> list[tuple[date | None, Cell]]:
    """Return a rule's credit as `credit_cells` does, day by day. One query."""
    grain = CreditTotal.Grain(f"{basis}_day")
    if scope.is_what_if and rule is scope.rule:
        totals = _what_if_totals(scope, basis, grain)
        return _by_dates(totals, [getattr(total, f"{basis}_date") for total in totals], by)
    rows, kind = _rows(scope, rule, basis, grain)
    day = f"{basis}_date"
    sums = _summed(rows, day, kind, "bucket", "reason", ROW_FIELDS[by])
    return [(day, Cell(*row)) for day, *row in sums]


def _converted(scope: Scope, dated: list[tuple[date | None, Cell]]) -> list[Cell]:
    """Return the cells of all days together in the report's own currency. One more query."""
    parts = [
        Part(
            cell.kind,
            (cell.bucket, cell.reason, cell.key),
            day,
            cell.amount_minor,
            cell.count_micro,
        )
        for day, cell in dated
    ]
    shown = ShownCurrency(scope.currency, {part.day for part in parts})
    found = converted(parts, shown).items()
    return [Cell(kind, *place, *sums) for (kind, place), sums in found if any(sums)]


def cohort_cells(scope: Scope, rule: CreditRule, *, by: Dimension) -> list[tuple[date, int, Cell]]:
    """Return what touches of each month earned, by whole months until the outcome. One query.

    A row is (first of the touch's month, months since, cell); only what has both dates.
    """
    cells = []
    for (touched, reached), cell in _cohorts(scope, rule, by):
        if touched is not None and reached is not None:
            months = 12 * (reached.year - touched.year) + reached.month - touched.month
            cells.append((touched, months, cell))
    return cells


def foreign_cells(scope: Scope, rule: CreditRule) -> list[tuple[str, Cell]]:
    """Return the credit of outcomes whose source counts in another currency. One query."""
    ours = ["", settings.REPORTING_CURRENCY]
    if scope.is_what_if and rule is scope.rule:
        return _foreign_what_if(scope, rule, ours)
    entries = _entries(scope, rule, "outcome").exclude(outcome__source_currency__in=ours)
    currency = "outcome__source_currency"
    sums = _summed(entries, currency, "outcome__kind", "bucket", "reason", "channel_id")
    return [(currency, Cell(*row)) for currency, *row in sums]


def _foreign_what_if(scope: Scope, rule: CreditRule, ours: list[str]) -> list[tuple[str, Cell]]:
    foreign = Outcome.objects.exclude(source_currency__in=ours).order_by()
    cells = []
    for currency in foreign.values_list("source_currency", flat=True).distinct():
        part = replace(scope, what_if=what_if(rule=rule, where=Q(source_currency=currency)))
        found = _what_if_cells(part, by="channel", basis="outcome")
        cells += [(currency, cell) for cell in found]
    return cells


def credit_of_days(
    rule: CreditRule, starts_on: date, ends_on: date
) -> list[tuple[str, str, int, int]]:
    """Return a rule's credit of outcomes of these days, by goal and bucket. One query."""
    rows = CreditTotal.objects.filter(
        rule=rule, grain=CreditTotal.Grain.OUTCOME_DAY, outcome_date__range=(starts_on, ends_on)
    )
    return [(kind, bucket, *sums) for kind, bucket, *sums in _summed(rows, "kind", "bucket")]


def _grain(scope: Scope, basis: str) -> CreditTotal.Grain:
    """Return the coarsest grain that can tell the report's days apart."""
    if scope.query.starts_on is None and scope.query.ends_on is None:
        return CreditTotal.Grain.ALL
    return CreditTotal.Grain.COHORT if basis == "cohort" else CreditTotal.Grain(f"{basis}_day")


def _rows(
    scope: Scope, rule: CreditRule, basis: str, grain: CreditTotal.Grain
) -> tuple[QuerySet[Any], str]:
    """Return the rows to add up, the present's or a past moment's, and their field of the goal."""
    if scope.query.as_of is not None:
        return _entries(scope, rule, basis), "outcome__kind"
    totals = CreditTotal.objects.filter(_days(scope, basis) & only(scope), rule=rule, grain=grain)
    if grain == CreditTotal.Grain.TOUCH_DAY:
        totals = totals.filter(outcome_date=None)  # lets the index narrow down to the days
    return totals, "kind"


def _entries(scope: Scope, rule: CreditRule, basis: str) -> QuerySet[CreditEntry]:
    entries = CreditEntry.objects.filter(_days(scope, basis) & only(scope), rule=rule).order_by()
    if scope.query.as_of is None:
        return entries
    return entries.filter(batch__posted_at__lte=scope.query.as_of)


def _cohorts(
    scope: Scope, rule: CreditRule, by: Dimension
) -> Iterable[tuple[tuple[date | None, date | None], Cell]]:
    """Yield credit by the first days of the touch's and of the outcome's month."""
    if scope.is_what_if and rule is scope.rule:
        totals = _what_if_totals(scope, "cohort", CreditTotal.Grain.COHORT)
        return _by_dates(totals, [(total.touch_date, total.outcome_date) for total in totals], by)
    rows, kind = _rows(scope, rule, "cohort", CreditTotal.Grain.COHORT)
    rows = rows.annotate(
        touch_month=TruncMonth("touch_date"), outcome_month=TruncMonth("outcome_date")
    )
    sums = _summed(rows, "touch_month", "outcome_month", kind, "bucket", "reason", ROW_FIELDS[by])
    return (((touched, reached), Cell(*row)) for touched, reached, *row in sums)


def _summed(rows: QuerySet[Any], *fields: str) -> list[tuple[Any, ...]]:
    """Add up amounts and counts by these fields, the last of them a row's key."""
    sums = (
        rows.order_by()
        .values_list(*fields)
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    )
    return [(*row[:-3], row[-3] or None, *row[-2:]) for row in sums if row[-1] or row[-2]]


def _what_if_cells(scope: Scope, *, by: Dimension, basis: str) -> list[Cell]:
    totals = _what_if_totals(scope, basis, _grain(scope, basis))
    return [cell for _, cell in _by_dates(totals, [None] * len(totals), by)]


def _by_dates(totals: list[CreditTotal], dates: list[Any], by: Dimension) -> list[tuple[Any, Cell]]:
    """Add up computed sums by dates and by what makes a cell."""
    keys = _keys(totals, by)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for total, when, key in zip(totals, dates, keys, strict=True):
        cell = sums[when, total.kind, total.bucket, total.reason, key]
        cell[0] += total.amount_minor
        cell[1] += total.count_micro
    return [
        (when, Cell(kind, bucket, reason, key, amount, micro))
        for (when, kind, bucket, reason, key), (amount, micro) in sums.items()
    ]


def _keys(totals: list[CreditTotal], by: Dimension) -> list[Key]:
    if by != "audience":
        return [getattr(total, f"{by}_id") for total in totals]
    sends = {total.send_id for total in totals}
    named = dict(Send.objects.filter(pk__in=sends).values_list("pk", "audience"))
    return [named.get(total.send_id) or None for total in totals]


def _what_if_totals(scope: Scope, basis: str, grain: CreditTotal.Grain) -> list[CreditTotal]:
    """Return the computed sums of a grain that the report's days and filters keep."""
    field, starts_on, ends_on = _bounds(scope, basis)
    days = replace(scope.query, starts_on=starts_on, ends_on=ends_on)
    return [
        total
        for total in scope.what_if
        if total.grain == grain
        and days.covers(getattr(total, field))
        and (scope.channel is None or total.channel_id == scope.channel.pk)
        and (scope.campaign is None or total.campaign_id == scope.campaign.pk)
    ]


def _bounds(scope: Scope, basis: str) -> tuple[str, date | None, date | None]:
    """Return the field that days are cut on, with the first and the last day."""
    starts_on, ends_on = scope.query.starts_on, scope.query.ends_on
    if basis != "cohort":
        return f"{basis}_date", starts_on, ends_on
    last = ends_on and ends_on.replace(day=monthrange(ends_on.year, ends_on.month)[1])
    return "touch_date", _first(starts_on), last


def _first(day: date | None) -> date | None:
    return day and day.replace(day=1)


def _days(scope: Scope, basis: str) -> Q:
    field, starts_on, ends_on = _bounds(scope, basis)
    condition = Q()
    if starts_on:
        condition &= Q(**{f"{field}__gte": starts_on})
    if ends_on:
        condition &= Q(**{f"{field}__lte": ends_on})
    return condition


def only(scope: Scope) -> Q:
    """Return the condition that keeps the channel and the campaign asked for."""
    condition = Q()
    if scope.channel:
        condition &= Q(channel=scope.channel)
    if scope.campaign:
        condition &= Q(campaign=scope.campaign)
    return condition
