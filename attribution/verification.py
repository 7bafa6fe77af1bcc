"""The proof of the ledger: everything recomputed from the facts and compared. Only reads.

Facts whose changes still wait to be settled are left out; whoever settles them accounts for
them. Everything is read from one snapshot, so that work going on meanwhile looks like no error.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q, QuerySet

from attribution import ledger, outcomes
from attribution.affected import Affected, all_waiting
from attribution.binary_copy import UnexpectedWidthError
from attribution.chain import digest, records_hash
from attribution.division import BUCKETS, COUNT_MICRO, WITHDRAWN
from attribution.entries import Entries, differences
from attribution.entry_records import Records, posted_records
from attribution.influence_sums import influence_differences
from attribution.models import CreditBatch, CreditRule, Outcome
from attribution.references import lost_references
from attribution.running_sums import total_differences
from attribution.snapshots import snapshot
from crm_sync.models import Deal
from tracking.models import Event

Progress = Callable[[int, int], None]
"""Told how many facts are done, of how many."""

_CHUNK = 2_000
_ENTRIES = 50_000
"""Entries of small batches that are read at once."""

_WRONGLY_MARKED = """
    SELECT b.number, count(*)
    FROM attribution_creditentry e JOIN attribution_creditbatch b ON b.id = e.batch_id
    LEFT JOIN attribution_period p
           ON e.outcome_date BETWEEN p.starts_on AND p.ends_on AND p.locked_at < b.posted_at
    WHERE e.is_restatement <> (p.id IS NOT NULL)
    GROUP BY b.number ORDER BY b.number
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in which the ledger differs from what the facts say."""

    code: str
    message: str
    outcome_id: UUID | None = None


def verify_ledger(*, progress: Progress | None = None) -> list[Problem]:
    """Return everything that is wrong with the ledger; nothing, if all is as it must be.

    Checked: outcomes against deals and events, credit against a fresh division, each outcome's
    parts against its amount and count, running sums against entries, the hash chain, the marks
    of restatements, and that all is there that entries name. Memory is bounded by chunks.
    """
    with snapshot():
        waiting = all_waiting()
        problems: list[Problem] = []
        total, done = Deal.objects.count() + _goal_events().count(), 0
        for number, derived in _derived(waiting):
            problems += _outcome_problems(derived)
            problems += _credit_problems(derived.all)
            done += number
            if progress:
                progress(done, total)
        problems += _retired_problems()
        problems += _total_problems()
        problems += _influence_problems(waiting)
        problems += _chain_problems()
        problems += _restatement_problems()
        problems += _reference_problems()
    return problems


def _derived(waiting: Affected) -> Iterator[tuple[int, outcomes.Derived]]:
    """Yield the outcomes of all settled facts, in chunks, with the number of facts."""
    deals = Deal.objects.exclude(pk__in=waiting.deals).order_by("pk")
    events = _goal_events().exclude(pk__in=waiting.events).order_by("pk")
    for chunk in _chunks(deals.values_list("pk", flat=True)):
        yield len(chunk), outcomes.derive_from_deals(chunk)
    for chunk in _chunks(events.values_list("pk", flat=True)):
        yield len(chunk), outcomes.derive_from_events(chunk)


def _goal_events() -> QuerySet[Event]:
    """Return events that are, or once were, a goal."""
    was_lead = Q(pk__in=Outcome.objects.filter(event__isnull=False).values("event"))
    return Event.objects.filter(Q(goal__isnull=False) | was_lead)


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    source = iter(ids)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk


def _outcome_problems(derived: outcomes.Derived) -> Iterator[Problem]:
    for outcome in derived.new:
        yield Problem("outcome_missing", f"{_name(outcome)} is not in the books.")
    for outcome in derived.changed:
        yield Problem("outcome_outdated", f"{_name(outcome)} differs from its source.", outcome.pk)


def _credit_problems(found: list[Outcome]) -> Iterator[Problem]:
    """Compare what the ledger holds with a fresh division, and with what it must sum to."""
    rules = list(CreditRule.objects.active())
    try:
        held = ledger.held(found, rules)
    except UnexpectedWidthError:
        message = "An entry has a bucket or a reason that does not exist."
        yield Problem("entry_unreadable", message)
        return
    yield from _sum_problems(held, found, rules)
    for entry in differences(wanted=ledger.divided(found, rules), held=held):
        outcome, rule = found[entry["outcome"]], rules[entry["rule"]]
        message = (
            f"{_name(outcome)} under {rule.name}: {BUCKETS[entry['bucket']]} differs by "
            f"{entry['amount_minor']} minor units and {entry['count_micro']} millionths."
        )
        yield Problem("credit_differs", message, outcome.pk)


def _sum_problems(
    held: Entries, found: list[Outcome], rules: list[CreditRule]
) -> Iterator[Problem]:
    """Check that each outcome's parts sum to its amount and count under each rule."""
    cells = (len(found), len(rules))
    must_amount = np.array([outcome.amount_minor for outcome in found], np.int64)[:, None]
    must_count = np.array([_count_of(outcome) for outcome in found], np.int64)[:, None]
    amount, count = (np.zeros(cells, np.int64) for _ in range(2))
    places = (held["outcome"], held["rule"])
    np.add.at(amount, places, held["amount_minor"])
    np.add.at(count, places, held["count_micro"])
    for row, rule in np.argwhere((amount != must_amount) | (count != must_count)).tolist():
        message = f"The parts of {_name(found[row])} do not sum up under {rules[rule].name}."
        yield Problem("sum_differs", message, found[row].pk)


def _count_of(outcome: Outcome) -> int:
    return 0 if outcome.exclusion == WITHDRAWN else COUNT_MICRO


def _retired_problems() -> Iterator[Problem]:
    """A retired rule holds nothing."""
    for rule in CreditRule.objects.filter(
        retired_at__isnull=False, totals__isnull=False
    ).distinct():
        yield Problem("retired_rule_holds", f"{rule} is retired and still holds credit.")


def _total_problems() -> Iterator[Problem]:
    for message in total_differences():
        yield Problem("total_differs", message)


def _influence_problems(waiting: Affected) -> Iterator[Problem]:
    for message in influence_differences(waiting=waiting.deals):
        yield Problem("influence_differs", message)


def _chain_problems() -> Iterator[Problem]:
    """Recompute every hash and follow the numbers."""
    previous, number = "", 0
    for batch, records in _batches():
        number += 1
        if batch.number != number or batch.previous_hash != previous:
            yield Problem("chain_broken", f"Batch {batch.number} does not follow the one before.")
        if len(records) != batch.entry_count:
            yield Problem("entries_missing", f"Batch {batch.number} has not all of its entries.")
        if digest(batch, records_hash(records)) != batch.hash:
            yield Problem("hash_differs", f"Batch {batch.number} is not as it was posted.")
        previous, number = batch.hash, batch.number


def _batches() -> Iterator[tuple[CreditBatch, Records]]:
    """Yield every batch in order with its records, read in groups of bounded size."""
    group: list[CreditBatch] = []
    entries = 0
    for batch in CreditBatch.objects.order_by("number").iterator():
        if entries + batch.entry_count > _ENTRIES and group:
            yield from zip(group, posted_records([one.pk for one in group]), strict=True)
            group, entries = [], 0
        group.append(batch)
        entries += batch.entry_count
    yield from zip(group, posted_records([one.pk for one in group]), strict=True)


def _restatement_problems() -> Iterator[Problem]:
    """An entry is marked exactly if its day was locked before it was posted."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONGLY_MARKED)
        for number, count in cursor.fetchall():
            message = f"Batch {number} has {count:,} entries marked wrongly as restating or not."
            yield Problem("restatement_differs", message)


def _reference_problems() -> Iterator[Problem]:
    for column, count in lost_references().items():
        named = column.removesuffix("_id")
        message = f"{count:,} entries name a {named} that is not there."
        yield Problem("reference_missing", message)


def _name(outcome: Outcome) -> str:
    return f"The {outcome.get_kind_display().lower()} of “{outcome.deal or outcome.event}”"
