"""Check UTM values against a naming convention, and suggest values that pass. Pure.

Every violation has a rule code that never changes: `required`, `approved-values`, `no-spaces`,
`lower-case`, `plain-letters`, `percent-encoded`, `hyphenated`, `too-long`, `reserved-word`,
`name-format`, `version-form`, `unknown-parameter`. `already-used` is added by the services,
which know the other sends.
"""

import difflib
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from campaigns.convention_rules import (
    FIELDS,
    HYPHENATED,
    Convention,
    broken_campaign,
    broken_rules,
    broken_version,
    quote,
    reserved_in,
)
from campaigns.name_format import NamePart, default_for, fit
from campaigns.slugs import slugify

# Parameters GA4 reads which no convention rules
OTHER_FIELDS = (
    "utm_id",
    "utm_source_platform",
    "utm_creative_format",
    "utm_marketing_tactic",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: in which field, by which value, and what would pass instead."""

    field: str
    value: str
    rule: str
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `suggested` passes when it is checked in turn."""

    violations: tuple[Violation, ...]
    suggested: dict[str, str]

    @property
    def ok(self) -> bool:
        """Say whether no rule is broken."""
        return not self.violations


def check(utm: Mapping[str, str], convention: Convention) -> Verdict:
    """Return every broken rule of a set of UTM values, and a set that passes."""
    suggested = _suggest(utm, convention)
    found = [
        Violation(field, utm.get(field, ""), rule, message, suggested.get(field, ""))
        for field in FIELDS
        for rule, message in broken_rules(field, utm.get(field, ""), convention)
    ]
    return Verdict((*found, *_unknown_parameters(utm)), suggested)


def example_campaign(convention: Convention) -> str:
    """Return a campaign name that passes, for people to copy: of all parts' examples if it can."""
    parts = [part for part in convention.parts if part.example]
    name = "-".join(part.example for part in parts)
    return name if name and not broken_campaign(name, convention) else _name_from([], convention)


def version_names(convention: Convention) -> Iterator[str]:
    """Yield the names of versions in order: `version-a`, `version-b`, …"""
    return (f"{convention.content_prefix}-{letter}" for letter in string.ascii_lowercase)


def faults_of(convention: Convention) -> list[str]:
    """Return in words why a convention cannot be published; an empty list where it can."""
    faults = [f"Name at least one {name}." for name, values in _lists(convention)[:2] if not values]
    for name, values in _lists(convention):
        faults += [
            f"“{quote(value)}” in {name} must be lower-case letters and digits with hyphens."
            for value in values
            if not HYPHENATED.fullmatch(value) or len(value) > 50
        ]
    for part in convention.parts:
        if part.kind == "vocabulary" and not part.words:
            faults.append(f"{{{part.name}}} needs its list of words.")
    if not faults and broken_campaign(_name_from([], convention), convention):
        faults.append("No campaign name can pass: allow longer names or fewer reserved words.")
    return faults


def _lists(convention: Convention) -> list[tuple[str, tuple[str, ...]]]:
    words = tuple(word for part in convention.parts for word in part.words)
    return [
        ("utm_source", convention.sources),
        ("utm_medium", convention.mediums),
        ("the reserved words", convention.reserved_words),
        ("the parts’ words", words),
        ("the word for versions", (convention.content_prefix,)),
    ]


def _unknown_parameters(utm: Mapping[str, str]) -> list[Violation]:
    """Name misspelt parameters such as `utm_sorce`, which every tool would ignore."""
    found = []
    for field, value in utm.items():
        if field.startswith("utm_") and field not in (*FIELDS, *OTHER_FIELDS):
            close = difflib.get_close_matches(field, FIELDS, n=1)
            message = f"“{quote(field)}” is no UTM parameter; no tool reads it."
            found.append(
                Violation(field, value, "unknown-parameter", message, close[0] if close else "")
            )
    return found


def _suggest(utm: Mapping[str, str], convention: Convention) -> dict[str, str]:
    given = {field: utm.get(field, "") for field in FIELDS}
    suggested = {
        "utm_source": _closest(given["utm_source"], convention.sources),
        "utm_medium": _closest(given["utm_medium"], convention.mediums),
        "utm_campaign": suggest_campaign(given["utm_campaign"], convention),
        "utm_term": slugify(given["utm_term"])[: convention.term_max_length].strip("-"),
        "utm_content": _suggest_version(given["utm_content"], convention),
    }
    kept = {field: utm[field] for field in OTHER_FIELDS if utm.get(field)}
    return {field: value for field, value in {**suggested, **kept}.items() if value}


def _closest(value: str, approved: tuple[str, ...]) -> str:
    """Return the approved value that was probably meant."""
    if value in approved:
        return value
    close = difflib.get_close_matches(slugify(value)[:80], approved, n=1, cutoff=0.5)
    return close[0] if close else approved[0]


def _suggest_version(value: str, convention: Convention) -> str:
    if not value or not broken_version(value, convention.content_prefix):
        return value
    tail = slugify(value).rpartition("-")[2]
    if re.fullmatch(r"[1-9]|1\d|2[0-6]", tail):
        tail = chr(ord("a") + int(tail) - 1)
    letter = tail if re.fullmatch(r"[a-z]", tail) else "a"
    return f"{convention.content_prefix}-{letter}"


def suggest_campaign(value: str, convention: Convention) -> str:
    """Return a name that passes and keeps as many of the value's words as may stay."""
    if value and not broken_campaign(value, convention):
        return value
    slug = f"-{slugify(value)}-"
    while word := reserved_in(slug.strip("-"), convention):
        slug = slug.replace(f"-{word}-", "-")
    words = [word for word in slug.split("-") if word]
    while words:
        name = _name_from(words, convention)
        if not broken_campaign(name, convention):
            return name
        words = words[:-1]
    return _name_from([], convention)


def _name_from(words: list[str], convention: Convention) -> str:
    """Put words into the convention's form, cut each so that the whole is short enough."""
    parts = convention.parts or (NamePart("send"),)
    longest = convention.campaign_max_length
    defaults = [
        default_for(part, period=convention.default_period, reserved=convention.reserved_words)
        for part in parts
    ]
    texts = fit(words, parts, defaults)
    over = len("-".join(text for text in texts if text)) - longest
    index = max(range(len(texts)), key=lambda i: (parts[i].kind == "slug", len(texts[i])))
    if over > 0 and parts[index].kind == "slug":
        texts[index] = texts[index][: max(len(texts[index]) - over, 1)].strip("-")
    return "-".join(text for text in texts if text)
