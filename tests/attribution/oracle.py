"""The definitions of `attribution-rules.md` written a second time: slow, obvious, in exact fractions.

Nothing here is shared with the engine besides the shape of a touch. The engine must give the same
whole minor units.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from tests.attribution.columns import SimpleTouch

DAY = 86_400_000_000
"""Microseconds."""

SHIPPED: dict[str, dict[str, str]] = {
    "first": {"first": "100"},
    "last": {"last": "100"},
    "last_non_direct": {"last": "100"},
    "linear": {"rest": "100"},
    "position": {"first": "40", "last": "40", "rest": "20"},
    "u_lead": {"first": "40", "lead": "40", "rest": "20"},
    "u_even": {"first": "50", "lead": "50"},
    "w": {"first": "30", "lead": "30", "opportunity": "30", "rest": "10"},
    "full_path": {
        "first": "22.5",
        "lead": "22.5",
        "opportunity": "22.5",
        "last": "22.5",
        "rest": "10",
    },
    "j_shaped": {"first": "20", "last": "60", "rest": "20"},
    "inverse_j": {"first": "60", "last": "20", "rest": "20"},
}
KINDS = ("tap", "visit")


def eligible(  # noqa: C901  (one step after the other, as they are written)
    touches: Iterable[SimpleTouch],
    people: set[int],
    *,
    at: int,
    lookback_days: int | None,
    keeps_direct: bool,
) -> tuple[list[SimpleTouch], str]:
    """Return an outcome's journey, earliest first, and why it is empty."""
    if not people:
        return [], "no_contacts"
    behind = (touch for touch in touches if touch.person in people and touch.time <= at)
    known = sorted(behind, key=lambda touch: (touch.time, touch.grade, touch.priority, touch.id))
    if not known:
        return [], "no_touches"
    seen: set[int] = set()
    single = []
    for touch in known:
        if touch.click >= 0 and not touch.is_excluded:
            if touch.click in seen:
                continue
            seen.add(touch.click)
        single.append(touch)
    inside = [
        touch for touch in single if lookback_days is None or at - touch.time <= lookback_days * DAY
    ]
    if not inside:
        return [], "outside_lookback"
    journey = [touch for touch in inside if not touch.is_excluded]
    if not journey:
        return [], "only_excluded_touches"
    if not keeps_direct and not all(touch.is_direct for touch in journey):
        journey = [touch for touch in journey if not touch.is_direct]
    return journey, ""


def without_repeats(known: Iterable[SimpleTouch]) -> list[SimpleTouch]:
    """Keep one touch per click, the earliest; what is excluded neither repeats nor is repeated."""
    seen: set[int] = set()
    single = []
    for touch in known:
        if touch.click >= 0 and not touch.is_excluded:
            if touch.click in seen:
                continue
            seen.add(touch.click)
        single.append(touch)
    return single


def parts_of(
    amount: int,
    journey: Sequence[SimpleTouch],
    *,
    kind: str,
    parameters: Mapping[str, Any],
    at: int,
    lead_at: int | None,
    opportunity_at: int | None,
) -> list[int]:
    """Divide an amount over an ordered journey under a rule."""
    moments = {"first": None, "lead": lead_at, "opportunity": opportunity_at, "last": at}
    if kind == "time_decay":
        weights = decayed([touch.time for touch in journey], parameters.get("half_life_days", 30))
    elif kind in {"linear_paid", "markov", "shapley"}:
        weights = [_place_weight(kind, parameters, touch) for touch in journey]
    else:
        given = parameters if kind == "custom" else SHIPPED[kind]
        parts = {
            name: Fraction(str(given.get(name, 0)))
            for name in ("first", "lead", "opportunity", "last", "rest")
        }
        times = [touch.time for touch in journey]
        rest = parts.pop("rest")
        factors = parameters.get("kinds", {})
        weights = [
            weight * Fraction(str(factors.get(KINDS[touch.kind], 1)))
            for weight, touch in zip(
                anchored(times, anchors=parts, rest=rest, moments=moments), journey, strict=True
            )
        ]
    if not any(weights):
        weights = [Fraction(1)] * len(weights)
    return divide_exactly(amount, weights)


def anchored(
    times: Sequence[int],
    *,
    anchors: Mapping[str, Fraction],
    rest: Fraction,
    moments: Mapping[str, int | None],
) -> list[Fraction]:
    """Weigh one ordered journey by the six steps, as they are written."""
    resolved: dict[str, int] = {}
    for name, weight in anchors.items():
        if not weight:
            continue
        if name == "first":
            resolved[name] = 0
            continue
        moment = moments[name]
        before = [i for i, time in enumerate(times) if moment is not None and time <= moment]
        if before:
            resolved[name] = before[-1]
    held = dict.fromkeys(resolved.values(), Fraction(0))
    for name, place in resolved.items():
        held[place] += anchors[name]
    between = [i for i in range(len(times)) if i not in held]
    return [held.get(i, rest / len(between) if between else Fraction(0)) for i in range(len(times))]


def decayed(times: Sequence[int], half_life_days: object) -> list[Fraction]:
    """Weigh by `2^(-age / half_life)` to fifty digits, then round to the engine's precision.

    The precision is 52 bits for the newest touch, fewer for journeys of 128 touches and more.
    """
    bits = min(52, 59 - len(times).bit_length())
    with localcontext() as context:
        context.prec = 50
        half_life = Decimal(str(half_life_days)) * DAY
        exact = [Decimal(2) ** (Decimal(time - times[-1]) / half_life) for time in times]
        return [Fraction(round(weight * 2**bits)) for weight in exact]


def divide_exactly(amount: int, weights: Sequence[Fraction]) -> list[int]:
    """Divide by largest remainder with ties to the earlier part, in exact fractions."""
    sign = -1 if amount < 0 else 1
    total = sum(weights, Fraction(0))
    exact = [abs(amount) * weight / total for weight in weights]
    parts = [floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: abs(amount) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def chance_of_conversion(
    rows: Sequence[tuple[str, int, int]], *, order: int = 1, without: Iterable[str] = ()
) -> Fraction:
    """Return P(conversion) of the chain behind journeys, written as letters, in exact fractions.

    Whoever would touch a letter of `without` is lost. Solved by elimination.
    """
    steps: dict[str, dict[str, int]] = {}
    for path, converted, nulls in rows:
        windows = [path[i : i + order] for i in range(max(len(path) - order + 1, 1))]
        tour = ["", *windows]
        for here, there in pairwise(tour):
            row = steps.setdefault(here, {})
            row[there] = row.get(there, 0) + converted + nulls
        last = steps.setdefault(tour[-1], {})
        last["win"] = last.get("win", 0) + converted
        last["null"] = last.get("null", 0) + nulls
    lost = set(without)
    states = [state for state in steps if not lost & set(state)]
    table = []
    for state in states:
        total = sum(steps[state].values())
        chances = {
            there: Fraction(n, total) if total else Fraction(0) for there, n in steps[state].items()
        }
        row = [Fraction(int(state == other)) - chances.get(other, Fraction(0)) for other in states]
        table.append([*row, chances.get("win", Fraction(0))])
    return _solve(table)[states.index("")]


def _place_weight(kind: str, parameters: Mapping[str, Any], touch: SimpleTouch) -> Fraction:
    if kind == "linear_paid":
        return Fraction(int(f"channel-{touch.channel}" in parameters["channels"]))
    if parameters.get("by", "channel") == "channel":
        place = f"channel-{touch.channel}"
    else:
        place = "none" if touch.campaign < 0 else f"campaign-{touch.campaign}"
    return Fraction(str(parameters["shares"].get(place, 0)))


def _solve(table: list[list[Fraction]]) -> list[Fraction]:
    """Solve linear equations by Gauss and Jordan; a state that nobody reaches may be left at 0."""
    size = len(table)
    for column in range(size):
        pivot = next((row for row in range(column, size) if table[row][column]), None)
        if pivot is None:
            continue
        table[column], table[pivot] = table[pivot], table[column]
        scale = table[column][column]
        table[column] = [value / scale for value in table[column]]
        for row in range(size):
            factor = table[row][column]
            if row != column and factor:
                table[row] = [
                    value - factor * other
                    for value, other in zip(table[row], table[column], strict=True)
                ]
    return [row[-1] for row in table]
