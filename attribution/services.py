"""What can be done with credit: settle what changed, rebuild, prove, lock.

Each function owns its transactions and takes `now`. Whoever writes holds the ledger first.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Q

from attribution import ledger, outcomes
from attribution.affected import affected_by
from attribution.data_quality import refresh_findings
from attribution.influence_sums import count_renamed_audiences
from attribution.models import CreditBatch, CreditRule, Outcome, Period
from attribution.rule_versions import (
    DefaultRuleError,
    NotFittableError,
    activate_rule,
    create_rule_version,
    fit_rule,
    fit_rules,
    make_default,
    proposed_fit,
    retire_rule,
    start_rule,
)
from attribution.verification import Problem, verify_ledger
from campaigns.exchange import claim_rate_changes
from crm_sync.models import Deal
from tracking.changes import claim_changes
from tracking.models import Event

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

__all__ = [
    "DefaultRuleError",
    "InvalidPeriodError",
    "NotFittableError",
    "PeriodOverlapsError",
    "Problem",
    "Rebuilt",
    "activate_rule",
    "create_rule_version",
    "fit_rule",
    "fit_rules",
    "lock_period",
    "make_default",
    "proposed_fit",
    "rebuild_credit",
    "refresh_findings",
    "retire_rule",
    "settle_changes",
    "start_rule",
    "verify_ledger",
]

_Item = TypeVar("_Item")

CHUNK = 2_000
"""Deals or goal events that one transaction of a rebuild takes; bounds its memory."""

Progress = Callable[[int, int], None]
"""Told how many facts are done, of how many."""


class InvalidPeriodError(ValueError):
    """The period ends before it starts."""


class PeriodOverlapsError(ValueError):
    """The days are already part of a locked period."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild looked at and posted."""

    outcome_count: int
    entry_count: int


def settle_changes(*, now: datetime, limit: int = 1000) -> int:
    """Bring the ledger up to date with the oldest noted changes; return how many were settled.

    The notes are claimed in the transaction that posts, so a crash settles all of them or
    none. Zero means that nothing waits. Only the facts that the notes concern are looked at.
    """
    with transaction.atomic():
        ledger.hold()
        notes = claim_changes(limit=limit)
        rates = claim_rate_changes(limit=limit)
        affected = affected_by(notes, rates)
        for chunk in _chunks(affected.deals):
            _store_and_post(outcomes.derive_from_deals(chunk), affected.cause_of, now=now)
        for chunk in _chunks(affected.events):
            _store_and_post(outcomes.derive_from_events(chunk), affected.cause_of, now=now)
        if not notes:
            count_renamed_audiences()
    return len(notes) + len(rates)


def rebuild_credit(*, now: datetime, progress: Progress | None = None) -> Rebuilt:
    """Derive every outcome from its facts again and post what the ledger lacks.

    Works through the facts in chunks, each a transaction of its own: interrupted, it has done
    what it has done, and the next run continues. Where nothing is wrong it posts nothing.
    """
    deals = Deal.objects.order_by("pk").values_list("pk", flat=True)
    was_lead = Q(pk__in=Outcome.objects.filter(event__isnull=False).values("event"))
    events = (
        Event.objects.filter(Q(goal__isnull=False) | was_lead)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    total = deals.count() + events.count()
    done = outcome_count = entry_count = 0
    for facts, derive in (
        (deals, outcomes.derive_from_deals),
        (events, outcomes.derive_from_events),
    ):
        for chunk in _chunks(facts.iterator(chunk_size=CHUNK)):
            with transaction.atomic():
                ledger.hold()
                derived = derive(chunk)
                entry_count += _store_and_post(
                    derived, lambda _: CreditBatch.Cause.REBUILD.value, now=now
                )
            outcome_count += len(derived.all)
            done += len(chunk)
            if progress:
                progress(done, total)
    return Rebuilt(outcome_count=outcome_count, entry_count=entry_count)


def lock_period(*, starts_on: date, ends_on: date, by: "User | None", now: datetime) -> Period:
    """Close a stretch of days: entries that concern it are marked as restatements from now on.

    Its figures as of `locked_at` stay what they were, because entries are only ever posted now.

    Raises:
        PeriodOverlapsError: some of the days are locked already.
        InvalidPeriodError: it would end before it starts.
    """
    if ends_on < starts_on:
        raise InvalidPeriodError(
            f"The period would end ({ends_on}) before it starts ({starts_on})."
        )
    with transaction.atomic():
        ledger.hold()
        locked = Period.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).first()
        if locked:
            raise PeriodOverlapsError(f"{locked} is locked already.")
        return Period.objects.create(
            starts_on=starts_on, ends_on=ends_on, locked_at=now, locked_by=by
        )


def _store_and_post(
    derived: outcomes.Derived, cause_of: Callable[[Outcome], str], *, now: datetime
) -> int:
    """Write the outcomes and post their credit, a batch per cause; return the entries."""
    outcomes.write(derived, now=now)
    rules = list(CreditRule.objects.active())
    is_new = {outcome.pk for outcome in derived.new}

    def cause(outcome: Outcome) -> str:
        if outcome.pk not in is_new:
            return cause_of(outcome)
        is_refund = outcome.kind == Outcome.Kind.REFUND
        return (CreditBatch.Cause.REFUND if is_refund else CreditBatch.Cause.NEW_OUTCOME).value

    posted = 0
    for name, alike in groupby(sorted(derived.all, key=cause), key=cause):
        batch = ledger.post(outcomes=list(alike), cause=name, now=now, rules=rules)
        posted += batch.entry_count if batch else 0
    return posted


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in lists of at most `CHUNK`."""
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
