"""Campaign names that pass, made from whatever was typed. Pure."""

import itertools
from collections.abc import Iterator, Sequence

from campaigns import periods
from campaigns.convention_rules import Convention, broken_campaign
from campaigns.name_format import NamePart, compose, fit, part_values
from campaigns.slugs import cut, slugify

_FREE_NAME = (NamePart("send"),)
_MOST_WORDS = 24
_MOST_SHORTENED = 6
_MOST_TRIED = 3000
_LONGEST_READ = 2000
_MOST_NUMBERED = 50


def suggest_campaign(value: str, convention: Convention) -> str:
    """Return a name that passes and keeps as many of the value's words as may stay."""
    for name in _attempts(value, convention):
        if name and not broken_campaign(name, convention):
            return name
    return simplest_name(convention)


def _attempts(value: str, convention: Convention) -> Iterator[str]:
    value = value[:_LONGEST_READ]
    slug = slugify(value)
    if convention.separator == "-":
        yield slug
    elif convention.separator in value:
        units = (slugify(unit) for unit in value.split(convention.separator))
        yield convention.separator.join(unit for unit in units if unit)
    words = _free_words(slug, convention)
    for dropped in range(min(len(words), _MOST_SHORTENED)):
        yield _name_from(words[: len(words) - dropped], convention)


def _free_words(slug: str, convention: Convention) -> list[str]:
    """Return the words that are not reserved; of very many the first, and the last for a period."""
    while convention.reserved.search(slug):
        slug = convention.reserved.sub("", slug).replace("--", "-").strip("-")
    words = [word for word in slug.split("-") if word]
    return words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 4] + words[-4:]


def _name_from(words: Sequence[str], convention: Convention) -> str:
    """Put words into the convention's form, cut so that the whole is short enough."""
    parts = convention.parts or _FREE_NAME
    found = fit(words, parts, today=convention.today)
    standing_in = _simplest_texts(convention)
    texts = [
        text or (standing_in[index] if parts[index].is_required else "")
        for index, text in enumerate(found)
    ]
    return convention.separator.join(text for text in _shortened(texts, convention) if text)


def _shortened(texts: list[str], convention: Convention) -> list[str]:
    """Cut the free parts, then leave optional ones out, until the name is short enough."""
    parts = convention.parts or _FREE_NAME
    longest = convention.campaign_max_length
    free = [index for index, part in enumerate(parts) if part.kind == "slug"]
    for index in sorted(free, key=lambda index: -len(texts[index])):
        over = _length(texts) - longest
        if over > 0:
            texts[index] = cut(texts[index], max(len(texts[index]) - over, 1))
    for index in reversed(range(len(parts))):
        if _length(texts) > longest and not parts[index].is_required:
            texts[index] = ""
    return texts


def _length(texts: Sequence[str]) -> int:
    return sum(len(text) + 1 for text in texts if text) - 1


def simplest_name(convention: Convention) -> str:
    """Return the name of required parts only; an empty string where no name can pass."""
    return convention.separator.join(text for text in _simplest_texts(convention) if text)


def numbered_names(name: str, convention: Convention) -> Iterator[str]:
    """Yield names that pass, close to one that is taken: `trial-june-2`, `trial-2-june`, …"""
    parts, separator = convention.parts, convention.separator
    values = part_values(name, parts, separator)
    longest = convention.campaign_max_length
    for number in range(2, _MOST_NUMBERED):
        names = [_with_number(name, number, longest)]
        for part in parts:
            text = values.get(part.name, "")
            room = min(longest - len(name) + len(text), part.max_length or longest)
            if part.kind == "slug":
                text = _with_number(text, number, room)
            elif part.kind == "number":
                text = str(number)
            names.append(compose(parts, {**values, part.name: text}, separator))
        names = [one for one in dict.fromkeys(names) if one != name]
        yield from (one for one in names if not broken_campaign(one, convention))


def _with_number(text: str, number: int, longest: int) -> str:
    suffix = f"-{number}"
    return f"{cut(text, max(longest - len(suffix), 1))}{suffix}" if text else str(number)


def shortest_length(convention: Convention) -> int:
    """Return how many characters the required parts take at least, reserved words aside."""
    needed = [part for part in convention.parts if part.is_required] or _FREE_NAME
    return _length([min(_choices(part, convention), key=len, default="x") for part in needed])


def example_campaign(convention: Convention) -> str:
    """Return a campaign name that passes, for people to copy: of all parts' examples if it can."""
    texts = [part.example for part in convention.parts if part.example]
    name = convention.separator.join(texts)
    if name and not broken_campaign(name, convention):
        return name
    return simplest_name(convention)


def _simplest_texts(convention: Convention) -> tuple[str, ...]:
    """Return one text per part, such that together they pass; all empty where none do."""
    memory = convention.memory
    if "simplest" not in memory:
        memory["simplest"] = _find_texts(convention)
    texts: tuple[str, ...] = memory["simplest"]
    return texts


def _find_texts(convention: Convention) -> tuple[str, ...]:
    parts = convention.parts or _FREE_NAME
    for texts in _combinations(parts, convention):
        name = convention.separator.join(text for text in texts if text)
        if name and not broken_campaign(name, convention):
            return texts
    return ("",) * len(parts)


def _combinations(parts: Sequence[NamePart], convention: Convention) -> Iterator[tuple[str, ...]]:
    """Yield what could stand for the parts: required ones only, else one optional part alone."""
    choices = [_choices(part, convention) for part in parts]
    required = [
        found if part.is_required else [""] for part, found in zip(parts, choices, strict=True)
    ]
    if any(part.is_required for part in parts):
        yield from itertools.islice(itertools.product(*required), _MOST_TRIED)
        shortest = [sorted(found, key=len) for found in required]
        yield from itertools.islice(itertools.product(*shortest), _MOST_TRIED)
        return
    for index, found in enumerate(choices):
        for text in found:
            yield tuple(text if index == i else "" for i in range(len(parts)))


def _choices(part: NamePart, convention: Convention) -> list[str]:
    """Return what a part could be, the most natural first."""
    if part.kind == "vocabulary":
        found = list(part.words)
    elif part.kind == "period":
        found = periods.written_on(convention.today, part.words)
    elif part.kind == "number":
        found = [str(number) for number in range(1, 10)]
    else:
        name = slugify(part.name) or "send"
        found = [cut(name, part.max_length), f"{name}2", "send", *"abcdefghijklmnopqrstuvwxyz123"]
    return [text for text in dict.fromkeys([part.example, *found]) if text and part.accepts(text)]
