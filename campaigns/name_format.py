"""The parts of a campaign name, such as `{topic}-{period}`: does a name fit, and what would. Pure."""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from campaigns.slugs import slugify

_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|january|february|march|april|june|july|august"
    "|september|october|november|december"
)
_SPAN = rf"(?:{_MONTHS}|spring|summer|autumn|fall|winter|q[1-4]|h[12]|w(?:[0-4]?\d|5[0-3]))"
_YEAR = r"20\d\d"
_PERIOD = re.compile(
    rf"{_SPAN}(?:-{_YEAR})?|{_YEAR}(?:-(?:{_SPAN}|(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?))?"
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_WINDOW = 4


@dataclass(frozen=True, slots=True)
class NamePart:
    """One part of a name. `kind` is `vocabulary`, `slug`, `period` or `number`."""

    name: str
    kind: str = "slug"
    words: tuple[str, ...] = ()
    is_required: bool = True
    example: str = ""

    def accepts(self, text: str) -> bool:
        """Say whether hyphenated words make this part."""
        if self.kind == "vocabulary":
            return text in self.words
        if self.kind == "period":
            return _PERIOD.fullmatch(text) is not None
        if self.kind == "number":
            return text.isascii() and text.isdecimal()
        return _SLUG.fullmatch(text) is not None

    def described(self) -> str:
        """Return what may stand here, in words."""
        if self.kind == "vocabulary":
            return "one of " + ", ".join(self.words)
        return {
            "period": "a period such as june, q2, summer-2026 or 2026-06",
            "number": "a number",
        }.get(self.kind, "free words")


def form_of(parts: Sequence[NamePart]) -> str:
    """Return the form people read: `{topic}[-{period}]`, optional parts in brackets."""
    form = ""
    for part in parts:
        text = f"-{{{part.name}}}" if form else f"{{{part.name}}}"
        form += text if part.is_required else f"[{text}]"
    return form


def misfit(name: str, parts: Sequence[NamePart]) -> str:
    """Return which part a hyphenated name lacks, in words; an empty string where it fits."""
    words = name.split("-")
    ends = {0}
    for part in parts:
        reached = {
            stop
            for start in ends
            for stop in range(start + 1, len(words) + 1)
            if part.accepts("-".join(words[start:stop]))
        }
        if part.is_required and not reached:
            return f"{{{part.name}}} is missing: {part.described()}"
        ends = reached if part.is_required else ends | reached
    if not parts or len(words) in ends:
        return ""
    return "it has words that belong to no part"


def fit(words: Sequence[str], parts: Sequence[NamePart], defaults: Sequence[str]) -> list[str]:
    """Return one text per part (empty where an optional one is left out) made from the words.

    `defaults` holds what to write for a part that nothing was found for. Typed parts take
    their words first, wherever they stand; free parts share what is left.
    """
    left = list(words)
    found: dict[int, str] = {}
    for index, part in enumerate(parts):
        if part.kind != "slug":
            found[index] = _take(part, left)
    slots = [i for i, part in enumerate(parts) if part.kind == "slug" and part.is_required]
    slots = slots or [i for i, part in enumerate(parts) if part.kind == "slug"][:1]
    for number, index in enumerate(slots, start=1):
        keep = len(slots) - number
        size = max(len(left) - keep, 0) if number == 1 else 1
        found[index] = "-".join(left[:size])
        del left[:size]
    return [
        found.get(index, "") or (defaults[index] if part.is_required else "")
        for index, part in enumerate(parts)
    ]


def _take(part: NamePart, left: list[str]) -> str:
    """Remove and return the longest run of words that the part accepts, the last one first."""
    for size in range(min(_LONGEST_WINDOW, len(left)), 0, -1):
        for start in range(len(left) - size, -1, -1):
            text = "-".join(left[start : start + size])
            if part.accepts(text):
                del left[start : start + size]
                return text
    return _take_closest(part, left) if part.kind == "vocabulary" else ""


def _take_closest(part: NamePart, left: list[str]) -> str:
    """Read a misspelt word of the vocabulary as the word that was meant."""
    for index, word in enumerate(left):
        close = difflib.get_close_matches(word, part.words, n=1, cutoff=0.75)
        if close:
            del left[index]
            return close[0]
    return ""


def default_for(part: NamePart, *, period: str, reserved: Collection[str]) -> str:
    """Return what stands for a part that nothing is known about: its example, else a fair guess."""
    if part.example and part.accepts(part.example) and part.example not in reserved:
        return part.example
    if part.kind == "vocabulary":
        return part.words[0] if part.words else ""
    if part.kind == "slug":
        return free_word(slugify(part.name), reserved)
    return {"period": period, "number": "1"}[part.kind]


def free_word(word: str, reserved: Collection[str]) -> str:
    """Return the word, or one made from it that is not reserved."""
    word = word or "send"
    number = 2
    chosen = word
    while chosen in reserved:
        chosen, number = f"{word}{number}", number + 1
    return chosen
