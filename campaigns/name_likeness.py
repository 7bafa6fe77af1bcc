"""Are two campaign names so alike that one was probably meant to be the other? Pure."""

import re
from dataclasses import dataclass
from datetime import date

from campaigns.moved_periods import find_period
from campaigns.periods import rewritten

_SPANS = ("date", "week", "month", "quarter", "half", "season", "year")
_JOINTS = re.compile(r"[-_.]+")
_YEAR = re.compile(r"20\d\d")
_SHORTEST_MISTYPED = 6
_SHORTEST_PLURAL = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two names are alike. `rule` is one of `same-words`, `period`, `plural`, `typing-error`
    and `number`; `why` says it in words.
    """

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class NameReading:
    """A name taken apart: the words of its topic, its period in one spelling, its numbers.

    `year` is the day's where the period names none.
    """

    name: str
    words: tuple[str, ...]
    topic: tuple[str, ...]
    numbers: tuple[str, ...]
    period: str
    span: str
    year: str
    names_year: bool

    @property
    def stems(self) -> tuple[str, ...]:
        """Return the topic's words in the singular, in alphabetical order."""
        return tuple(sorted(stem(word) for word in self.topic))


def read_name(name: str, *, day: date) -> NameReading:
    """Take a name apart; a period that names no year is of the day's."""
    folded = name.casefold()
    period = find_period(folded)
    head, _, tail = folded.rpartition(period) if period else (folded, "", "")
    words = [word for part in (head, tail) for word in _JOINTS.split(part) if word]
    return NameReading(
        name=folded,
        words=tuple(word for word in _JOINTS.split(folded) if word),
        topic=tuple(word for word in words if not word.isdecimal()),
        numbers=tuple(word for word in words if word.isdecimal()),
        period=period,
        span=_span(period, day),
        year=rewritten(period, ("year",), today=day),
        names_year=_YEAR.search(period) is not None,
    )


def likeness(one: NameReading, other: NameReading) -> Likeness | None:
    """Return why two different names are alike, or None where nobody would mix them up."""
    if one.name == other.name or not one.topic or not other.topic:
        return None
    if sorted(one.words) == sorted(other.words):
        return _same_words(one, other)
    found = _of_one_period(one, other) if _is_same_period(one, other) else None
    if (found is None or found.rule == "number") and _is_mistyped(one, other):
        return Likeness("typing-error", "one letter away, as by a typing error")
    return found


def stem(word: str) -> str:
    """Return a word without the ending of its plural: offers → offer, parties → party."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1]


def is_one_slip_apart(one: str, other: str) -> bool:
    """Say whether a letter too many, too few, mistaken, or two exchanged make the difference."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = min(len(one), len(other)) if same is None else same
    left, right = one[start:], other[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )


def _same_words(one: NameReading, other: NameReading) -> Likeness:
    how = "joined in another way" if one.words == other.words else "in another order"
    return Likeness("same-words", f"the same words {how}")


def _of_one_period(one: NameReading, other: NameReading) -> Likeness | None:
    if one.stems != other.stems:
        return None
    if one.numbers != other.numbers:
        return Likeness("number", "the same name but for a number")
    if one.topic != other.topic:
        return Likeness("plural", "the same words, one in the singular and one in the plural")
    return Likeness("period", f"the same name with the period written as “{other.period}”")


def _is_mistyped(one: NameReading, other: NameReading) -> bool:
    """Tell a slip from a difference that was meant: another month, another number."""
    if min(len(one.name), len(other.name)) < _SHORTEST_MISTYPED:
        return False
    if not is_one_slip_apart(one.name, other.name):
        return False
    if one.topic == other.topic:
        return not (one.period and other.period) and one.numbers == other.numbers
    return max(map(len, _unshared(one, other)), default=0) > 1


def _unshared(one: NameReading, other: NameReading) -> set[str]:
    """Return the words which only one of the names has: single letters tell versions apart."""
    return set(one.words) ^ set(other.words)


def _is_same_period(one: NameReading, other: NameReading) -> bool:
    """Two periods without a year mean the same to whoever reads a report."""
    in_one_year = one.year == other.year or not (one.names_year or other.names_year)
    return one.span == other.span and in_one_year


def _span(period: str, day: date) -> str:
    """Return a period in one spelling, without its year: `jun` and `2026-06` are `june`."""
    span = rewritten(period, _SPANS, today=day)
    return re.sub("^w0", "w", span).replace("fall", "autumn")
