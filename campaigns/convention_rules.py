"""The rules of a naming convention, one function per kind of value. Pure.

Each function returns (rule, message) pairs; `conventions.py` adds what would pass instead.
"""

import datetime
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from campaigns.name_format import NamePart, form_of, misfit
from campaigns.slugs import name_letter

HYPHENATED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_SPACE = re.compile(r"\s|\+")
_SEPARATORS = str.maketrans("_.", "--")
_QUOTED_LENGTH = 60
_MOST_NUMBERED = 99


@dataclass(frozen=True)
class Convention:
    """The rules of one published version, free of the database.

    `today` gives the period which a suggestion writes where a name lacks its required one.
    """

    channel: str
    version: int
    sources: tuple[str, ...]
    mediums: tuple[str, ...]
    separator: str = "-"
    campaign_max_length: int = 60
    reserved_words: tuple[str, ...] = ()
    content_prefix: str = "version"
    content_numbering: str = "letter"
    term_max_length: int = 50
    term_words: tuple[str, ...] = ()
    requires_term: bool = False
    parts: tuple[NamePart, ...] = ()
    today: datetime.date = datetime.date(2026, 1, 1)

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """Return every `utm_content` there can be, in order."""
        names = "abcdefghijklmnopqrstuvwxyz"
        if self.content_numbering == "number":
            return tuple(f"{self.content_prefix}-{n}" for n in range(1, _MOST_NUMBERED + 1))
        return tuple(f"{self.content_prefix}-{letter}" for letter in names)

    @cached_property
    def name_shape(self) -> re.Pattern[str]:
        """Return what every campaign name looks like, whatever its parts."""
        group = HYPHENATED.pattern
        if self.separator == "-":
            return HYPHENATED
        return re.compile(f"{group}(?:{re.escape(self.separator)}{group})*")

    @cached_property
    def reserved(self) -> re.Pattern[str]:
        """Return what finds a reserved word between hyphens."""
        words = "|".join(
            re.escape(word.translate(_SEPARATORS)) for word in self.reserved_words if word
        )
        return re.compile(f"(?:^|(?<=-))(?:{words})(?=-|$)" if words else "(?!)")

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """Return where checks keep what they found out, for as long as these rules are used."""
        return {}


def printable(text: str) -> str:
    """Return the text with letters that cannot be seen, or turn others around, made visible."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def quote(value: str) -> str:
    """Return the value short and visible enough for a message."""
    short = value if len(value) <= _QUOTED_LENGTH else value[: _QUOTED_LENGTH - 1] + "…"
    return printable(short)


def broken_rules(field: str, value: str, convention: Convention) -> list[tuple[str, str]]:
    """Return (rule, message) for each rule a field's value breaks."""
    if not value:
        return _broken_absence(field, convention)
    if field == "utm_campaign":
        return broken_campaign(value, convention)
    if field == "utm_content":
        return broken_version(value, convention)
    approved = {
        "utm_source": convention.sources,
        "utm_medium": convention.mediums,
        "utm_term": convention.term_words,
    }[field]
    if field == "utm_term" and not approved:
        return _broken_slug(value, convention.term_max_length)
    return _broken_choice(field, value, approved)


def _broken_absence(field: str, convention: Convention) -> list[tuple[str, str]]:
    if field == "utm_term" and convention.requires_term:
        return [("required", "utm_term is empty. This convention wants the audience or list.")]
    if field in {"utm_term", "utm_content"}:
        return []
    return [("required", f"{field} is empty. Every link needs it.")]


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


def _broken_slug(
    value: str, longest: int, shape: re.Pattern[str] = HYPHENATED, separator: str = "-"
) -> list[tuple[str, str]]:
    if shape.fullmatch(value):
        broken = []
    else:
        broken = _strange_letters(value) or [_broken_shape(value, separator)]
    if len(value) > longest:
        message = f"“{quote(value)}” has {len(value)} characters; {longest} are allowed."
        broken.append(("too-long", message))
    return broken


def _strange_letters(value: str) -> list[tuple[str, str]]:
    shown = quote(value)
    broken = []
    if _SPACE.search(value):
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
    return broken


def _broken_shape(value: str, separator: str) -> tuple[str, str]:
    shown = quote(value)
    if separator == "-":
        message = f"“{shown}” must be letters and digits joined by single hyphens."
        return "hyphenated", message
    message = (
        f"“{shown}” must be letters and digits: “{separator}” between the parts, "
        "single hyphens between the words of a part."
    )
    return "separator", message


def broken_campaign(value: str, convention: Convention) -> list[tuple[str, str]]:
    """Return (rule, message) for each rule a campaign name breaks."""
    separator, parts = convention.separator, convention.parts
    longest = convention.campaign_max_length
    broken = _broken_slug(value, longest, convention.name_shape, separator)
    if broken:
        return broken
    word = reserved_in(value, convention)
    if word:
        message = (
            f"“{value}” has the word “{word}”, which is reserved: other tools would file "
            "the visit under another channel."
        )
        broken.append(("reserved-word", message))
    lack = misfit(value, parts, separator)
    if lack:
        form = form_of(parts, separator)
        if _fits_joined_otherwise(value, convention):
            message = f"“{value}” must join its parts by “{separator}”: {form}."
            return [*broken, ("separator", message)]
        broken.append(("name-format", f"“{value}” does not read {form}: {lack}."))
    return broken


def _fits_joined_otherwise(value: str, convention: Convention) -> bool:
    """Say whether only the separator is wrong: `trial-june` where `trial_june` is meant."""
    if convention.separator == "-" or convention.separator in value:
        return False
    return not misfit(value, convention.parts, "-")


def broken_version(value: str, convention: Convention) -> list[tuple[str, str]]:
    """Return (rule, message) where a `utm_content` is not the prefix and a letter or number."""
    if value in convention.versions:
        return []
    prefix = convention.content_prefix
    what = f"a number up to {_MOST_NUMBERED}" if _is_numbered(convention) else "one letter"
    example = convention.versions[0]
    message = f"“{quote(value)}” must be {prefix}- and {what}, such as {example}."
    return [("version-form", message)]


def _is_numbered(convention: Convention) -> bool:
    return convention.content_numbering == "number"


def reserved_in(value: str, convention: Convention) -> str:
    """Return the first reserved word in a name, or an empty string."""
    found = convention.reserved.search(value.translate(_SEPARATORS))
    return found[0] if found else ""
