"""The rules of a naming convention, one function per kind of value. Pure.

Each function returns (rule, message) pairs; `conventions.py` adds what would pass instead.
"""

import re
from dataclasses import dataclass

from campaigns.name_format import NamePart, form_of, misfit
from campaigns.slugs import name_letter

FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
HYPHENATED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_QUOTED_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Convention:
    """The rules of one published version, free of the database.

    `default_period` is what a suggestion writes where a name lacks its required period.
    """

    channel: str
    version: int
    sources: tuple[str, ...]
    mediums: tuple[str, ...]
    campaign_max_length: int = 60
    reserved_words: tuple[str, ...] = ()
    content_prefix: str = "version"
    term_max_length: int = 50
    parts: tuple[NamePart, ...] = ()
    default_period: str = "q1"


def quote(value: str) -> str:
    """Return the value short enough for a message."""
    return value if len(value) <= _QUOTED_LENGTH else value[: _QUOTED_LENGTH - 1] + "…"


def broken_rules(field: str, value: str, convention: Convention) -> list[tuple[str, str]]:
    """Return (rule, message) for each rule a field's value breaks."""
    if not value:
        if field in {"utm_term", "utm_content"}:
            return []
        return [("required", f"{field} is empty. Every link needs it.")]
    if field in {"utm_source", "utm_medium"}:
        approved = convention.sources if field == "utm_source" else convention.mediums
        return _broken_choice(field, value, approved)
    if field == "utm_campaign":
        return broken_campaign(value, convention)
    if field == "utm_term":
        return _broken_slug(value, convention.term_max_length)
    return broken_version(value, convention.content_prefix)


def _broken_choice(field: str, value: str, approved: tuple[str, ...]) -> list[tuple[str, str]]:
    if value in approved:
        return []
    because = " Capital letters count." if value.casefold() in approved else ""
    return [
        (
            "approved-values",
            f"“{quote(value)}” is not an approved {field}. Approved: {', '.join(approved)}.{because}",
        )
    ]


def _broken_slug(value: str, longest: int) -> list[tuple[str, str]]:
    broken = []
    shown = quote(value)
    if re.search(r"\s|\+", value):
        broken.append(("no-spaces", f"“{shown}” has a space, which breaks the link. Use hyphens."))
    if value != value.lower():
        broken.append(
            ("lower-case", f"“{shown}” has capital letters. One capital splits the reports in two.")
        )
    strange = next((letter for letter in value if not letter.isascii()), None)
    if strange:
        broken.append(
            ("plain-letters", f"“{shown}” has {name_letter(strange)}. Use a–z, 0–9 and hyphens.")
        )
    if _PERCENT.search(value):
        broken.append(("percent-encoded", f"“{shown}” has a %-code. Use plain letters."))
    if not broken and not HYPHENATED.fullmatch(value):
        broken.append(
            ("hyphenated", f"“{shown}” must be letters and digits joined by single hyphens.")
        )
    if len(value) > longest:
        broken.append(
            ("too-long", f"“{shown}” has {len(value)} characters; {longest} are allowed.")
        )
    return broken


def broken_campaign(value: str, convention: Convention) -> list[tuple[str, str]]:
    """Return (rule, message) for each rule a campaign name breaks."""
    broken = _broken_slug(value, convention.campaign_max_length)
    if broken:
        return broken
    reserved = reserved_in(value, convention)
    if reserved:
        message = (
            f"“{value}” has the word “{reserved}”, which is reserved: other tools would file "
            "the visit under another channel."
        )
        broken.append(("reserved-word", message))
    lack = misfit(value, convention.parts)
    if lack:
        form = form_of(convention.parts)
        broken.append(("name-format", f"“{value}” does not read {form}: {lack}."))
    return broken


def broken_version(value: str, prefix: str) -> list[tuple[str, str]]:
    """Return (rule, message) where a `utm_content` is not the prefix and a letter."""
    if re.fullmatch(rf"{re.escape(prefix)}-[a-z]", value):
        return []
    return [
        ("version-form", f"“{quote(value)}” must be {prefix}- and one letter, such as {prefix}-a.")
    ]


def reserved_in(value: str, convention: Convention) -> str:
    """Return the first reserved word in a hyphenated name, or an empty string."""
    padded = f"-{value}-"
    return next((word for word in convention.reserved_words if f"-{word}-" in padded), "")
