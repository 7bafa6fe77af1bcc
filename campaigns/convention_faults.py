"""What makes a draft of a convention impossible to follow, in words. Pure."""

import re
from collections.abc import Iterator

from campaigns.convention_rules import HYPHENATED, Convention, quote, reserved_in
from campaigns.name_format import NamePart
from campaigns.name_suggestions import shortest_length, simplest_name
from campaigns.periods import PERIOD_FORMS

APPROVED = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_LONGEST_VALUE = 50
_LONGEST_PREFIX = 30
_LONGEST_NAME = 100


def faults_of(convention: Convention) -> list[str]:
    """Return in words why a convention cannot be published; an empty list where it can."""
    faults = [
        *_faults_of_values(convention),
        *_faults_of_lengths(convention),
        *(fault for part in convention.parts for fault in _faults_of_part(part, convention)),
    ]
    if not faults and not simplest_name(convention):
        faults.append(_why_no_name(convention))
    return faults


def _faults_of_values(convention: Convention) -> Iterator[str]:
    for name, values in (("utm_source", convention.sources), ("utm_medium", convention.mediums)):
        if not values:
            yield f"Name at least one {name}."
    approved = (
        ("utm_source", convention.sources),
        ("utm_medium", convention.mediums),
        ("utm_term", convention.term_words),
    )
    for name, values in approved:
        for value in values:
            if not APPROVED.fullmatch(value) or len(value) > _LONGEST_VALUE:
                yield (
                    f"“{quote(value)}” in {name} must be lower-case letters and digits, joined by "
                    f"a hyphen, an underscore or a dot, at most {_LONGEST_VALUE} characters."
                )
    yield from _not_hyphenated("the reserved words", convention.reserved_words, _LONGEST_VALUE)
    prefix = (convention.content_prefix,)
    yield from _not_hyphenated("the word for versions", prefix, _LONGEST_PREFIX)


def _not_hyphenated(name: str, values: tuple[str, ...], longest: int) -> Iterator[str]:
    for value in values:
        if not HYPHENATED.fullmatch(value) or len(value) > longest:
            yield (
                f"“{quote(value)}” in {name} must be lower-case letters and digits with hyphens, "
                f"at most {longest} characters."
            )


def _faults_of_lengths(convention: Convention) -> Iterator[str]:
    lengths = (
        ("utm_campaign", convention.campaign_max_length),
        ("utm_term", convention.term_max_length),
    )
    for name, longest in lengths:
        if not 1 <= longest <= _LONGEST_NAME:
            yield f"The longest {name} must be 1 to {_LONGEST_NAME} characters, not {longest}."
    for word in convention.term_words:
        if len(word) > convention.term_max_length:
            yield (
                f"“{quote(word)}” in utm_term is longer than the {convention.term_max_length} "
                "characters a utm_term may have."
            )


def _faults_of_part(part: NamePart, convention: Convention) -> Iterator[str]:
    shown = f"{{{part.name}}}"
    if part.max_length is not None and part.max_length < 1:
        yield f"{shown} must be allowed at least one character."
    elif part.kind == "vocabulary":
        yield from _faults_of_vocabulary(part, convention)
    elif part.kind == "period":
        yield from _faults_of_period(part)
    if part.example and not part.accepts(part.example):
        yield f"The example “{quote(part.example)}” of {shown} is not {part.described()}."


def _faults_of_vocabulary(part: NamePart, convention: Convention) -> Iterator[str]:
    shown = f"{{{part.name}}}"
    if not part.words:
        yield f"{shown} needs its list of words."
    yield from _not_hyphenated(f"the words of {shown}", part.words, _LONGEST_VALUE)
    for word in part.words:
        if part.max_length is not None and len(word) > part.max_length:
            yield (
                f"“{quote(word)}” of {shown} has {len(word)} characters, and the part may have "
                f"{part.max_length}: allow more or take a shorter word."
            )
        reserved = reserved_in(word, convention)
        if reserved:
            yield (
                f"“{quote(word)}” of {shown} has the reserved word “{quote(reserved)}”: take it "
                "out of one of the two lists."
            )


def _faults_of_period(part: NamePart) -> Iterator[str]:
    for form in part.words:
        if form not in PERIOD_FORMS:
            forms = ", ".join(PERIOD_FORMS)
            yield f"“{quote(form)}” of {{{part.name}}} is no form of a period. There are: {forms}."


def _why_no_name(convention: Convention) -> str:
    shortest = shortest_length(convention)
    if shortest > convention.campaign_max_length:
        return (
            f"No campaign name can pass: its parts take at least {shortest} characters, and "
            f"{convention.campaign_max_length} are allowed. Allow longer names."
        )
    names = ", ".join(f"{{{part.name}}}" for part in convention.parts) or "any name"
    return (
        f"No campaign name can pass: the reserved words and lengths leave nothing for {names}. "
        "Allow longer names or reserve fewer words."
    )
