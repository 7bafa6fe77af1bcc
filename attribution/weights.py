"""Every credit rule's weights, as whole numbers. Pure.

Anchored rules (all but time decay) follow one algorithm: resolve each anchor to a touch or to
none, drop those without, add where one touch holds several, leave the rest to the touches in
between, normalise. Their weights are exact ratios. Time decay is `2^(-age / half_life)`, scaled
so that the newest touch has 2^52, and computed the same on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from attribution.journeys import DAY, Journeys, Outcomes, Touches, last_at_or_before

Ints = NDArray[np.int64]

ANCHORS = ("first", "lead", "opportunity", "last")
"""Where weights may stand; what is left goes to `rest`, the touches in between."""

DEFAULT_HALF_LIFE_DAYS = 30
TOUCH_KINDS = ("tap", "visit")
"""The kinds a custom rule may multiply, by their number in `Touches.kind`."""

_SHIPPED: dict[str, dict[str, str]] = {
    "first": {"first": "100"},
    "last": {"last": "100"},
    "last_non_direct": {"last": "100"},
    "linear": {"rest": "100"},
    "position": {"first": "40", "rest": "20", "last": "40"},
    "u_lead": {"first": "40", "lead": "40", "rest": "20"},
    "u_even": {"first": "50", "lead": "50"},
    "w": {"first": "30", "lead": "30", "opportunity": "30", "rest": "10"},
    "full_path": {
        "first": "22.5", "lead": "22.5", "opportunity": "22.5", "last": "22.5", "rest": "10"
    },
    "j_shaped": {"first": "20", "rest": "20", "last": "60"},
    "inverse_j": {"first": "60", "rest": "20", "last": "20"},
}  # fmt: skip
_TABLE_BITS = 12
_DECAY_BITS = 52
_TOTAL_BITS = 59


class InvalidRuleError(ValueError):
    """A rule's parameters say nothing that can be computed. `field` names the parameter."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Weighting:
    """What a rule's kind and parameters amount to. A half-life makes it time decay."""

    anchors: Mapping[str, Fraction] = field(default_factory=dict)
    rest: Fraction = Fraction(0)
    multipliers: Mapping[str, Fraction] = field(default_factory=dict)
    half_life_days: Fraction | None = None
    keeps_direct: bool = False


def weighting(*, kind: str, parameters: Mapping[str, object]) -> Weighting:
    """Return what a rule's kind and parameters mean.

    Parameters: `keeps_direct` (every kind), `half_life_days` (time_decay), and for custom the
    weights `first`, `lead`, `opportunity`, `last`, `rest` and `kinds` {touch kind: multiplier}.

    Raises:
        InvalidRuleError: an unknown kind or parameter, or a value that makes no weight.
    """
    _check_names(kind, parameters)
    keeps_direct = parameters.get("keeps_direct", False)
    if not isinstance(keeps_direct, bool):
        raise InvalidRuleError("keeps_direct", "keeps_direct is true or false.")
    if kind == "time_decay":
        days = _number(
            "half_life_days",
            parameters.get("half_life_days", DEFAULT_HALF_LIFE_DAYS),
            largest=36_500,
        )
        if days <= 0:
            raise InvalidRuleError("half_life_days", "half_life_days must be more than 0.")
        return Weighting(half_life_days=days, keeps_direct=keeps_direct)
    source = parameters if kind == "custom" else _SHIPPED[kind]
    parts = {name: _number(name, source.get(name, 0)) for name in (*ANCHORS, "rest")}
    if not any(parts.values()):
        raise InvalidRuleError("first", "At least one weight must be more than 0.")
    return Weighting(
        anchors={name: parts[name] for name in ANCHORS if parts[name]},
        rest=parts["rest"],
        multipliers=_multipliers(parameters.get("kinds", {})),
        keeps_direct=keeps_direct,
    )


def touch_weights(
    *, weighting: Weighting, journeys: Journeys, touches: Touches, outcomes: Outcomes
) -> Ints:
    """Return the weight of every touch of the journeys, in their order.

    Only ratios within a journey mean something. Each journey's weights sum to at least 1 and to
    less than 2^60.
    """
    if weighting.half_life_days is not None:
        return _decaying(weighting.half_life_days, journeys, touches.time)
    weights = _anchored(weighting, journeys, touches.time, outcomes)
    return _or_equal(weights * _kind_factors(weighting, journeys, touches), journeys)


def _anchored(weighting: Weighting, journeys: Journeys, time: Ints, outcomes: Outcomes) -> Ints:
    """Weigh anchors and, with what is left, the touches between them.

    With m touches in between, an anchor weighs m times its weight and each of them the rest.
    """
    scale = lcm(weighting.rest.denominator, *(w.denominator for w in weighting.anchors.values()))
    held = np.zeros(len(journeys.touch), np.int64)
    is_anchor = np.zeros(len(journeys.touch), bool)
    for name, weight in weighting.anchors.items():
        places = _anchor_places(name, journeys, time, outcomes)
        np.add.at(held, places[places >= 0], int(weight * scale))
        is_anchor[places[places >= 0]] = True
    outcome = journeys.outcome
    between = np.bincount(outcome[~is_anchor], minlength=len(journeys.reasons))
    return np.where(is_anchor, held * np.maximum(between, 1)[outcome], int(weighting.rest * scale))


def _anchor_places(name: str, journeys: Journeys, time: Ints, outcomes: Outcomes) -> Ints:
    """Return per outcome the place of an anchor in `journeys.touch`, or -1."""
    if name == "first":
        return np.where(journeys.lengths > 0, journeys.start[:-1], -1)
    if name == "last":
        return np.where(journeys.lengths > 0, journeys.start[1:] - 1, -1)
    moment = outcomes.lead_time if name == "lead" else outcomes.opportunity_time
    return last_at_or_before(journeys=journeys, touch_time=time, moment=moment)


def _kind_factors(weighting: Weighting, journeys: Journeys, touches: Touches) -> Ints:
    """Return the whole-number multiplier of each touch's kind."""
    factors = [weighting.multipliers.get(kind, Fraction(1)) for kind in TOUCH_KINDS]
    scale = lcm(*(factor.denominator for factor in factors))
    whole = np.array([int(factor * scale) for factor in factors], np.int64)
    return whole[touches.kind[journeys.touch]]


def _or_equal(weights: Ints, journeys: Journeys) -> Ints:
    """Give touches of a journey without any weight the same weight each."""
    outcome = journeys.outcome
    is_weightless = np.bincount(outcome[weights > 0], minlength=len(journeys.reasons)) == 0
    return np.where(is_weightless[outcome], 1, weights)


def _decaying(half_life_days: Fraction, journeys: Journeys, time: Ints) -> Ints:
    """Weigh by `2^(-age / half_life)`, relative to the journey's newest touch.

    Leaving out the newest touch's own age changes no ratio and keeps old journeys from
    vanishing. Long journeys get fewer bits, so that no sum passes 2^60.
    """
    moment = time[journeys.touch]
    if not len(moment):
        return np.zeros(0, np.int64)
    lengths = journeys.lengths
    newest = moment[np.maximum(journeys.start[1:] - 1, 0)]
    halvings = (np.repeat(newest, lengths) - moment) / float(half_life_days * DAY)
    _, length_bits = np.frexp(lengths)
    bits = np.minimum(_DECAY_BITS, _TOTAL_BITS - length_bits)
    scaled = np.ldexp(_power_of_half(halvings), np.repeat(bits, lengths))
    weights: Ints = np.rint(scaled).astype(np.int64)
    return weights


def _power_of_half(exponent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `2^-exponent` for exponents from 0, alike on every machine.

    Libraries' `exp2` differ in the last bit between processors, which would make a ledger
    verified elsewhere differ by a cent. Only operations that IEEE 754 defines exactly are used:
    a table of 4,096 steps and Taylor's series of `e^-x` for the remaining x < 0.00017.
    """
    exponent = np.minimum(exponent, 1000.0)
    whole = np.floor(exponent)
    steps = np.floor((exponent - whole) * 2**_TABLE_BITS)
    x = (exponent - whole - steps / 2**_TABLE_BITS) * _LN_2
    series = 1.0 - x * (1.0 - x * (0.5 - x * (1 / 6 - x * (1 / 24))))
    power: NDArray[np.float64] = np.ldexp(
        _HALVES[steps.astype(np.int32)] * series, -whole.astype(np.int32)
    )
    return power


_LN_2 = float(Decimal(2).ln())
_HALVES = np.array(
    [float(Decimal(2) ** (Decimal(-step) / 2**_TABLE_BITS)) for step in range(2**_TABLE_BITS)]
)


def _check_names(kind: str, parameters: Mapping[str, object]) -> None:
    if kind not in {*_SHIPPED, "time_decay", "custom"}:
        raise InvalidRuleError("kind", f"“{kind}” is not a kind of credit rule.")
    known = {"keeps_direct"}
    known |= {"half_life_days"} if kind == "time_decay" else set()
    known |= {*ANCHORS, "rest", "kinds"} if kind == "custom" else set()
    for name in parameters:
        if name not in known:
            raise InvalidRuleError(name, f"“{name}” means nothing to a {kind} rule.")


def _number(name: str, value: object, *, largest: int = 1000) -> Fraction:
    """Read a weight: a decimal number from 0 to `largest` with at most three decimals."""
    try:
        number = Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidRuleError(name, f"{name} “{value}” is not a number.") from error
    if isinstance(value, bool) or not 0 <= number <= largest:
        raise InvalidRuleError(name, f"{name} “{value}” is not between 0 and {largest}.")
    if 1000 % number.denominator:
        raise InvalidRuleError(name, f"{name} “{value}” has more than three decimals.")
    return number


def _multipliers(value: object) -> dict[str, Fraction]:
    if not isinstance(value, Mapping):
        raise InvalidRuleError("kinds", "kinds maps a kind of touch to its multiplier.")
    for kind in value:
        if kind not in TOUCH_KINDS:
            raise InvalidRuleError("kinds", f"“{kind}” is not a kind of touch.")
    return {kind: _number("kinds", factor, largest=100) for kind, factor in value.items()}
