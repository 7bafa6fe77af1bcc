"""Outcomes × rules → who earned what, as lines that sum to each outcome's amount and count.

The same function serves the ledger, its proof and what-if questions; it only reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from attribution.allocation import divide
from attribution.journeys import REASONS, Ints, Journeys, eligible_journeys
from attribution.models import Bucket, CreditRule, Outcome
from attribution.touches import NOWHERE, Facts, Place, gather
from attribution.weights import Weighting, touch_weights, weighting

COUNT_MICRO = 1_000_000
"""One outcome, in millionths."""

DIVISIBLE = (Outcome.Exclusion.NONE, Outcome.Exclusion.NO_AMOUNT)
"""Outcomes that touches share in; one without an amount shares its count alone."""


class Cell(NamedTuple):
    """One place in the ledger at which amounts add up. Ids and days as text."""

    outcome_id: str
    rule_id: str
    bucket: str
    reason: str
    outcome_date: str | None
    place: Place


class Line(NamedTuple):
    """An amount, in minor units of the reporting currency, and a count in one cell."""

    cell: Cell
    amount_minor: int
    count_micro: int


_ATTRIBUTED, _UNATTRIBUTED, _EXCLUDED = (
    Bucket.ATTRIBUTED.value,
    Bucket.UNATTRIBUTED.value,
    Bucket.EXCLUDED.value,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    weighting: Weighting
    lookback_days: int | None
    contact_mode: str

    @property
    def journey_key(self) -> tuple[int, str, bool]:
        lookback = -1 if self.lookback_days is None else self.lookback_days
        return lookback, self.contact_mode, self.weighting.keeps_direct


def lines(*, outcomes: Sequence[Outcome], rules: Sequence[CreditRule]) -> Iterator[Line]:
    """Divide outcomes under rules, saved or not. A withdrawn outcome has no lines.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing.
    """
    ready = [
        _Rule(
            id=str(rule.pk),
            weighting=weighting(kind=rule.kind, parameters=rule.parameters),
            lookback_days=rule.lookback_days,
            contact_mode=rule.contact_mode,
        )
        for rule in rules
    ]
    for outcome in outcomes:
        if outcome.exclusion not in {*DIVISIBLE, Outcome.Exclusion.WITHDRAWN}:
            yield from _excluded(outcome, ready)
    divisible = [outcome for outcome in outcomes if outcome.exclusion in DIVISIBLE]
    if divisible and ready:
        yield from _divided(divisible, ready)


def local_date(outcome: Outcome) -> str | None:
    """Return the outcome's day in the organisation's time zone, as text."""
    if outcome.occurred_at is None:
        return None
    return timezone.localdate(outcome.occurred_at, timezone.get_default_timezone()).isoformat()


def _excluded(outcome: Outcome, rules: list[_Rule]) -> Iterator[Line]:
    day = local_date(outcome)
    for rule in rules:
        cell = Cell(str(outcome.pk), rule.id, _EXCLUDED, outcome.exclusion, day, NOWHERE)
        yield Line(cell, outcome.amount_minor, COUNT_MICRO)


def _divided(outcomes: list[Outcome], rules: list[_Rule]) -> Iterator[Line]:
    facts = gather(outcomes, {rule.contact_mode for rule in rules})
    keys = [(str(outcome.pk), local_date(outcome)) for outcome in outcomes]
    amounts = np.array([outcome.amount_minor for outcome in outcomes], np.int64)
    by_journey = sorted(rules, key=lambda rule: rule.journey_key)
    for _, alike in groupby(by_journey, key=lambda rule: rule.journey_key):
        group = list(alike)
        journeys = eligible_journeys(
            touches=facts.touches,
            outcomes=facts.outcomes[group[0].contact_mode],
            members=facts.members[group[0].contact_mode],
            lookback_days=group[0].lookback_days,
            keeps_direct=group[0].weighting.keeps_direct,
        )
        for rule in group:
            yield from _attributed(rule, facts, journeys, keys, amounts)
            yield from _unattributed(rule, journeys, keys, amounts)


def _attributed(
    rule: _Rule,
    facts: Facts,
    journeys: Journeys,
    keys: list[tuple[str, str | None]],
    amounts: Ints,
) -> Iterator[Line]:
    weights = touch_weights(
        weighting=rule.weighting,
        journeys=journeys,
        touches=facts.touches,
        outcomes=facts.outcomes[rule.contact_mode],
    )
    money = divide(amounts=amounts, start=journeys.start, weights=weights)
    counts = divide(
        amounts=np.full(len(amounts), COUNT_MICRO), start=journeys.start, weights=weights
    )
    earns = np.flatnonzero((money != 0) | (counts != 0))
    columns = (journeys.outcome, journeys.touch, money, counts)
    for row, touch, amount, count in zip(*(c[earns].tolist() for c in columns), strict=True):
        outcome_id, day = keys[row]
        cell = Cell(outcome_id, rule.id, _ATTRIBUTED, "", day, facts.places[touch])
        yield Line(cell, amount, count)


def _unattributed(
    rule: _Rule,
    journeys: Journeys,
    keys: list[tuple[str, str | None]],
    amounts: Ints,
) -> Iterator[Line]:
    empty = np.flatnonzero(journeys.reasons)
    columns = (empty, journeys.reasons[empty], amounts[empty])
    for row, reason, amount in zip(*(column.tolist() for column in columns), strict=True):
        outcome_id, day = keys[row]
        cell = Cell(outcome_id, rule.id, _UNATTRIBUTED, REASONS[reason], day, NOWHERE)
        yield Line(cell, amount, COUNT_MICRO)
