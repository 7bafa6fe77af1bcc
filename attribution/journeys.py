"""Touches → the eligible journey of each outcome. Pure; many outcomes at once.

Columns in, columns out: a touch or an outcome is a row number, a moment is microseconds since
1970 in UTC. A touch is eligible iff `0 <= outcome - touch <= window`, both ends included. A
touch after the outcome counts as not there at all.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_TIME = np.iinfo(np.int64).min
"""Stands for a moment that does not exist, such as the lead creation of a deal without a lead."""

DAY = 86_400_000_000
"""Microseconds of a lookback day: always 24 hours, whatever the clocks do."""

REASONS = ("", "no_contacts", "no_touches", "outside_lookback", "only_excluded_touches")
"""Why a journey is empty, by the code in `Journeys.reasons`; 0: it is not empty."""

_NO_CONTACTS, _NO_TOUCHES, _OUTSIDE, _ONLY_EXCLUDED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Touches:
    """One row per touch, in any order. Equal `click` (not -1) means one and the same touch.

    `channel` and `campaign` are places in `channel_ids` and `campaign_ids`; -1: no campaign.
    """

    person: Ints
    time: Ints
    grade: Ints
    priority: Ints
    id_high: NDArray[np.uint64]
    id_low: NDArray[np.uint64]
    click: Ints
    kind: Ints
    is_excluded: Flags
    is_direct: Flags
    channel: Ints
    campaign: Ints
    channel_ids: tuple[str, ...]
    campaign_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One row per outcome; `lead_time` and `opportunity_time` may be `NO_TIME`."""

    time: Ints
    lead_time: Ints
    opportunity_time: Ints


@dataclass(frozen=True, slots=True)
class Members:
    """Which people stand behind which outcome: pairs of row numbers, in any order."""

    outcome: Ints
    person: Ints


@dataclass(frozen=True)
class Journeys:
    """The journey of outcome `i` is `touch[start[i]:start[i + 1]]`, earliest first."""

    start: Ints
    touch: Ints
    reasons: Ints

    @cached_property
    def lengths(self) -> Ints:
        """How many touches each journey has."""
        return np.diff(self.start)

    @cached_property
    def outcome(self) -> Ints:
        """The outcome of each touch of the journeys."""
        return np.repeat(np.arange(len(self.reasons)), self.lengths)

    def counts(self, is_counted: Flags) -> Ints:
        """Return of how many touches of each journey something is true."""
        counts = np.zeros(len(self.reasons), np.int64)
        filled = self.lengths > 0
        if filled.any():
            starts = self.start[:-1][filled]
            counts[filled] = np.add.reduceat(is_counted, starts, dtype=np.int64)
        return counts


def eligible_journeys(
    *,
    touches: Touches,
    outcomes: Outcomes,
    members: Members,
    lookback_days: int | None,
    keeps_direct: bool = False,
) -> Journeys:
    """Return every outcome's journey, or the reason why it is empty.

    `lookback_days` None means lifetime. Direct touches stay only where all are direct, or
    where `keeps_direct` says so.
    """
    count = len(outcomes.time)
    outcome, touch = _candidates(touches, members)
    age = outcomes.time[outcome] - touches.time[touch]
    is_one = (age >= 0) & ~_is_repeat(touches, outcome, touch)
    outcome, touch, age = (column[is_one] for column in (outcome, touch, age))
    is_inside = np.ones(len(age), bool) if lookback_days is None else age <= lookback_days * DAY
    is_eligible = is_inside & ~touches.is_excluded[touch]
    reasons = np.full(count, _NO_CONTACTS)
    reasons[members.outcome] = _NO_TOUCHES
    reasons[outcome] = _OUTSIDE
    reasons[outcome[is_inside]] = _ONLY_EXCLUDED
    reasons[outcome[is_eligible]] = 0
    outcome, touch = outcome[is_eligible], touch[is_eligible]
    if not keeps_direct:
        is_kept = _keeps_credit(touches.is_direct[touch], outcome, count)
        outcome, touch = outcome[is_kept], touch[is_kept]
    start = np.concatenate(([0], np.cumsum(np.bincount(outcome, minlength=count))))
    return Journeys(start=start.astype(np.int64), touch=touch, reasons=reasons)


def total_order(touches: Touches) -> Ints:
    """Return the row numbers by (occurred_at, evidence grade, source priority, id).

    Times seldom tie, so only tied rows are compared by the rest.
    """
    order = np.argsort(touches.time)
    time = touches.time[order]
    ties = np.flatnonzero(time[1:] == time[:-1])
    if not len(ties):
        return order
    places = np.flatnonzero(np.bincount(np.concatenate((ties, ties + 1))))
    rows = order[places]
    keys = (touches.id_low, touches.id_high, touches.priority, touches.grade, touches.time)
    order[places] = rows[np.lexsort([key[rows] for key in keys])]
    return order


def last_at_or_before(*, journeys: Journeys, times: Ints, moment: Ints) -> Ints:
    """Return per outcome the place in `journeys.touch` of its last touch by a moment, or -1.

    `times` are those of the journeys' touches, in their order.
    """
    before = journeys.counts(times <= np.repeat(moment, journeys.lengths))
    return np.where(before > 0, journeys.start[:-1] + before - 1, -1)


def _candidates(touches: Touches, members: Members) -> tuple[Ints, Ints]:
    """Pair outcomes with all touches of their people: by outcome, in total order, no doubles.

    Two whole numbers that matter in turn are sorted as one: several times faster than by keys.
    """
    order = total_order(touches)
    size = max(len(order), 1)
    by_person = np.sort(touches.person[order] * size + np.arange(len(order)))
    first = np.searchsorted(by_person, members.person * size)
    counts = np.searchsorted(by_person, (members.person + 1) * size) - first
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rank = by_person[np.repeat(first, counts) + steps] % size
    pairs = np.sort(np.repeat(members.outcome, counts) * size + rank)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    outcome = pairs // size
    return outcome, order[pairs - outcome * size]


def _is_repeat(touches: Touches, outcome: Ints, touch: Ints) -> Flags:
    """Say which candidates are one and the same touch as an earlier one: a click seen again.

    What is excluded neither repeats a touch nor is repeated.
    """
    is_repeat = np.zeros(len(touch), bool)
    clicks = touches.click[touches.click >= 0]
    if not (np.diff(np.sort(clicks)) == 0).any():
        return is_repeat
    places = np.flatnonzero(~touches.is_excluded[touch] & (touches.click[touch] >= 0))
    click, whose = touches.click[touch[places]], outcome[places]
    order = np.lexsort((places, click, whose))
    again = (np.diff(click[order]) == 0) & (np.diff(whose[order]) == 0)
    is_repeat[places[order[1:]][again]] = True
    return is_repeat


def _keeps_credit(is_direct: Flags, outcome: Ints, outcome_count: int) -> Flags:
    """Say which touches stay when direct ones earn only among themselves."""
    others = np.bincount(outcome[~is_direct], minlength=outcome_count)
    stays: Flags = ~is_direct | (others[outcome] == 0)
    return stays
