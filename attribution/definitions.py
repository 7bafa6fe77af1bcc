"""A credit rule in plain words, generated from what the engine computes by. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from attribution.weights import Weighting, weighting

_ANCHORS = {
    "first": "the first touch",
    "lead": "the last touch before the lead was created",
    "opportunity": "the last touch before the opportunity was created",
    "last": "the last touch",
}
_KINDS = {"tap": "Taps", "visit": "Visits"}
_PEOPLE = {
    "roles": "the contacts named on the deal",
    "roles_else_company": "the contacts named on the deal or, where there are none, "
    "everybody at its company",
    "company": "everybody at the deal’s company",
    "primary": "the deal’s primary contact",
}


def rule_in_words(
    *,
    kind: str,
    parameters: Mapping[str, object],
    lookback_days: int | None,
    contact_mode: str,
) -> str:
    """Return what a rule does, in sentences for whoever reads its figures.

    Raises:
        InvalidRuleError: the parameters mean nothing.
    """
    rule = weighting(kind=kind, parameters=parameters)
    sentences = [_division(rule), *_multipliers(rule), _direct(rule)]
    return " ".join([*sentences, _window(lookback_days, contact_mode)])


def _division(rule: Weighting) -> str:
    if rule.half_life_days is not None:
        days = _number(rule.half_life_days)
        return f"A touch weighs half as much for every {days} days it is older than another."
    if not rule.anchors:
        return "Credit is divided equally among all touches."
    total = sum(rule.anchors.values(), rule.rest)
    parts = [f"{_percent(w, total)} goes to {_ANCHORS[name]}" for name, w in rule.anchors.items()]
    if len(parts) == 1 and not rule.rest:
        return f"All credit goes to {_ANCHORS[next(iter(rule.anchors))]}."
    if rule.rest:
        parts.append(f"{_percent(rule.rest, total)} is shared equally by the touches in between")
    text = f"{', '.join(parts[:-1])} and {parts[-1]}."
    return f"{text} Where one of them is missing, the others share in proportion."


def _multipliers(rule: Weighting) -> list[str]:
    return [
        f"{_KINDS[kind]} weigh {_number(factor)} times as much."
        for kind, factor in rule.multipliers.items()
    ]


def _direct(rule: Weighting) -> str:
    if rule.keeps_direct:
        return "Direct visits earn like every other touch."
    return "Direct visits earn only where there is no other touch."


def _window(lookback_days: int | None, contact_mode: str) -> str:
    people = _PEOPLE[contact_mode]
    if lookback_days is None:
        return f"Touches of {people} count, however long ago."
    return f"Touches of {people} count up to {lookback_days} days before the outcome."


def _percent(weight: Fraction, total: Fraction) -> str:
    return f"{_number(round(100 * weight / total, 2))}%"


def _number(value: Fraction | int) -> str:
    return f"{float(value):g}"
