"""An explained division in words and figures, the same on the page and in the API. Pure."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from attribution.explanation import (
    AFTER,
    DIRECT,
    EARNS,
    EXCLUDED,
    OUTSIDE,
    REPEAT,
    Division,
    Explanation,
    Ratio,
    TouchStep,
)
from attribution.journeys import DAY

ANCHOR_NAMES: Final = {
    "first": "first touch",
    "lead": "last before the lead",
    "opportunity": "last before the opportunity",
    "last": "last touch",
}
_HOUR: Final = DAY // 24
_MINUTE: Final = _HOUR // 60

Money = Callable[[int], str]
"""Writes minor units as an amount for people."""


def verdict_in_words(step: TouchStep, *, lookback_days: int | None, exclusion: str = "") -> str:
    """Return why a touch earns nothing, or nothing where it earns.

    `exclusion` names why it is excluded, such as “machine”.
    """
    return {
        EARNS: "",
        AFTER: f"Earns nothing: it came {age_in_words(-step.age)} after the outcome",
        OUTSIDE: f"Earns nothing: {age_in_words(step.age)} before the outcome, "
        f"and the lookback ends at {lookback_days} days",
        EXCLUDED: f"Earns nothing: excluded as {exclusion.lower() or 'no human touch'}",
        REPEAT: "Earns nothing: the same click was counted before",
        DIRECT: "Earns nothing: direct earns only where no other touch does",
    }[step.verdict]


def age_in_words(age: int) -> str:
    """Return microseconds as `12.3 days`, `4.0 hours` or `3 minutes`."""
    if age >= DAY:
        return f"{age / DAY:.1f} days"
    if age >= _HOUR:
        return f"{age / _HOUR:.1f} hours"
    return f"{age // _MINUTE} minutes"


def ratio_in_words(ratio: Ratio, *, is_even: bool = False) -> str:
    """Return how a weight came about: `30 first touch + 30 last before the lead`."""
    if is_even:
        return "no touch has a weight, so all get the same"
    if ratio.halvings is not None:
        return f"2^−{float(ratio.halvings):.4f} = {0.5 ** float(ratio.halvings):.6f}"
    if ratio.share is not None:
        return _share_in_words(ratio.share, ratio)
    if ratio.anchors:
        text = " + ".join(f"{_number(w)} {ANCHOR_NAMES[name]}" for name, w in ratio.anchors)
    elif ratio.sharers > 1:
        text = f"{_number(ratio.rest * ratio.sharers)} ÷ {ratio.sharers} touches in between"
    else:
        text = f"{_number(ratio.rest)} in between"
    return text if ratio.factor == 1 else f"({text}) × {_number(ratio.factor)} for its kind"


def _share_in_words(share: Fraction, ratio: Ratio) -> str:
    if ratio.counts_alike:
        return f"{_number(share)}: its {ratio.by} {'counts' if share else 'does not count'}"
    return f"{_percent(share)} is the share of its {ratio.by}"


def normalised_in_words(share: Fraction) -> str:
    """Return a normalised weight as a percentage."""
    return _percent(share)


def exact_in_words(division: Division, *, digits: int) -> str:
    """Return the exact quotient in major units with four more decimals than the currency."""
    return f"{float(division.exact / 10**digits):,.{digits + 4}f}"


def rounding_in_words(division: Division, explanation: Explanation) -> str:
    """Say whether a part got one of the units that rounding left over, and why."""
    if not division.gets_unit:
        return ""
    number = explanation.left_over
    fraction = float(abs(division.exact) % 1)
    of = "the one cent" if number == 1 else f"one of {number} cents"
    return f"gets {of} left over: its fraction {fraction:.4f} is number {division.rank}"


def conclusion(explanation: Explanation, *, money: Money) -> str:
    """Return the sentence under the table."""
    earning = [step.division for step in explanation.steps if step.division]
    if not earning:
        return f"Nobody earns {money(explanation.amount_minor)}."
    whole = sum(part.whole for part in earning)
    parts = f"{len(earning)} parts" if len(earning) > 1 else "One part"
    if not explanation.left_over:
        return f"{parts} of {money(explanation.amount_minor)}, without a remainder."
    rest = money(explanation.amount_minor - whole)
    return (
        f"{parts}, cut to whole cents, make {money(whole)}. The {rest} left over goes to the "
        "largest fractions, of equal ones to the earlier touch, a cent each. Together: "
        f"{money(explanation.amount_minor)}."
    )


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.4f}".rstrip("0").rstrip(".") + "%"


def _number(value: Fraction) -> str:
    return f"{float(value):.6g}"
