"""Credit as the reports see it: the ledger's sums in the cells a report asks for.

Three sources, one shape: the running totals (now), the entries posted by a moment (as of),
and a division computed on the fly (what-if).
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from attribution.models import CreditEntry, CreditRule, CreditTotal, Outcome
from attribution.reports.scope import Scope
from attribution.services import what_if

Dimension = Literal["send", "channel"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum of credit. `key` is a send's or a channel's id, None for credit without one."""

    kind: str
    bucket: str
    reason: str
    key: UUID | None
    amount_minor: int
    count_micro: int


def credit_cells(scope: Scope, rule: CreditRule, *, by: Dimension, basis: str) -> list[Cell]:
    """Return a rule's credit by goal, bucket, reason and send or channel. One query.

    `basis` names the date the report's days are cut on; credit without that date (the
    unattributed under `touch`) belongs only to a report over all days.
    """
    if scope.is_what_if and rule is scope.rule:
        return _what_if_cells(scope, by=by, basis=basis)
    if scope.query.as_of is None:
        rows: QuerySet[Any] = CreditTotal.objects.filter(rule=rule)
        return _cells(rows.filter(_days(scope, basis) & only(scope)), "kind", by)
    return _cells(_entries(scope, rule, basis), "outcome__kind", by)


def foreign_cells(scope: Scope, rule: CreditRule) -> list[tuple[str, Cell]]:
    """Return the credit of outcomes whose source counts in another currency. One query."""
    ours = ["", settings.REPORTING_CURRENCY]
    if scope.is_what_if and rule is scope.rule:
        return _foreign_what_if(scope, rule, ours)
    entries = _entries(scope, rule, "outcome").exclude(outcome__source_currency__in=ours)
    sums = entries.values_list(
        "outcome__source_currency", "outcome__kind", "bucket", "reason", "channel_id"
    ).annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    return [(currency, Cell(*row)) for currency, *row in sums]


def _foreign_what_if(scope: Scope, rule: CreditRule, ours: list[str]) -> list[tuple[str, Cell]]:
    foreign = Outcome.objects.exclude(source_currency__in=ours).order_by()
    cells = []
    for currency in foreign.values_list("source_currency", flat=True).distinct():
        part = replace(scope, what_if=what_if(rule=rule, where=Q(source_currency=currency)))
        found = _what_if_cells(part, by="channel", basis="outcome")
        cells += [(currency, cell) for cell in found]
    return cells


def _entries(scope: Scope, rule: CreditRule, basis: str) -> QuerySet[CreditEntry]:
    entries = CreditEntry.objects.filter(_days(scope, basis) & only(scope), rule=rule).order_by()
    if scope.query.as_of is None:
        return entries
    return entries.filter(batch__posted_at__lte=scope.query.as_of)


def _cells(rows: QuerySet[Any], kind: str, by: Dimension) -> list[Cell]:
    sums = (
        rows.order_by()
        .values_list(kind, "bucket", "reason", f"{by}_id")
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    )
    return [Cell(*row) for row in sums if row[-1] or row[-2]]


def _what_if_cells(scope: Scope, *, by: Dimension, basis: str) -> list[Cell]:
    sums: dict[tuple[str, str, str, UUID | None], list[int]] = defaultdict(lambda: [0, 0])
    for total in scope.what_if:
        if not _belongs(total, scope, basis):
            continue
        cell = sums[total.kind, total.bucket, total.reason, getattr(total, f"{by}_id")]
        cell[0] += total.amount_minor
        cell[1] += total.count_micro
    return [Cell(*key, amount, micro) for key, (amount, micro) in sums.items()]


def _belongs(total: CreditTotal, scope: Scope, basis: str) -> bool:
    return (
        scope.query.covers(getattr(total, f"{basis}_date"))
        and (scope.channel is None or total.channel_id == scope.channel.pk)
        and (scope.campaign is None or total.campaign_id == scope.campaign.pk)
    )


def _days(scope: Scope, basis: str) -> Q:
    condition = Q()
    if scope.query.starts_on:
        condition &= Q(**{f"{basis}_date__gte": scope.query.starts_on})
    if scope.query.ends_on:
        condition &= Q(**{f"{basis}_date__lte": scope.query.ends_on})
    return condition


def only(scope: Scope) -> Q:
    """Return the condition that keeps the channel and the campaign asked for."""
    condition = Q()
    if scope.channel:
        condition &= Q(channel=scope.channel)
    if scope.campaign:
        condition &= Q(campaign=scope.campaign)
    return condition
