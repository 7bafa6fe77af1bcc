"""Outcomes as derived from the facts → entries: computed at leisure, posted under the lock."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from attribution import ledger, outcomes
from attribution.entries import Entries
from attribution.influence_sums import count_influence
from attribution.models import CreditBatch, CreditRule, Outcome


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be written, as the facts, rules and the ledger were when it was computed."""

    derived: outcomes.Derived
    rules: list[CreditRule]
    entries: Entries


def prepare(derived: outcomes.Derived) -> Prepared:
    """Divide derived outcomes under all active rules and compare with the ledger. Only reads."""
    rules = list(CreditRule.objects.active())
    return Prepared(derived, rules, ledger.due(derived.all, rules))


def post(prepared: Prepared, *, cause_of: Callable[[Outcome], str], now: datetime) -> Counter[str]:
    """Write the outcomes and post their credit, a batch per cause; return entries by cause.

    Call under `ledger.hold`, and only while what was prepared still holds.
    """
    outcomes.write(prepared.derived, now=now)
    looked_at = prepared.derived.all
    is_new = {outcome.pk for outcome in prepared.derived.new}
    causes = np.array(
        [_first_cause(one) if one.pk in is_new else cause_of(one) for one in looked_at], object
    )
    posted: Counter[str] = Counter()
    for cause in sorted(set(causes.tolist())):
        entries = prepared.entries[causes[prepared.entries["outcome"]] == cause]
        batch = ledger.append(
            entries, outcomes=looked_at, rules=prepared.rules, cause=cause, now=now
        )
        if batch:
            posted[cause] = batch.entry_count
    count_influence(looked_at, under=prepared.rules)
    return posted


def _first_cause(outcome: Outcome) -> str:
    is_refund = outcome.kind == Outcome.Kind.REFUND
    return (CreditBatch.Cause.REFUND if is_refund else CreditBatch.Cause.NEW_OUTCOME).value
