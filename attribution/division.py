"""Outcomes × rules → who earned what, as columns that sum to each outcome's amount and count. Pure.

The same function serves the ledger, its proof, what-if questions and evidence replayed elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np

from attribution.allocation import divide
from attribution.facts import Facts
from attribution.journeys import REASONS as JOURNEY_REASONS
from attribution.journeys import Ints, Journeys, eligible_journeys
from attribution.weights import Weighting, touch_weights, weighting

COUNT_MICRO = 1_000_000
"""One outcome, in millionths."""

BUCKETS = ("attributed", "unattributed", "excluded")
"""Where an amount stands in the statement, by its code in a column."""

ATTRIBUTED, UNATTRIBUTED, EXCLUDED = range(3)

DIVISIBLE = ("", "no_amount")
"""Exclusions with which touches share in an outcome; without an amount they share its count."""

WITHDRAWN = "withdrawn"
"""The exclusion of an outcome that is none any more: it has no lines."""

REASONS = (*JOURNEY_REASONS, "no_date", "no_rate", "not_won", "too_large")
"""Why nobody earned an amount, by its code in a column: empty journeys first, then exclusions."""


class Outcome(Protocol):
    """What division asks of an outcome."""

    @property
    def amount_minor(self) -> int: ...
    @property
    def exclusion(self) -> str: ...


class Rule(Protocol):
    """What division asks of a rule, saved or not."""

    @property
    def kind(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, object]: ...
    @property
    def lookback_days(self) -> int | None: ...
    @property
    def contact_mode(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per amount (minor units, reporting currency) and count (millionths).

    `outcome` and `rule` are places among those given, `touch` among the facts' touches (-1:
    nobody), `bucket` in `BUCKETS`, `reason` in `REASONS`.
    """

    outcome: Ints
    rule: Ints
    bucket: Ints
    reason: Ints
    touch: Ints
    amount_minor: Ints
    count_micro: Ints

    def __len__(self) -> int:
        return len(self.outcome)


@dataclass(frozen=True, slots=True)
class _Rule:
    row: int
    weighting: Weighting
    lookback_days: int | None
    contact_mode: str

    @property
    def journey_key(self) -> tuple[int, str, bool]:
        lookback = -1 if self.lookback_days is None else self.lookback_days
        return lookback, self.contact_mode, self.weighting.keeps_direct


_Part = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]


def lines(*, outcomes: Sequence[Outcome], rules: Sequence[Rule], facts: Facts) -> Lines:
    """Divide outcomes under rules, by the facts gathered for these very outcomes.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing.
    """
    ready = [
        _Rule(
            row=row,
            weighting=weighting(kind=rule.kind, parameters=rule.parameters),
            lookback_days=rule.lookback_days,
            contact_mode=rule.contact_mode,
        )
        for row, rule in enumerate(rules)
    ]
    amounts = np.fromiter((outcome.amount_minor for outcome in outcomes), np.int64)
    excluded = _excluded_rows(outcomes)
    parts = [_excluded(rule, excluded, amounts) for rule in ready]
    is_divided = np.array([outcome.exclusion in DIVISIBLE for outcome in outcomes], bool)
    for _, alike in groupby(
        sorted(ready, key=lambda rule: rule.journey_key), key=lambda rule: rule.journey_key
    ):
        parts += _divided(list(alike), facts, amounts, is_divided)
    return _joined(parts)


def _joined(parts: list[_Part]) -> Lines:
    if not parts:
        return Lines(*(np.zeros(0, np.int64) for _ in range(7)))
    return Lines(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _excluded_rows(outcomes: Sequence[Outcome]) -> tuple[Ints, Ints]:
    """Return the outcomes that are excluded as a whole, with the code of the reason."""
    found = [
        (row, REASONS.index(outcome.exclusion))
        for row, outcome in enumerate(outcomes)
        if outcome.exclusion not in {*DIVISIBLE, WITHDRAWN}
    ]
    columns = np.array(found, np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _excluded(rule: _Rule, excluded: tuple[Ints, Ints], amounts: Ints) -> _Part:
    rows, reasons = excluded
    return _unearned(rule, EXCLUDED, rows, reasons, amounts)


def _unearned(rule: _Rule, bucket: int, rows: Ints, reasons: Ints, amounts: Ints) -> _Part:
    """Keep whole outcomes together that nobody earned."""
    same = np.full(len(rows), 1)
    return (
        rows, same * rule.row, same * bucket, reasons, -same, amounts[rows], same * COUNT_MICRO
    )  # fmt: skip


def _divided(rules: list[_Rule], facts: Facts, amounts: Ints, is_divided: Ints) -> list[_Part]:
    """Divide under rules that see the same journeys."""
    mode = rules[0].contact_mode
    journeys = eligible_journeys(
        touches=facts.touches,
        outcomes=facts.outcomes[mode],
        members=facts.members[mode],
        lookback_days=rules[0].lookback_days,
        keeps_direct=rules[0].weighting.keeps_direct,
    )
    empty = np.flatnonzero((journeys.reasons > 0) & is_divided)
    reasons = journeys.reasons[empty]
    parts = []
    for rule in rules:
        parts.append(_attributed(rule, facts, journeys, amounts))
        parts.append(_unearned(rule, UNATTRIBUTED, empty, reasons, amounts))
    return parts


def _attributed(rule: _Rule, facts: Facts, journeys: Journeys, amounts: Ints) -> _Part:
    weights = touch_weights(
        weighting=rule.weighting,
        journeys=journeys,
        touches=facts.touches,
        outcomes=facts.outcomes[rule.contact_mode],
    )
    money = divide(amounts=amounts, start=journeys.start, weights=weights)
    whole = np.full(len(amounts), COUNT_MICRO)
    counts = divide(amounts=whole, start=journeys.start, weights=weights)
    earns = np.flatnonzero((money != 0) | (counts != 0))
    same = np.full(len(earns), 1)
    return (
        journeys.outcome[earns], same * rule.row, same * ATTRIBUTED, same * 0,
        journeys.touch[earns], money[earns], counts[earns],
    )  # fmt: skip
