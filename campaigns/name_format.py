"""The parts of a campaign name, such as `{topic}-{period}`: does a name fit, and what would. Pure.

Parts are joined by the convention's separator; the words inside a part always by hyphens.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from campaigns import periods
from campaigns.slugs import close_spellings, cut, slugify

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_WORDS = 100
_MOST_REMEMBERED = 4096


@dataclass(frozen=True)
class NamePart:
    """One part of a name. `kind` is `vocabulary`, `slug`, `period` or `number`.

    `words` is the vocabulary, or the forms a period may have (any, where none is named).
    """

    name: str
    kind: str = "slug"
    words: tuple[str, ...] = ()
    is_required: bool = True
    example: str = ""
    max_length: int | None = None

    def accepts(self, text: str) -> bool:
        """Say whether hyphenated words make this part."""
        if self.max_length is not None and len(text) > self.max_length:
            return False
        if self.kind == "vocabulary":
            return text in self._vocabulary
        if self.kind == "period":
            return periods.is_period(text, self.words)
        if self.kind == "number":
            return text.isascii() and text.isdecimal()
        return _SLUG.fullmatch(text) is not None

    def described(self) -> str:
        """Return what may stand here, in words."""
        what = {
            "vocabulary": "one of " + ", ".join(self.words),
            "period": periods.described(self.words if self.kind == "period" else ()),
            "number": "a number",
        }.get(self.kind, "free words")
        if self.max_length is None or self.kind == "vocabulary":
            return what
        unit = "digits" if self.kind == "number" else "characters"
        return f"{what}, at most {self.max_length} {unit}"

    @property
    def is_free(self) -> bool:
        """Say whether any words make this part, however many."""
        return self.kind == "slug" and self.max_length is None

    @cached_property
    def most_words(self) -> int:
        """Return how many hyphenated words this part can have."""
        if self.kind == "vocabulary":
            return max((word.count("-") + 1 for word in self.words), default=0)
        return {"period": 3, "number": 1}.get(self.kind, _MOST_WORDS)

    def nearest_word(self, text: str) -> str:
        """Return the vocabulary's word that a text is one slip away from, else nothing."""
        if text not in self._nearest:
            if len(self._nearest) > _MOST_REMEMBERED:
                self._nearest.clear()
            found = (self._misspellings.get(one) for one in close_spellings(text))
            self._nearest[text] = next((word for word in found if word), "")
        return self._nearest[text]

    @cached_property
    def _nearest(self) -> dict[str, str]:
        """Return what was looked up before: the words of names repeat."""
        return {}

    @cached_property
    def _misspellings(self) -> dict[str, str]:
        """Return spellings one slip away, each with the vocabulary's word that was meant."""
        found: dict[str, str] = {}
        for word in self.words:
            for spelling in close_spellings(word):
                found.setdefault(spelling, word)
        return found

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)


def form_of(parts: Sequence[NamePart], separator: str = "-") -> str:
    """Return the form people read: `{topic}[-{period}]`, optional parts in brackets."""
    form = ""
    for part in parts:
        text = f"{separator}{{{part.name}}}" if form else f"{{{part.name}}}"
        form += text if part.is_required else f"[{text}]"
    return form


def misfit(name: str, parts: Sequence[NamePart], separator: str = "-") -> str:
    """Return which part a name lacks, in words; an empty string where it fits."""
    units = name.split(separator)
    ends = {0}
    for part in parts:
        # What free words can reach from a later start, they also reach from the first
        is_joined_alike = separator == "-" and part.is_free
        starts = [min(ends)] if is_joined_alike else ends
        reached = {stop for start in starts for stop in _stops(part, units, start, separator)}
        if part.is_required and not reached:
            return f"{{{part.name}}} is missing: {part.described()}"
        ends = reached if part.is_required else ends | reached
    if not parts or len(units) in ends:
        return ""
    return "it has words that belong to no part"


def _stops(part: NamePart, units: Sequence[str], start: int, separator: str) -> list[int]:
    """Return where the part may end that starts at a unit."""
    most = part.most_words if separator == "-" else 1
    return [
        stop
        for stop in range(start + 1, min(start + most, len(units)) + 1)
        if part.accepts(separator.join(units[start:stop]))
    ]


def compose(parts: Sequence[NamePart], values: Mapping[str, str], separator: str = "-") -> str:
    """Return the name made of one text per part; a part without a text is left out."""
    texts = (values.get(part.name, "").strip() for part in parts)
    return separator.join(text for text in texts if text)


def part_values(name: str, parts: Sequence[NamePart], separator: str = "-") -> dict[str, str]:
    """Return the text of each part that a name has: `compose` makes the same name of them.

    A name that does not fit gives what can be read from it.
    """
    texts = _split(name.split(separator), parts, separator)
    if texts is None:
        units = [unit for unit in map(slugify, name.split(separator)) if unit]
        texts = _split(units, parts, separator) if units else None
    if texts is None:
        texts = fit(slugify(name).split("-"), parts)
    return {part.name: text for part, text in zip(parts, texts, strict=True) if text}


def _split(units: Sequence[str], parts: Sequence[NamePart], separator: str) -> list[str] | None:
    """Return one text per part, with as many parts filled as can be; None where it does not fit.

    Worked out from the last part backwards: the best way to go on from each unit.
    """
    ways: dict[int, tuple[tuple[int, int], list[str]]] = {len(units): ((0, 0), [])}
    for part in reversed(parts):
        before: dict[int, tuple[tuple[int, int], list[str]]] = {}
        for start in range(len(units) + 1):
            options = [
                ((typed + (part.kind != "slug"), filled + 1), [text, *rest])
                for stop in _stops(part, units, start, separator)
                if stop in ways
                for (typed, filled), rest in [ways[stop]]
                for text in [separator.join(units[start:stop])]
            ]
            if not part.is_required and start in ways:
                options.append((ways[start][0], ["", *ways[start][1]]))
            if options:
                before[start] = max(options, key=lambda way: (way[0], len(way[1][0])))
        ways = before
    return ways[0][1] if 0 in ways else None


def fit(
    words: Sequence[str], parts: Sequence[NamePart], *, today: datetime.date | None = None
) -> list[str]:
    """Return one text per part made from the words, empty where nothing was found.

    Typed parts take their words first, wherever they stand; free parts share what is left.
    A period in a form that is not allowed is rewritten, given the day.
    """
    left = [word for word in words if word]
    found: dict[int, str] = {}
    for index, part in enumerate(parts):
        if part.kind != "slug":
            found[index] = _take(part, left, today)
    slots = [i for i, part in enumerate(parts) if part.kind == "slug" and part.is_required]
    slots = slots or [i for i, part in enumerate(parts) if part.kind == "slug"][:1]
    for number, index in enumerate(slots, start=1):
        size = max(len(left) - (len(slots) - number), 0) if number == 1 else 1
        found[index] = cut("-".join(left[:size]), parts[index].max_length)
        del left[:size]
    return [found.get(index, "") for index in range(len(parts))]


def _take(part: NamePart, left: list[str], today: datetime.date | None) -> str:
    """Remove and return the longest run of words that is the part, or else nearly is it."""
    runs = [
        (start, start + size)
        for size in range(min(part.most_words, len(left)), 0, -1)
        for start in range(len(left) - size, -1, -1)
    ]
    texts = ["-".join(left[start:stop]) for start, stop in runs]
    # A period is read with its year, whatever the form; a listed word before a misspelt one
    for read in (_understood,) if part.kind == "period" else (_accepted, _meant):
        for (start, stop), text in zip(runs, texts, strict=True):
            found = read(part, text, today)
            if found:
                del left[start:stop]
                return found
    return ""


def _understood(part: NamePart, text: str, today: datetime.date | None) -> str:
    return _accepted(part, text, today) or _meant(part, text, today)


def _accepted(part: NamePart, text: str, _today: datetime.date | None) -> str:
    return text if part.accepts(text) else ""


def _meant(part: NamePart, text: str, today: datetime.date | None) -> str:
    """Return what a near miss meant: a misspelt word, or a period written in another form."""
    meant = ""
    if part.kind == "vocabulary":
        meant = part.nearest_word(text)
    elif part.kind == "period" and part.words and today and periods.is_period(text):
        meant = periods.rewritten(text, part.words, today=today)
    return meant if meant and part.accepts(meant) else ""
