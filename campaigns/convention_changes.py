"""What differs between two versions of a convention, in sentences. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaigns.convention_rules import Convention
from campaigns.name_format import NamePart, form_of

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind` is `added`, `removed` or `changed`, `field` the parameter it rules.

    `part` names the part of a campaign name that differs, `values` the words that came or went.
    """

    kind: str
    field: str
    sentence: str
    part: str = ""
    values: tuple[str, ...] = ()


def changes_between(old: Convention, new: Convention) -> list[Change]:
    """Return every difference of the newer version, in the order of the fields."""
    return [
        *_of_words("utm_source", "an approved utm_source", old.sources, new.sources),
        *_of_words("utm_medium", "an approved utm_medium", old.mediums, new.mediums),
        *_of_names(old, new),
        *_of_versions(old, new),
        *_of_terms(old, new),
    ]


def _of_words(
    field: str, what: str, old: Sequence[str], new: Sequence[str], part: str = ""
) -> Iterator[Change]:
    added = tuple(word for word in new if word not in old)
    removed = tuple(word for word in old if word not in new)
    if added:
        yield Change(ADDED, field, f"{_listed(added)}: new as {what}.", part, added)
    if removed:
        yield Change(REMOVED, field, f"{_listed(removed)}: no longer {what}.", part, removed)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _of_names(old: Convention, new: Convention) -> Iterator[Change]:
    field = "utm_campaign"
    before, after = form_of(old.parts, old.separator), form_of(new.parts, new.separator)
    if before != after:
        before, after = before or "free words", after or "free words"
        yield Change(CHANGED, field, f"Names now read {after}; they read {before}.")
    elif old.separator != new.separator:
        sentence = f"“{new.separator}” joins the parts of a name; it was “{old.separator}”."
        yield Change(CHANGED, field, sentence)
    yield from _of_length(field, old.campaign_max_length, new.campaign_max_length)
    what = "a word to leave out of names"
    yield from _of_words(field, what, old.reserved_words, new.reserved_words)
    yield from _of_parts(old.parts, new.parts)


def _of_length(field: str, old: int, new: int) -> Iterator[Change]:
    if old != new:
        yield Change(CHANGED, field, f"A {field} may have {new} characters; it was {old}.")


def _of_parts(old: Sequence[NamePart], new: Sequence[NamePart]) -> Iterator[Change]:
    before = {part.name: part for part in old}
    for part in new:
        if part.name in before:
            yield from _of_part(before.pop(part.name), part)
            continue
        optional = "" if part.is_required else ", which may be left out"
        sentence = f"New part {{{part.name}}}{optional}: {part.described()}."
        yield Change(ADDED, "utm_campaign", sentence, part.name)
    for part in before.values():
        sentence = f"The part {{{part.name}}} is gone."
        yield Change(REMOVED, "utm_campaign", sentence, part.name)


def _of_part(old: NamePart, new: NamePart) -> Iterator[Change]:
    field, shown = "utm_campaign", f"{{{new.name}}}"
    if old.is_required != new.is_required:
        now = "must be named now" if new.is_required else "may be left out now"
        yield Change(CHANGED, field, f"{shown} {now}.", new.name)
    if old.kind != new.kind or (new.kind == "period" and old.words != new.words):
        sentence = f"{shown} is now {new.described()}; it was {old.described()}."
        yield Change(CHANGED, field, sentence, new.name)
    elif new.kind == "vocabulary":
        yield from _of_words(field, f"a word for {shown}", old.words, new.words, new.name)
    if old.max_length != new.max_length:
        limit = f"at most {new.max_length}" if new.max_length else "any number of"
        sentence = f"{shown} may have {limit} characters; it was {old.max_length or 'any number'}."
        yield Change(CHANGED, field, sentence, new.name)
    if old.example != new.example:
        sentence = (
            f"{shown} has the example “{new.example}”."
            if new.example
            else (f"{shown} has no example any more.")
        )
        yield Change(CHANGED, field, sentence, new.name)


def _of_versions(old: Convention, new: Convention) -> Iterator[Change]:
    before, after = old.versions[:2], new.versions[:2]
    if before != after:
        sentence = f"Versions are called {_listed(after)}; they were {_listed(before)}."
        yield Change(CHANGED, "utm_content", sentence)


def _of_terms(old: Convention, new: Convention) -> Iterator[Change]:
    field = "utm_term"
    if old.requires_term != new.requires_term:
        now = "must be named now" if new.requires_term else "may be left out now"
        yield Change(CHANGED, field, f"utm_term {now}.")
    if bool(old.term_words) != bool(new.term_words):
        now = f"one of {_listed(new.term_words)}" if new.term_words else "free words"
        yield Change(CHANGED, field, f"utm_term is now {now}.", values=new.term_words)
    else:
        yield from _of_words(field, "an approved utm_term", old.term_words, new.term_words)
    yield from _of_length(field, old.term_max_length, new.term_max_length)
