"""Open pipeline influenced, and how long it takes from touch to opportunity to win.

Influence asks for any eligible touch, so it reads the credit of the rule that gives every
eligible touch a share (`linear`), whatever rule the report divides by.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import F, Min, QuerySet, Sum

from attribution.models import Bucket, CreditEntry, CreditRule, Outcome
from attribution.reports.credit import only
from attribution.reports.scope import Scope
from campaigns.models import Channel


@dataclass(slots=True)
class Influence:
    """One row's open pipeline (minor units) and durations (seconds)."""

    open_minor: int = 0
    to_opportunity: list[float] = field(default_factory=list)
    to_win: list[float] = field(default_factory=list)


def influence_by(
    dimension: Literal["send", "channel"], scope: Scope
) -> dict[UUID | None, Influence]:
    """Return every row's influence. One query; empty when no rule credits every touch.

    Open pipeline is a stock, as of the report's moment and over all days; the durations are
    those of outcomes on the report's days.
    """
    rows: dict[UUID | None, Influence] = defaultdict(Influence)
    for pair in _pairs(dimension, scope):
        row = rows[pair["key"]]
        if pair["kind"] == Outcome.Kind.WIN:
            _note_win(row, pair, scope)
        else:
            _note_opportunity(row, pair, scope)
    return dict(rows)


def _pairs(dimension: str, scope: Scope) -> QuerySet[CreditEntry, dict[str, Any]]:
    """Return (row, outcome) pairs with credit left, and what the figures need of each."""
    entries = CreditEntry.objects.filter(
        only(scope),
        rule=scope.every_touch,
        bucket=Bucket.ATTRIBUTED,
        outcome__kind__in=[Outcome.Kind.OPPORTUNITY, Outcome.Kind.WIN],
    )
    if scope.query.as_of:
        entries = entries.filter(batch__posted_at__lte=scope.query.as_of)
    return (
        entries.order_by()
        .values(
            "outcome",
            key=F(f"{dimension}_id"),
            kind=F("outcome__kind"),
            amount=F("outcome__amount_minor"),
            reached_at=F("outcome__occurred_at"),
            day=F("outcome_date"),
            state=F("outcome__deal__outcome"),
            created_at=F("outcome__deal__deal_created_at"),
            closed_at=F("outcome__deal__closed_at"),
            deleted_at=F("outcome__deal__deleted_at"),
        )
        .annotate(micro=Sum("count_micro"), touched_at=Min("touch__occurred_at"))
        .filter(micro__gt=0)
    )


def _note_opportunity(row: Influence, pair: dict[str, Any], scope: Scope) -> None:
    if _is_open(pair, scope.query.as_of):
        row.open_minor += pair["amount"]
    if scope.query.covers(pair["day"]) and pair["reached_at"]:
        row.to_opportunity.append((pair["reached_at"] - pair["touched_at"]).total_seconds())


def _note_win(row: Influence, pair: dict[str, Any], scope: Scope) -> None:
    if scope.query.covers(pair["day"]) and pair["created_at"] and pair["reached_at"]:
        row.to_win.append((pair["reached_at"] - pair["created_at"]).total_seconds())


def _is_open(pair: dict[str, Any], as_of: datetime | None) -> bool:
    """Whether a deal was open at the moment; of the past only its close date is known."""
    if as_of is None:
        return pair["state"] == "open" and pair["deleted_at"] is None
    closed_at, deleted_at = pair["closed_at"], pair["deleted_at"]
    is_gone = deleted_at is not None and deleted_at <= as_of
    is_closed = pair["state"] != "open" and closed_at is not None and closed_at <= as_of
    return not is_gone and not is_closed


def open_pipeline_influenced(channel: Channel) -> int:
    """Return the amount of open opportunities any touch of the channel took part in. One query.

    Each opportunity counts once, so for a single channel the amounts do add up.
    """
    touched = (
        CreditEntry.objects.filter(
            rule__kind=CreditRule.Kind.LINEAR,
            rule__retired_at__isnull=True,
            bucket=Bucket.ATTRIBUTED,
            channel=channel,
            outcome__kind=Outcome.Kind.OPPORTUNITY,
            outcome__deal__outcome="open",
            outcome__deal__deleted_at__isnull=True,
        )
        .order_by()
        .values("outcome")
        .annotate(micro=Sum("count_micro"))
        .filter(micro__gt=0)
        .values("outcome")
    )
    amount: int | None = Outcome.objects.filter(pk__in=touched).aggregate(
        amount=Sum("amount_minor")
    )["amount"]
    return amount or 0
