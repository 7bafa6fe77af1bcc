"""Every credit rule's weights, as whole numbers. Pure.

Anchored rules follow one algorithm: resolve each anchor to a touch or to none, drop those
without, add where one touch holds several, leave the rest to the touches in between, normalise.
Their weights are exact ratios. Time decay has a module of its own. Rules by place weigh a touch
by its channel or campaign: `linear_paid` by 1 or 0, data-driven ones by fitted shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from attribution.decay import decaying_weights
from attribution.journeys import Journeys, Outcomes, Touches, last_at_or_before

Ints = NDArray[np.int64]

ANCHORS = ("first", "lead", "opportunity", "last")
"""Where weights may stand; what is left goes to `rest`, the touches in between."""

DEFAULT_HALF_LIFE_DAYS = 30
SHARE_UNITS = 10**9
"""Fitted shares are whole billionths, so that they sum to exactly 1."""

TOUCH_KINDS = ("tap", "visit")
"""The kinds a custom rule may multiply, by their number in `Touches.kind`."""

DATA_DRIVEN = ("markov", "shapley")
"""The kinds whose shares are fitted from journeys; see `data_driven.py`."""

GOALS = ("win", "opportunity", "lead")
"""What a data-driven rule may be fitted on."""

NO_CAMPAIGN = "none"
"""Stands among campaign ids for touches without a campaign."""

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


class InvalidRuleError(ValueError):
    """A rule's parameters say nothing that can be computed. `field` names the parameter."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Weighting:
    """What a rule's kind and parameters amount to. A half-life makes it time decay.

    `by` “channel” or “campaign” makes it a rule by place: `places` are the weights by id, and a
    place that is not named weighs nothing.
    """

    anchors: Mapping[str, Fraction] = field(default_factory=dict)
    rest: Fraction = Fraction(0)
    multipliers: Mapping[str, Fraction] = field(default_factory=dict)
    half_life_days: Fraction | None = None
    keeps_direct: bool = False
    by: str = ""
    places: Mapping[str, int] = field(default_factory=dict)


def weighting(*, kind: str, parameters: Mapping[str, object]) -> Weighting:
    """Return what a rule's kind and parameters mean.

    Parameters: `keeps_direct` (every kind); `half_life_days` (time_decay); for custom the
    weights `first`, `lead`, `opportunity`, `last`, `rest` and `kinds` {touch kind: multiplier};
    for linear_paid `channels` {id: name}, those that count as paid; for markov and shapley `by`
    (channel or campaign), `goal`, for markov `order`, and what the fit found: `shares` {id: share
    as a decimal}, `names` {id: name}, `fitted_at`, `fitted_on`, `standard_errors`.

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
    if kind == "linear_paid":
        paid = dict.fromkeys(_paid_channels(parameters.get("channels")), 1)
        return Weighting(keeps_direct=keeps_direct, by="channel", places=paid)
    if kind in DATA_DRIVEN:
        check_fit_parameters(kind=kind, parameters=parameters)
        return Weighting(
            keeps_direct=keeps_direct,
            by=str(parameters.get("by", "channel")),
            places=_shares(parameters.get("shares")),
        )
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


def check_fit_parameters(*, kind: str, parameters: Mapping[str, object]) -> None:
    """Refuse what a data-driven rule cannot be fitted by, fitted already or not.

    Raises:
        InvalidRuleError: an unknown parameter, place, goal or order.
    """
    _check_names(kind, parameters)
    if parameters.get("by", "channel") not in {"channel", "campaign"}:
        raise InvalidRuleError("by", f"by “{parameters['by']}” is neither channel nor campaign.")
    if parameters.get("goal", "win") not in GOALS:
        raise InvalidRuleError(
            "goal", f"goal “{parameters['goal']}” is not one of {', '.join(GOALS)}."
        )
    order = parameters.get("order", 1)
    if isinstance(order, bool) or order not in {1, 2, 3}:
        raise InvalidRuleError("order", f"order “{order}” is not 1, 2 or 3.")


def touch_weights(
    *, weighting: Weighting, journeys: Journeys, touches: Touches, outcomes: Outcomes
) -> Ints:
    """Return the weight of every touch of the journeys, in their order.

    Only ratios within a journey mean something. Each journey's weights sum to at least 1 and to
    less than 2^60.
    """
    if weighting.half_life_days is not None:
        return decaying_weights(weighting.half_life_days, journeys, touches.time)
    if weighting.by:
        return _or_equal(_by_place(weighting, journeys, touches), journeys)
    weights = _anchored(weighting, journeys, touches.time, outcomes)
    if weighting.multipliers:
        weights = weights * _kind_factors(weighting, journeys, touches)
    return _or_equal(weights, journeys)


def _anchored(weighting: Weighting, journeys: Journeys, time: Ints, outcomes: Outcomes) -> Ints:
    """Weigh anchors and, with what is left, the touches between them.

    With m touches in between, an anchor weighs m times its weight and each of them the rest.
    """
    scale = lcm(weighting.rest.denominator, *(w.denominator for w in weighting.anchors.values()))
    held = np.zeros(len(journeys.touch), np.int64)
    is_anchor = np.zeros(len(journeys.touch), bool)
    times = time[journeys.touch] if {"lead", "opportunity"} & weighting.anchors.keys() else time
    for name, weight in weighting.anchors.items():
        places = anchor_places(name, journeys, times, outcomes)
        places = places[places >= 0]
        held[places] += int(weight * scale)
        is_anchor[places] = True
    if not weighting.rest:
        return held
    between = np.maximum(journeys.lengths - journeys.counts(is_anchor), 1)
    held *= np.repeat(between, journeys.lengths)
    np.putmask(held, ~is_anchor, int(weighting.rest * scale))
    return held


def anchor_places(name: str, journeys: Journeys, times: Ints, outcomes: Outcomes) -> Ints:
    """Return per outcome the place of an anchor in `journeys.touch`, or -1.

    `times` are those of the journeys' touches, in their order.
    """
    if name == "first":
        return np.where(journeys.lengths > 0, journeys.start[:-1], -1)
    if name == "last":
        return np.where(journeys.lengths > 0, journeys.start[1:] - 1, -1)
    moment = outcomes.lead_time if name == "lead" else outcomes.opportunity_time
    return last_at_or_before(journeys=journeys, times=times, moment=moment)


def _by_place(weighting: Weighting, journeys: Journeys, touches: Touches) -> Ints:
    """Weigh every touch by its channel's or campaign's share; no campaign is the last one."""
    if weighting.by == "channel":
        ids, codes = touches.channel_ids, touches.channel
    else:
        ids, codes = touches.campaign_ids, touches.campaign
    weights = [weighting.places.get(place, 0) for place in (*ids, NO_CAMPAIGN)]
    return np.array(weights, np.int64)[codes[journeys.touch]]


def _kind_factors(weighting: Weighting, journeys: Journeys, touches: Touches) -> Ints:
    """Return the whole-number multiplier of each touch's kind."""
    factors = [weighting.multipliers.get(kind, Fraction(1)) for kind in TOUCH_KINDS]
    scale = lcm(*(factor.denominator for factor in factors))
    whole = np.array([int(factor * scale) for factor in factors], np.int64)
    return whole[touches.kind[journeys.touch]]


def _or_equal(weights: Ints, journeys: Journeys) -> Ints:
    """Give touches of a journey without any weight the same weight each."""
    filled = journeys.lengths > 0
    if not filled.any():
        return weights
    is_weightless = np.add.reduceat(weights, journeys.start[:-1][filled]) == 0
    if is_weightless.any():
        weights[np.repeat(is_weightless, journeys.lengths[filled])] = 1
    return weights


_FIT = ("by", "goal", "shares", "names", "fitted_at", "fitted_on", "standard_errors")
_OWN_PARAMETERS: dict[str, tuple[str, ...]] = {
    "time_decay": ("half_life_days",),
    "custom": (*ANCHORS, "rest", "kinds"),
    "linear_paid": ("channels",),
    "markov": ("order", *_FIT),
    "shapley": _FIT,
}


def _check_names(kind: str, parameters: Mapping[str, object]) -> None:
    if kind not in {*_SHIPPED, *_OWN_PARAMETERS}:
        raise InvalidRuleError("kind", f"“{kind}” is not a kind of credit rule.")
    for name in parameters:
        if name != "keeps_direct" and name not in _OWN_PARAMETERS.get(kind, ()):
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


def _paid_channels(value: object) -> list[str]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidRuleError("channels", "channels names at least one channel that is paid.")
    return [str(channel) for channel in value]


def _shares(value: object) -> dict[str, int]:
    """Read fitted shares as whole billionths that sum to one."""
    if not isinstance(value, Mapping) or not value:
        raise InvalidRuleError("shares", "This rule has no shares yet: fit it on journeys first.")
    shares = {str(place): _billionths(share) for place, share in value.items()}
    if sum(shares.values()) != SHARE_UNITS:
        raise InvalidRuleError("shares", "The shares do not sum to exactly 1.")
    return shares


def _billionths(value: object) -> int:
    try:
        units = Decimal(str(value)).scaleb(9)
    except InvalidOperation as error:
        raise InvalidRuleError("shares", f"The share “{value}” is not a number.") from error
    if not units.is_finite() or units != int(units) or not 0 <= units <= SHARE_UNITS:
        message = f"The share “{value}” is not between 0 and 1 with at most nine decimals."
        raise InvalidRuleError("shares", message)
    return int(units)
