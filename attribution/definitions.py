"""A credit rule in plain words, generated from what the engine computes by. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from attribution.weights import SHARE_UNITS, Weighting, weighting

_ANCHORS = {
    "first": "the first touch",
    "lead": "the last touch before the lead was created",
    "opportunity": "the last touch before the opportunity was created",
    "last": "the last touch",
}
_KINDS = {"tap": "Taps", "visit": "Visits"}
_GOALS = {"win": "wins", "opportunity": "opportunities", "lead": "leads"}
_FITTED_ON = (
    "The shares were fitted on {day}, on {converted} journeys that led there and {nulls} that did "
    "not, and stay as they are until the rule is fitted again."
)
_MEANINGS = {
    "markov": "A {place}’s share is its removal effect: by how much {goals} would fall if it led "
    "to nothing. " + _FITTED_ON,
    "shapley": "A {place}’s share is its Shapley value: what it adds to the rate of {goals}, on "
    "average over all combinations. " + _FITTED_ON,
}
_SHARES_TOLD = 6
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
    division = _by_place(kind, parameters, rule) if rule.by else [_division(rule)]
    sentences = [*division, *_multipliers(rule), _direct(rule)]
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


def _by_place(kind: str, parameters: Mapping[str, object], rule: Weighting) -> list[str]:
    """Return what rules say that weigh a touch by its channel or campaign."""
    if kind == "linear_paid":
        names = sorted(str(name) for name in _mapping(parameters, "channels").values())
        return [
            f"Credit is divided equally among the touches of paid channels ({', '.join(names)}).",
            "Where no touch is paid, all touches share equally.",
        ]
    return [
        _shares_in_words(parameters, rule),
        _MEANINGS[kind].format(place=rule.by, **_fit(parameters)),
    ]


def _shares_in_words(parameters: Mapping[str, object], rule: Weighting) -> str:
    names = _mapping(parameters, "names")
    ranked = sorted(rule.places.items(), key=lambda item: (-item[1], item[0]))
    told = [
        f"{names.get(place, place)} {_percent(Fraction(share), Fraction(SHARE_UNITS))}"
        for place, share in ranked[:_SHARES_TOLD]
    ]
    more = f" and {len(ranked) - _SHARES_TOLD} more" if len(ranked) > _SHARES_TOLD else ""
    return f"A touch weighs the share of its {rule.by}: {', '.join(told)}{more}."


def _fit(parameters: Mapping[str, object]) -> dict[str, str]:
    fitted_on = _mapping(parameters, "fitted_on")
    return {
        "goals": _GOALS[str(parameters.get("goal", "win"))],
        "converted": f"{fitted_on.get('journeys', 0):,}",
        "nulls": f"{fitted_on.get('null_paths', 0):,}",
        "day": str(parameters.get("fitted_at", ""))[:10],
    }


def _mapping(parameters: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parameters.get(name)
    return value if isinstance(value, Mapping) else {}


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
