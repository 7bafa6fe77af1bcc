"""What the linter calls each mistake, the harm it does, and what to do about it. Pure.

Ordered by importance: first what loses a visit's origin altogether, then what splits reports.
"""

from typing import Final

from campaigns.convention_examples import LESSONS

UNTAGGED: Final = "untagged"

_OF_ADDRESSES: Final = {
    "not-a-url": ("No complete web address", "A phone does not open it, or opens a part of it."),
    UNTAGGED: ("No UTM values at all", "The visit counts as direct or referral, never as yours."),
    "unknown-parameter": ("A parameter no tool reads", "The value is lost, whatever it says."),
    "misplaced-parameter": ("Where no tool reads it", "The value is lost, whatever it says."),
    "parameter-name": ("Capitals in a parameter’s name", "Many tools read lower-case names only."),
    "repeated-parameter": ("The same parameter twice", "Tools disagree which of the two counts."),
}
_WHAT_TO_DO: Final = {
    "not-a-url": "Begin with https:// and write no spaces.",
    UNTAGGED: "Tag every link of a campaign. Only links inside your own website need no tags.",
    "required": "Write the value that is missing.",
    "misplaced-parameter": "UTM values come after one “?”, joined by “&”, before any “#”.",
    "unknown-parameter": "It is probably misspelt: write its name as suggested, or leave it out.",
    "parameter-name": "Write the name in lower case.",
    "repeated-parameter": "Keep one of them.",
    "approved-values": "Use an approved value, in lower case.",
    "no-spaces": "Write a hyphen for each space.",
    "percent-encoded": "Write plain letters.",
    "plain-letters": "Use a–z, 0–9 and hyphens only: type the value anew instead of pasting it.",
    "lower-case": "Write small letters only.",
    "reserved-word": "Leave the word out.",
    "name-format": "Write all parts of the name, in their order.",
    "separator": "Join the parts as the convention says.",
    "hyphenated": "Join words with single hyphens.",
    "version-form": "Name versions as the convention says.",
    "too-long": "Shorten it.",
}
_ORDER: Final = {rule: place for place, rule in enumerate(_WHAT_TO_DO)}


def importance_of(rule: str) -> int:
    """Return a rule's place in the order of importance; the most important comes first."""
    return _ORDER.get(rule, len(_ORDER))


def title_of(rule: str, field: str) -> str:
    """Return what a mistake is called: `utm_source: Capital letters`."""
    name = _lesson(rule)[0]
    return f"{field}: {name}" if field.startswith("utm_") else name


def harm_of(rule: str) -> str:
    """Return what a mistake leads to, in one sentence."""
    return _lesson(rule)[1]


def remedy_of(rule: str) -> str:
    """Return what to do about a mistake."""
    return _WHAT_TO_DO.get(rule, "Use the corrected link.")


def _lesson(rule: str) -> tuple[str, str]:
    return _OF_ADDRESSES.get(rule) or LESSONS.get(rule) or (rule, "")
