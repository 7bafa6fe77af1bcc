"""What a change says: values in words, and the changed part of a long text. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

NOTHING = ""
"""What an empty value says; pages and clients show it as they like."""
LONG = 60
"""A longer text is shown by its changed part."""
_AROUND = 4
"""Words kept on either side of a change."""
_WORDS = re.compile(r"\w+\s*|[^\s\w]\s*|\s+")


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# The first that fits: a truth value is also a number, and a moment also a day.
_FORMS: tuple[tuple[type[Any], Callable[[Any], str]], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (int, lambda value: f"{value:,}"),
    (Decimal, _plain),
    (datetime, lambda value: f"{value:%-d %B %Y, %H:%M}"),
    (date, lambda value: f"{value:%-d %B %Y}"),
    (time, lambda value: f"{value:%H:%M}"),
    (list, lambda value: ", ".join(str(item) for item in value)),
)


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a text: `kept`, `removed`, `added`, or `left-out` for what is too far away."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field said before and after. `parts` marks the difference of a long text."""

    field: str
    label: str
    old: str
    new: str
    parts: tuple[TextPart, ...] = ()


def field_change(field: str, label: str, old: str, new: str) -> FieldChange | None:
    """Return the change of a field; None where both say the same."""
    if old == new:
        return None
    is_long = bool(old and new) and max(len(old), len(new)) > LONG
    return FieldChange(field, label, old, new, difference(old, new) if is_long else ())


def in_words(value: object) -> str:
    """Return a value as people read it. Times are those of the value's own zone."""
    if value is None:
        return NOTHING
    form = next((form for kind, form in _FORMS if isinstance(value, kind)), str)
    return form(value)


def difference(old: str, new: str) -> tuple[TextPart, ...]:
    """Return two texts as one, word by word, with what is far from any change left out."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    parts: list[TextPart] = []
    codes = matcher.get_opcodes()
    for index, (tag, old_from, old_to, new_from, new_to) in enumerate(codes):
        if tag == "equal":
            is_first, is_last = index == 0, index + 1 == len(codes)
            parts.extend(_kept(before[old_from:old_to], is_first=is_first, is_last=is_last))
        else:
            parts.extend(_part("removed", before[old_from:old_to]))
            parts.extend(_part("added", after[new_from:new_to]))
    return tuple(parts)


def _part(kind: str, words: Sequence[str]) -> Iterator[TextPart]:
    if words:
        yield TextPart(kind, "".join(words))


def _kept(words: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[TextPart]:
    """Yield the words next to a change, and a mark for those between."""
    head = 0 if is_first else _AROUND
    tail = 0 if is_last else _AROUND
    if len(words) <= head + tail + 1:
        yield from _part("kept", words)
        return
    yield from _part("kept", words[:head])
    yield TextPart("left-out", "".join(words[head : len(words) - tail]))
    yield from _part("kept", words[len(words) - tail :])
