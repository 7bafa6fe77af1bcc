"""Closing days: the figures of a locked period as of its lock never move.

Entries are only ever posted now. One that concerns a locked day is marked as a restatement, so
that the period's figures are: as locked + restated since = now. There is no unlocking: what
somebody has reported stays what it was, and what changed afterwards stays visible.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from attribution import ledger
from attribution.models import CreditBatch, CreditEntry, CreditRule, Period
from attribution.reports.credit import credit_of_days

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


class InvalidPeriodError(ValueError):
    """The period ends before it starts, or lies ahead."""


class PeriodOverlapsError(ValueError):
    """The days are already part of a locked period."""


@dataclass(frozen=True, slots=True)
class PeriodFigure:
    """A goal's and bucket's sums over a period: minor units and millionths of an outcome."""

    kind: str
    bucket: str
    amount_minor: int
    count_micro: int
    restated_minor: int = 0
    restated_micro: int = 0

    @property
    def locked_minor(self) -> int:
        """Return the amount as of the lock."""
        return self.amount_minor - self.restated_minor

    @property
    def locked_micro(self) -> int:
        """Return the count as of the lock."""
        return self.count_micro - self.restated_micro


def check_period(*, starts_on: date, ends_on: date, today: date) -> None:
    """Make sure that these days can be locked.

    Raises:
        InvalidPeriodError: it would end before it starts, or lies ahead.
        PeriodOverlapsError: some of the days are locked already.
    """
    if ends_on < starts_on:
        raise InvalidPeriodError(
            f"The period would end ({ends_on}) before it starts ({starts_on})."
        )
    if ends_on > today:
        raise InvalidPeriodError(f"The last day ({ends_on}) lies ahead; lock days up to today.")
    locked = Period.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if locked:
        raise PeriodOverlapsError(f"{locked} is locked already.")


def lock_period(*, starts_on: date, ends_on: date, by: "User | None", now: datetime) -> Period:
    """Close a stretch of days for good: entries that concern it are restatements from now on.

    Raises:
        InvalidPeriodError: it would end before it starts, or lies ahead.
        PeriodOverlapsError: some of the days are locked already.
    """
    with transaction.atomic():
        ledger.hold()
        today = timezone.localdate(now, timezone.get_default_timezone())
        check_period(starts_on=starts_on, ends_on=ends_on, today=today)
        latest = CreditBatch.objects.order_by("-number").first()
        locked_at = max(now, latest.posted_at) if latest else now
        return Period.objects.create(
            starts_on=starts_on, ends_on=ends_on, locked_at=locked_at, locked_by=by
        )


def figures(*, starts_on: date, ends_on: date, rule: CreditRule) -> list[PeriodFigure]:
    """Return the sums of a period, locked or not, by goal and bucket. Two queries."""
    restated = {
        (kind, bucket): (amount, count)
        for kind, bucket, amount, count in restatements(starts_on=starts_on, ends_on=ends_on)
        .filter(rule=rule)
        .order_by()
        .values_list("outcome__kind", "bucket")
        .annotate(Sum("amount_minor"), Sum("count_micro"))
    }
    now = {
        (kind, bucket): (amount, count)
        for kind, bucket, amount, count in credit_of_days(rule, starts_on, ends_on)
    }
    return [
        PeriodFigure(*key, *now.get(key, (0, 0)), *restated.get(key, (0, 0)))
        for key in sorted({*now, *restated})
    ]


def restatements(*, starts_on: date, ends_on: date) -> QuerySet[CreditEntry]:
    """Return the entries that concern these days and were posted after they were locked."""
    return CreditEntry.objects.filter(is_restatement=True, outcome_date__range=(starts_on, ends_on))


def with_restatements(periods: QuerySet[Period]) -> QuerySet[Period]:
    """Add `restated_count`, the number of entries that restate each period."""
    entries = CreditEntry.objects.filter(
        is_restatement=True, outcome_date__range=(OuterRef("starts_on"), OuterRef("ends_on"))
    )
    counts = entries.order_by().values("is_restatement").annotate(number=Count("pk"))
    return periods.annotate(restated_count=Coalesce(Subquery(counts.values("number")), 0))
