"""Check UTM values against a naming convention, and suggest values that pass. Pure.

Every violation has a rule code that never changes: `required`, `approved-values` (sources,
mediums, and terms where a list of them is kept), `no-spaces`, `lower-case`, `plain-letters`,
`percent-encoded`, `hyphenated` (single hyphens), `separator` (what joins the parts of a name where
that is no hyphen), `too-long`, `reserved-word`, `name-format`, `version-form`,
`unknown-parameter`. `already-used` is added by the services, which know the other sends;
`not-a-url`, `misplaced-parameter`, `parameter-name` and `repeated-parameter` by `tagged_urls`,
which reads addresses.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from campaigns.convention_rules import Convention, broken_rules, quote
from campaigns.name_suggestions import suggest_campaign
from campaigns.slugs import cut, slugify
from campaigns.utm_parameters import FIELDS, KNOWN, OTHER_FIELDS, is_utm, meant_parameter

_MOST_REMEMBERED = 4096
_LONGEST_REMEMBERED = 200
_LONGEST_COMPARED = 80
_UNNAMED_TERM = "audience"


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
    """Return every broken rule of a set of UTM values, and a set that passes.

    A value under a misspelt name counts as the value that was meant, where that is missing.
    """
    found: list[Violation] = []
    suggested: dict[str, str] = {}
    misspelt = [field for field in utm if field not in KNOWN and is_utm(field)]
    values = _with_meant(utm, misspelt) if misspelt else utm
    for field in FIELDS:
        violations, suggestion = check_value(field, values.get(field, ""), convention)
        found += violations
        if suggestion:
            suggested[field] = suggestion
    for field in OTHER_FIELDS:
        if utm.get(field):
            suggested[field] = utm[field]
    found += [_unknown_parameter(field, utm[field]) for field in misspelt]
    return Verdict(tuple(found), suggested)


def _with_meant(utm: Mapping[str, str], misspelt: Iterable[str]) -> dict[str, str]:
    values = {field: value for field, value in utm.items() if value}
    for field in misspelt:
        values.setdefault(meant_parameter(field), utm[field])
    return values


def check_value(
    field: str, value: str, convention: Convention
) -> tuple[tuple[Violation, ...], str]:
    """Return a value's broken rules, and what passes in its place.

    The same value is judged once for as long as the rules are used: in long lists most repeat.
    """
    memory = convention.memory
    known = memory.get((field, value))
    if known is not None:
        answer: tuple[tuple[Violation, ...], str] = known
        return answer
    broken = broken_rules(field, value, convention)
    suggestion = _suggest(field, value, convention) if broken else value
    answer = (
        tuple(Violation(field, value, rule, message, suggestion) for rule, message in broken),
        suggestion,
    )
    if len(value) <= _LONGEST_REMEMBERED:
        if len(memory) > _MOST_REMEMBERED:
            memory.clear()
        memory[field, value] = answer
    return answer


def version_names(convention: Convention) -> Iterator[str]:
    """Yield the names of a send's versions in order: `version-a`, `version-b`, …"""
    yield from convention.versions


def _unknown_parameter(field: str, value: str) -> Violation:
    """Name a misspelt parameter such as `utm_sorce`, which every tool would ignore."""
    message = f"“{quote(field)}” is no UTM parameter; no tool reads it."
    return Violation(field, value, "unknown-parameter", message, meant_parameter(field))


def _suggest(field: str, value: str, convention: Convention) -> str:
    if field == "utm_campaign":
        return suggest_campaign(value, convention)
    if field == "utm_content":
        return _suggest_version(value, convention)
    if field == "utm_source":
        return _closest(value, convention.sources)
    if field == "utm_medium":
        return _closest(value, convention.mediums)
    if convention.term_words:
        return _closest(value, convention.term_words)
    longest = convention.term_max_length
    term = cut(slugify(value), longest)
    return term or (cut(_UNNAMED_TERM, longest) if convention.requires_term else "")


def _closest(value: str, approved: tuple[str, ...]) -> str:
    """Return the approved value that was probably meant; nothing where none is approved."""
    slugs = {slugify(one): one for one in reversed(approved)}
    slug = slugify(value[:_LONGEST_REMEMBERED])[:_LONGEST_COMPARED]
    if slug in slugs:
        return slugs[slug]
    close = difflib.get_close_matches(slug, slugs, n=1, cutoff=0.5)
    return slugs[close[0]] if close else next(iter(approved), "")


def _suggest_version(value: str, convention: Convention) -> str:
    """Keep the letter or number that was written; the other kind is counted over."""
    tail = slugify(value[-_LONGEST_REMEMBERED:]).rpartition("-")[2]
    place = 1
    if re.fullmatch(r"[1-9]\d?", tail):
        place = int(tail)
    elif re.fullmatch(r"[a-z]", tail):
        place = ord(tail) - ord("a") + 1
    versions = convention.versions
    return versions[place - 1] if place <= len(versions) else versions[0]
