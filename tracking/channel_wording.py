"""Conditions of channel rules in words, and words back into conditions. Pure.

One condition a line: `utm_source is sms or text`. The words are those of FIELDS and OPERATORS.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tracking.channels import FIELDS, OPERATORS, ConditionError, check_conditions

BETWEEN: Final = " or "
NOTHING: Final = "nothing"
"""How an empty value is written: `utm_medium is (none) or nothing`."""

_BY_NAME: Final = sorted(
    ((name, field) for field, (name, _) in FIELDS.items()), key=lambda pair: -len(pair[0])
)
_BY_VERB: Final = sorted(
    ((verb, operator) for operator, verb in OPERATORS.items()), key=lambda pair: -len(pair[0])
)


def describe_conditions(conditions: Sequence[Mapping[str, Any]]) -> str:
    """Return conditions as a sentence: `utm_source is sms and utm_medium is missing`."""
    return " and ".join(_describe(condition) for condition in conditions) or "always"


def write_conditions(conditions: Sequence[Mapping[str, Any]]) -> str:
    """Return conditions as lines that `read_conditions` reads."""
    return "\n".join(_describe(condition) for condition in conditions)


def _describe(condition: Mapping[str, Any]) -> str:
    name = FIELDS[condition["field"]][0]
    values = BETWEEN.join(value or NOTHING for value in condition.get("values", []))
    return f"{name} {OPERATORS[condition['operator']]} {values}".strip()


def read_conditions(text: str) -> list[dict[str, Any]]:
    """Return the conditions of lines; no line means always.

    Raises:
        ConditionError: a line does not begin with a known field and a known verb, or its
            values are wrong.
    """
    conditions = [_read(line.strip()) for line in text.splitlines() if line.strip()]
    check_conditions(conditions)
    return conditions


def _read(line: str) -> dict[str, Any]:
    field, rest = _begin(line, _BY_NAME, f"“{line}” does not begin with a known field")
    operator, values = _begin(rest, _BY_VERB, f"“{line}” says nothing we can test")
    found = [value.strip() for value in values.split(BETWEEN)] if values else []
    return {
        "field": field,
        "operator": operator,
        "values": ["" if value == NOTHING else value for value in found],
    }


def _begin(text: str, words: Sequence[tuple[str, str]], complaint: str) -> tuple[str, str]:
    for word, meaning in words:
        if text == word or text.startswith(f"{word} "):
            return meaning, text.removeprefix(word).strip()
    known = ", ".join(sorted(word for word, _ in words))
    raise ConditionError(f"{complaint}. Use: {known}.")
