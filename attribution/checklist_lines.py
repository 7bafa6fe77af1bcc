"""A line of evidence on the checklist, and how one is made from a count. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether the data bear it out."""

    HOLDS = "holds"
    OPEN = "open"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of evidence, with the page that shows it."""

    text: str
    state: State
    url: str = ""


def shown(text: str, *, holds: bool, url: str = "") -> Line:
    """Return a line that holds, or is still to be done."""
    return Line(text, State.HOLDS if holds else State.OPEN, url)


def all_of(part: int, whole: int, *, done: str, none: str, url: str = "") -> Line:
    """Return “part of whole …”: holds when all do, open while there is nothing to count."""
    if not whole:
        return Line(none, State.OPEN, url)
    state = State.HOLDS if part == whole else State.BROKEN
    return Line(f"{part:,} of {whole:,} {done}", state, url)


def none_of(count: int, *, broken: str, clean: str, url: str = "") -> Line:
    """Return a line that holds while the count is nothing."""
    if count:
        return Line(f"{count:,} {broken}", State.BROKEN, url)
    return Line(clean, State.HOLDS, url)
