"""What can be done with credit: settle what changed, rebuild, prove, lock.

Each function owns its transactions and takes `now`. Whoever writes holds the ledger first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from attribution import ledger, outcomes, posting
from attribution.affected import Affected, affected_by
from attribution.data_quality import refresh_findings
from attribution.influence_sums import count_renamed_audiences
from attribution.period_locks import InvalidPeriodError, PeriodOverlapsError, lock_period
from attribution.rebuilding import (
    RebuildEndedError,
    RebuildRunningError,
    Rebuilt,
    cancel_rebuild,
    join_rebuild,
    note_settled,
    rebuild_credit,
    rebuild_next_part,
    rebuilt_so_far,
    running_rebuild,
    start_rebuild,
    take_parts,
)
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
from tracking.changes import claim_changes

if TYPE_CHECKING:
    pass

__all__ = [
    "DefaultRuleError",
    "InvalidPeriodError",
    "NotFittableError",
    "PeriodOverlapsError",
    "Problem",
    "RebuildEndedError",
    "RebuildRunningError",
    "Rebuilt",
    "activate_rule",
    "cancel_rebuild",
    "create_rule_version",
    "fit_rule",
    "fit_rules",
    "join_rebuild",
    "lock_period",
    "make_default",
    "proposed_fit",
    "rebuild_credit",
    "rebuild_next_part",
    "rebuilt_so_far",
    "refresh_findings",
    "retire_rule",
    "running_rebuild",
    "settle_changes",
    "start_rebuild",
    "start_rule",
    "take_parts",
    "verify_ledger",
]

_Item = TypeVar("_Item")

CHUNK = 2_000
"""Deals or goal events that are settled at once; bounds memory."""


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
            _settle(outcomes.derive_from_deals(chunk), affected, now=now)
        for chunk in _chunks(affected.events):
            _settle(outcomes.derive_from_events(chunk), affected, now=now)
        note_settled(deals=affected.deals, events=affected.events)
        if not notes:
            count_renamed_audiences()
    return len(notes) + len(rates)


def _settle(derived: outcomes.Derived, affected: Affected, *, now: datetime) -> None:
    posting.post(posting.prepare(derived), cause_of=affected.cause_of, now=now)


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in lists of at most `CHUNK`."""
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
