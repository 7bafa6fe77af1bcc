"""Ordered rules that name a touch's channel; the first match wins. Pure.

A rule's conditions must all hold. Texts are compared trimmed and in lower case; `matches` must
fit the whole value. docs/channels.md lists the fields, the operators and the default order.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tracking.ga4 import predict_ga4
from tracking.source_categories import (
    INTERMEDIARIES,
    category_of_referrer,
    category_of_source,
    host_of,
)

__all__ = [
    "FIELDS",
    "OPERATORS",
    "ConditionError",
    "Rule",
    "RuleSet",
    "TouchInputs",
    "Verdict",
    "check_conditions",
    "classify",
    "predict_ga4",
    "strip_intermediary",
]

FALLBACK_CHANNEL: Final = "unassigned"
MAX_REGEX_LENGTH: Final = 200


class ConditionError(ValueError):
    """A condition names an unknown field or operator, lacks values, or has a broken regex."""


@dataclass(frozen=True, slots=True)
class TouchInputs:
    """The raw facts a channel is read from, as they are kept on the touch.

    `own_channel` is the slug of the send's channel when the touch came through our own link;
    `click_ids` are the names of the ad parameters that were there.
    """

    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    term: str = ""
    referrer: str = ""
    click_ids: frozenset[str] = frozenset()
    own_channel: str = ""

    @classmethod
    def of_utm(cls, utm: Mapping[str, str], **others: Any) -> "TouchInputs":
        """Read inputs from values named `utm_source`, `utm_medium`, …"""
        return cls(
            source=utm.get("utm_source", ""),
            medium=utm.get("utm_medium", ""),
            campaign=utm.get("utm_campaign", ""),
            content=utm.get("utm_content", ""),
            term=utm.get("utm_term", ""),
            **others,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which channel, which rule said so (None: our own link) and of which rule set."""

    channel_slug: str
    rule_id: Any
    rule_set_version: str


FIELDS: Final[dict[str, tuple[str, Callable[[TouchInputs], str]]]] = {
    "source": ("utm_source", lambda inputs: inputs.source),
    "medium": ("utm_medium", lambda inputs: inputs.medium),
    "campaign": ("utm_campaign", lambda inputs: inputs.campaign),
    "content": ("utm_content", lambda inputs: inputs.content),
    "term": ("utm_term", lambda inputs: inputs.term),
    "source_category": ("kind of utm_source", lambda inputs: category_of_source(inputs.source)),
    "referrer_host": ("referring site", lambda inputs: host_of(inputs.referrer)),
    "referrer_category": (
        "kind of referring site",
        lambda inputs: category_of_referrer(inputs.referrer),
    ),
    "click_ids": ("ad click id", lambda inputs: " ".join(sorted(inputs.click_ids))),
}
"""Field → its name for people, and how its text is read."""

OPERATORS: Final[dict[str, str]] = {
    "in": "is",
    "not_in": "is not",
    "contains": "contains",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "matches": "matches",
    "is_set": "is present",
    "is_empty": "is missing",
}
"""Operator → how it reads in a sentence."""

_WITHOUT_VALUES: Final = frozenset({"is_set", "is_empty"})
_Test = Callable[[str], bool]


def _words(text: str, field: str) -> frozenset[str]:
    """Return what `in` compares: the whole text, or each of several click ids."""
    return frozenset(text.split()) if field == "click_ids" else frozenset({text})


def _compile(condition: Mapping[str, Any]) -> tuple[str, _Test]:
    field, operator, values = _checked(condition)
    if operator == "matches":
        patterns = [_regex(value) for value in values]
        return field, lambda text: any(pattern.fullmatch(text) for pattern in patterns)
    wanted = tuple(value.strip().casefold() for value in values)
    tests: dict[str, _Test] = {
        "in": lambda text: not _words(text, field).isdisjoint(wanted),
        "not_in": lambda text: _words(text, field).isdisjoint(wanted),
        "contains": lambda text: any(value in text for value in wanted),
        "starts_with": lambda text: text.startswith(wanted),
        "ends_with": lambda text: text.endswith(wanted),
        "is_set": bool,
        "is_empty": lambda text: not text,
    }
    return field, tests[operator]


def _checked(condition: Any) -> tuple[str, str, list[str]]:
    if not isinstance(condition, Mapping):
        raise ConditionError("Each condition is an object with field, operator and values.")
    field, operator = condition.get("field"), condition.get("operator")
    values = condition.get("values", [])
    if field not in FIELDS:
        raise ConditionError(f"Unknown field “{field}”; use one of {', '.join(FIELDS)}.")
    if operator not in OPERATORS:
        raise ConditionError(f"Unknown operator “{operator}”; use one of {', '.join(OPERATORS)}.")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ConditionError(f"The values of “{field}” must be a list of texts.")
    if operator not in _WITHOUT_VALUES and not values:
        raise ConditionError(f"“{field} {OPERATORS[operator]}” needs at least one value.")
    return field, operator, values


def _regex(text: str) -> re.Pattern[str]:
    if len(text) > MAX_REGEX_LENGTH:
        raise ConditionError(f"A regular expression has at most {MAX_REGEX_LENGTH} characters.")
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ConditionError(f"“{text}” is not a regular expression: {error}.") from error


def check_conditions(conditions: Any) -> None:
    """Check what an admin or a client wrote.

    Raises:
        ConditionError: with a sentence that says which condition is wrong and why.
    """
    if not isinstance(conditions, list):
        raise ConditionError("Conditions are a list; an empty list always matches.")
    for condition in conditions:
        _compile(condition)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it stands in the list."""

    id: Any
    channel_slug: str
    conditions: Sequence[Mapping[str, Any]]


class RuleSet:
    """Rules in order, compiled once, with a fingerprint that changes with any of them."""

    __slots__ = ("_compiled", "rules", "version")

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Compile the rules.

        Raises:
            ConditionError: a rule's conditions are wrong.
        """
        self.rules = tuple(rules)
        self._compiled = [
            (rule, [_compile(part) for part in rule.conditions]) for rule in self.rules
        ]
        said = [[rule.channel_slug, list(rule.conditions)] for rule in self.rules]
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
        self.version = digest.hexdigest()[:16]

    def first_match(self, inputs: TouchInputs) -> Rule | None:
        """Return the first rule whose conditions all hold."""
        texts: dict[str, str] = {}

        def text(field: str) -> str:
            if field not in texts:
                texts[field] = FIELDS[field][1](inputs).strip().casefold()
            return texts[field]

        for rule, tests in self._compiled:
            if all(test(text(field)) for field, test in tests):
                return rule
        return None


def strip_intermediary(inputs: TouchInputs) -> TouchInputs:
    """Blank the referrer when visitors only passed through it: a login, payment or scheduler."""
    if inputs.referrer and category_of_referrer(inputs.referrer) in INTERMEDIARIES:
        return replace(inputs, referrer="")
    return inputs


def classify(inputs: TouchInputs, rules: RuleSet) -> Verdict:
    """Name a touch's channel.

    Our own link means its send's channel, whatever the tags say. Without any matching rule the
    channel is Unassigned.
    """
    if inputs.own_channel:
        return Verdict(inputs.own_channel, None, rules.version)
    rule = rules.first_match(strip_intermediary(inputs))
    if rule is None:
        return Verdict(FALLBACK_CHANNEL, None, rules.version)
    return Verdict(rule.channel_slug, rule.id, rules.version)
