"""Why each touch got what it got of one outcome: the division, step by step. Pure.

Journeys, weights and amounts are the engine's own; the quotients beside them are worked out
once more in fractions, so that every number on the page can be followed by hand.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from attribution.allocation import divide
from attribution.journeys import (
    DAY,
    REASONS,
    Ints,
    Journeys,
    Members,
    Outcomes,
    Touches,
    eligible_journeys,
    total_order,
)
from attribution.weights import (
    ANCHORS,
    NO_CAMPAIGN,
    TOUCH_KINDS,
    Weighting,
    anchor_places,
    touch_weights,
)

EARNS: Final = "earns"
AFTER: Final = "after_outcome"
OUTSIDE: Final = "outside_lookback"
EXCLUDED: Final = "excluded"
REPEAT: Final = "repeated_click"
DIRECT: Final = "direct_among_others"
VERDICTS: Final = (EARNS, AFTER, OUTSIDE, EXCLUDED, REPEAT, DIRECT)
"""What can become of a touch; the first that fits, in the order in which the engine asks."""

ONE_OUTCOME: Final = 1_000_000
"""One outcome, in millionths."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How a touch's weight came about, before it is normalised.

    `anchors` are those it holds and that the rule rewards, each with its weight as the rule
    says; `rest` is its part of what the touches in between share, `sharers` of them; `factor`
    multiplies its kind. Time decay has `halvings` instead: age ÷ half-life. Rules by place have
    the `share` of the touch's channel or campaign, whichever `by` names, among all that the rule
    knows; where the rule only counts some places, that is whether this one counts.
    """

    anchors: tuple[tuple[str, Fraction], ...] = ()
    rest: Fraction = Fraction(0)
    sharers: int = 0
    factor: Fraction = Fraction(1)
    halvings: Fraction | None = None
    share: Fraction | None = None
    by: str = ""
    counts_alike: bool = False


@dataclass(frozen=True, slots=True)
class Division:
    """One quotient of the amount: `exact` = amount × weight ÷ total weight, in minor units.

    `whole` is its part without the fraction, `rank` its place among the fractions, largest
    first; where `gets_unit`, one of the units left over came on top and makes `amount_minor`.
    """

    exact: Fraction
    whole: int
    rank: int
    gets_unit: bool
    amount_minor: int
    count_micro: int


@dataclass(frozen=True, slots=True)
class TouchStep:
    """One touch of the outcome's people: `row` in `Touches`, `age` in microseconds.

    `marks` are the anchors it holds, rewarded or not. Only touches that earn have the rest.
    """

    row: int
    verdict: str
    age: int
    marks: tuple[str, ...] = ()
    ratio: Ratio | None = None
    weight: int = 0
    normalised: Fraction = Fraction(0)
    division: Division | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The division of one outcome under one rule. `steps` are earliest first.

    `reason` says why nobody earns, or is empty. `left_over` units remained after every quotient
    lost its fraction. `is_even` where no touch had any weight, so that all got the same.
    """

    steps: tuple[TouchStep, ...]
    reason: str
    amount_minor: int
    total_weight: int
    left_over: int
    is_even: bool


def explain(
    *,
    touches: Touches,
    outcomes: Outcomes,
    members: Members,
    row: int,
    weighting: Weighting,
    lookback_days: int | None,
    amount_minor: int,
) -> Explanation:
    """Explain the division of outcome `row`, worth `amount_minor` of any sign.

    Raises:
        NotDivisibleError: the amount is beyond what is divided exactly.
    """
    one, its_people = _alone(outcomes, members, row)
    journeys = eligible_journeys(
        touches=touches,
        outcomes=one,
        members=its_people,
        lookback_days=lookback_days,
        keeps_direct=weighting.keeps_direct,
    )
    weights = touch_weights(weighting=weighting, journeys=journeys, touches=touches, outcomes=one)
    earning = _earning(journeys, weights, touches, one, weighting, amount_minor)
    steps: list[TouchStep] = []
    clicks: set[int] = set()
    for touch in _candidates(touches, its_people):
        age = int(one.time[0] - touches.time[touch])
        if touch in earning:
            steps.append(replace(earning[touch], age=age))
        else:
            verdict = _verdict(touches, touch, age, lookback_days, clicks)
            steps.append(TouchStep(touch, verdict, age))
        if age >= 0 and not touches.is_excluded[touch]:
            clicks.add(int(touches.click[touch]))
    parts = [step.division for step in steps if step.division]
    return Explanation(
        steps=tuple(steps),
        reason=REASONS[journeys.reasons[0]],
        amount_minor=amount_minor,
        total_weight=int(weights.sum()),
        left_over=sum(part.gets_unit for part in parts),
        is_even=bool(parts) and not any(_nominal(step.ratio) for step in steps if step.ratio),
    )


def _alone(outcomes: Outcomes, members: Members, row: int) -> tuple[Outcomes, Members]:
    """Return the one outcome as if there were no others."""
    one = Outcomes(
        time=outcomes.time[row : row + 1],
        lead_time=outcomes.lead_time[row : row + 1],
        opportunity_time=outcomes.opportunity_time[row : row + 1],
    )
    people = members.person[members.outcome == row]
    return one, Members(outcome=np.zeros(len(people), np.int64), person=people)


def _candidates(touches: Touches, members: Members) -> list[int]:
    """Return every touch of the people, whenever it was, in the engine's order."""
    order = total_order(touches)
    rows: list[int] = order[np.isin(touches.person[order], members.person)].tolist()
    return rows


def _verdict(
    touches: Touches, touch: int, age: int, lookback_days: int | None, clicks: set[int]
) -> str:
    """Say why a touch that is not in the journey is not; `clicks` were counted before it."""
    if age < 0:
        return AFTER
    if lookback_days is not None and age > lookback_days * DAY:
        return OUTSIDE
    if touches.is_excluded[touch]:
        return EXCLUDED
    return REPEAT if touches.click[touch] >= 0 and int(touches.click[touch]) in clicks else DIRECT


def _earning(
    journeys: Journeys,
    weights: Ints,
    touches: Touches,
    outcomes: Outcomes,
    weighting: Weighting,
    amount_minor: int,
) -> dict[int, TouchStep]:
    """Return the steps of the journey's touches, by touch, without their ages."""
    if not len(weights):
        return {}
    marks = _marks(journeys, touches, outcomes)
    money, counts = (
        divide(amounts=np.array([whole], np.int64), start=journeys.start, weights=weights)
        for whole in (amount_minor, ONE_OUTCOME)
    )
    divisions = _divisions(weights, money, counts, amount_minor)
    total = int(weights.sum())
    return {
        touch: TouchStep(
            row=touch,
            verdict=EARNS,
            age=0,
            marks=marks[place],
            ratio=_ratio(weighting, touches, touch, marks, place, int(outcomes.time[0])),
            weight=int(weights[place]),
            normalised=Fraction(int(weights[place]), total),
            division=divisions[place],
        )
        for place, touch in enumerate(journeys.touch.tolist())
    }


def _marks(journeys: Journeys, touches: Touches, outcomes: Outcomes) -> list[tuple[str, ...]]:
    """Return which anchors each touch of the journey holds."""
    times = touches.time[journeys.touch]
    held = {name: int(anchor_places(name, journeys, times, outcomes)[0]) for name in ANCHORS}
    return [
        tuple(name for name in ANCHORS if held[name] == place)
        for place in range(len(journeys.touch))
    ]


def _ratio(
    weighting: Weighting,
    touches: Touches,
    touch: int,
    marks: list[tuple[str, ...]],
    place: int,
    moment: int,
) -> Ratio:
    if weighting.half_life_days is not None:
        age = Fraction(moment - int(touches.time[touch]), DAY)
        return Ratio(halvings=age / weighting.half_life_days)
    if weighting.by:
        return _share(weighting, touches, touch)
    factor = weighting.multipliers.get(TOUCH_KINDS[touches.kind[touch]], Fraction(1))
    rewarded = tuple((m, weighting.anchors[m]) for m in marks[place] if m in weighting.anchors)
    if rewarded:
        return Ratio(anchors=rewarded, factor=factor)
    sharers = sum(not any(m in weighting.anchors for m in each) for each in marks)
    return Ratio(rest=weighting.rest / sharers, sharers=sharers, factor=factor)


def _share(weighting: Weighting, touches: Touches, touch: int) -> Ratio:
    """Return the weight of the touch's place among those of all places."""
    is_channel = weighting.by == "channel"
    code = int((touches.channel if is_channel else touches.campaign)[touch])
    ids = touches.channel_ids if is_channel else touches.campaign_ids
    weight = weighting.places.get((*ids, NO_CAMPAIGN)[code], 0)
    counts_alike = set(weighting.places.values()) <= {1}
    whole = 1 if counts_alike else sum(weighting.places.values())
    return Ratio(share=Fraction(weight, whole), by=weighting.by, counts_alike=counts_alike)


def _nominal(ratio: Ratio) -> Fraction:
    """Return the weight as the rule says it, in a fraction; 1 where it has none, as a power."""
    if ratio.halvings is not None:
        return Fraction(1)
    if ratio.share is not None:
        return ratio.share
    return (sum((w for _, w in ratio.anchors), Fraction(0)) + ratio.rest) * ratio.factor


def _divisions(
    weights: Ints, money: Ints, counts: NDArray[np.int64], amount_minor: int
) -> list[Division]:
    total = int(weights.sum())
    sign = -1 if amount_minor < 0 else 1
    exact = [Fraction(abs(amount_minor) * weight, total) for weight in weights.tolist()]
    by_fraction = sorted(range(len(exact)), key=lambda place: (-(exact[place] % 1), place))
    rank = {place: number for number, place in enumerate(by_fraction, start=1)}
    return [
        Division(
            exact=sign * quotient,
            whole=sign * (quotient.numerator // quotient.denominator),
            rank=rank[place],
            gets_unit=abs(amount) != quotient.numerator // quotient.denominator,
            amount_minor=amount,
            count_micro=count,
        )
        for place, (quotient, amount, count) in enumerate(
            zip(exact, money.tolist(), counts.tolist(), strict=True)
        )
    ]
