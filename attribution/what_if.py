"""Credit under a rule that is not active: divided on the fly, posted nowhere.

The answer has the shape of the running sums, so reports read both alike. It costs a division of
every outcome asked for, a chunk at a time; memory grows with the cells of the answer only.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from django.db.models import Q, QuerySet

from attribution.division import BUCKETS, REASONS
from attribution.entries import Entries, nothing, summed
from attribution.facts import NO_DAY, day_of, id_of
from attribution.journeys import Ints
from attribution.ledger import divided
from attribution.models import CreditRule, CreditTotal, Outcome

CHUNK = 2_000
"""Outcomes that are divided at a time."""

_KINDS = tuple(Outcome.Kind.values)
_PLACES = ("channel_id", "campaign_id", "send_id", "message_id", "link_id")
_CELL = ("outcome", "bucket", "reason", *_PLACES, "touch_date", "outcome_date")
_GRAIN = CreditTotal.Grain


def what_if(*, rule: CreditRule, where: Q | None = None) -> list[CreditTotal]:
    """Divide outcomes under a rule, saved or not, into unsaved running sums of every grain.

    `where` narrows the outcomes.

    Raises:
        InvalidRuleError: the rule's parameters mean nothing.
    """
    sums = {grain: nothing() for grain in _GRAIN}
    for outcomes in _chunks(Outcome.objects.filter(where or Q()).order_by("pk")):
        entries = _of_kinds(divided(outcomes, [rule]), outcomes)
        for grain in _GRAIN:
            sums[grain] = summed(np.concatenate((sums[grain], _cut(entries, grain))), by=_CELL)
    return [_total(rule, grain, row) for grain, rows in sums.items() for row in rows]


def _chunks(outcomes: QuerySet[Outcome]) -> Iterator[list[Outcome]]:
    found = outcomes.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield chunk


def _of_kinds(entries: Entries, outcomes: Sequence[Outcome]) -> Entries:
    """Let the kind of an outcome, as its place among all kinds, stand for the outcome."""
    kinds = np.array([_KINDS.index(outcome.kind) for outcome in outcomes], np.int64)
    entries["outcome"] = kinds[entries["outcome"]]
    return entries


def _cut(entries: Entries, grain: CreditTotal.Grain) -> Entries:
    """Return the entries with those dates only that cells of a grain tell apart, added up."""
    cut = entries.copy()
    if grain == _GRAIN.COHORT:
        cut["touch_date"], cut["outcome_date"] = map(
            _months, (cut["touch_date"], cut["outcome_date"])
        )
    if grain in {_GRAIN.ALL, _GRAIN.OUTCOME_DAY}:
        cut["touch_date"] = NO_DAY
    if grain in {_GRAIN.ALL, _GRAIN.TOUCH_DAY}:
        cut["outcome_date"] = NO_DAY
    return summed(cut, by=_CELL)


def _months(days: Ints) -> Ints:
    """Return the first day of each day's month, both counted since 1970."""
    firsts = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    return np.where(days == NO_DAY, NO_DAY, firsts.astype(np.int64))


def _total(rule: CreditRule, grain: CreditTotal.Grain, row: np.void) -> CreditTotal:
    return CreditTotal(
        rule=rule,
        grain=grain,
        kind=_KINDS[row["outcome"]],
        bucket=BUCKETS[row["bucket"]],
        reason=REASONS[row["reason"]],
        touch_date=day_of(row["touch_date"]),
        outcome_date=day_of(row["outcome_date"]),
        amount_minor=int(row["amount_minor"]),
        count_micro=int(row["count_micro"]),
        **{name: id_of(row[name]) for name in _PLACES},
    )
