"""Find the links in text that people paste and in the cells of a table. Pure.

A link is kept as it was written, faults included: to name them is the linter's work.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_START: Final = r"(?:https?://|www\.)"
# Text between blanks and brackets; a comma directly before another link ends the first
_LINK: Final = re.compile(rf"\b{_START}(?:(?![,;|]{{1,3}}{_START})[^\s<>\"“”«»„`])+", re.IGNORECASE)
_WHOLE: Final = re.compile(rf"{_START}\S", re.IGNORECASE)
_ANY_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_BARE_HOST: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,24}(?::\d{1,5})?[/?#]\S*")
_ENDS_NO_LINK: Final = frozenset(".,;:!?'’‘*…|")
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_PARAMETER: Final = re.compile(r"(?:&|\sutm_)\w{1,40}=", re.IGNORECASE)
_FEW_WORDS: Final = re.compile(r"[\w-]{1,40}(?: [\w-]{1,40}){0,2}")
_QUOTES: Final = "<>\"“”«»„'‘’`"

NO_LINK: Final = "lines without a link"
VERDICT: Final = "Verdict"
MISTAKES: Final = "Mistakes"
CORRECTED: Final = "Corrected "
"""The headings that the linter adds to a table; what it corrected begins with the last."""


class FoundLink(NamedTuple):
    """A link, and where it stands: `start` counts characters of its line or cell.

    `cell` is its row and column in the table it came from, counted from zero. `source` names the
    file where there may be several.
    """

    url: str
    place: str
    line: int = 1
    start: int = 0
    cell: tuple[int, int] | None = None
    source: str = ""

    @property
    def where(self) -> str:
        """Return the place with its file."""
        return f"{self.source}: {self.place}" if self.source else self.place


@dataclass(frozen=True, slots=True)
class Found:
    """The links of a source, and how many of each other kind were left out.

    `rows` are the table's rows with its header, to be handed back corrected.
    """

    links: list[FoundLink] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rows: list[list[str]] | None = None


def links_in_text(text: str) -> Found:
    """Return the links of pasted text: one on each line, or anywhere in sentences."""
    found = Found()
    for number, line in enumerate(_LINE_END.split(text), start=1):
        spans = list(spans_of(line))
        if not spans and line.strip():
            found.left_out[NO_LINK] += 1
        found.links.extend(FoundLink(url, f"line {number}", number, start) for start, url in spans)
    return found


def links_in_cells(
    cells: Sequence[str], *, header: Sequence[str], row: int, number: int, line: int
) -> Iterator[FoundLink]:
    """Yield the links of a row; `row` counts the rows handed in, `number` those of the sheet."""
    for column, cell in enumerate(cells):
        if "." not in cell:
            continue
        for start, url in spans_of(cell):
            place = f"row {number}, column “{column_name(header, column)}”"
            yield FoundLink(url, place, line, start, (row, column))


def column_name(header: Sequence[str], column: int) -> str:
    """Return what a column is called: its heading, else its letter as in a spreadsheet."""
    name = header[column] if column < len(header) else ""
    if name:
        return name
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def spans_of(text: str) -> list[tuple[int, str]]:
    """Return where each link of a line or cell begins, and the link."""
    whole = _whole_of(text)
    if whole is not None:
        return [whole]
    return [
        (match.start(), url)
        for match in _LINK.finditer(text)
        if len(url := _without_end(match[0])) > len("http://")
    ]


def _whole_of(text: str) -> tuple[int, str] | None:
    """Return the text where all of it is meant as one link, perhaps a broken one.

    A link broken by a space goes on behind it. Of what has no scheme, a single word that reads
    like an address is a link.
    """
    link = text.strip().strip(_QUOTES).strip()
    start = text.find(link)
    if not link or "@" in link.partition("?")[0]:
        return None
    begins = _WHOLE.match(link) or _BARE_HOST.match(link)
    if begins and _goes_on(link):
        return (start, link) if len(_LINK.findall(link)) <= 1 else None
    if _WHOLE.match(link):
        return None
    if _ANY_SCHEME.fullmatch(link) or _BARE_HOST.fullmatch(link):
        return start, _without_end(link)
    return None


def _goes_on(link: str) -> bool:
    """Say whether a space breaks a value: parameters follow it, or more words of a UTM value."""
    begin, *rest = link.split(maxsplit=1)
    if not rest or begin[-1] in _ENDS_NO_LINK:
        return False
    if _PARAMETER.search(f" {rest[0]}"):
        return True
    last = begin.replace("?", "&").rpartition("&")[2].lower()
    is_value = last.startswith("utm_") and "=" in last and link[len(begin)] == " "
    return is_value and _FEW_WORDS.fullmatch(rest[0]) is not None


def _without_end(link: str) -> str:
    """Drop the punctuation of the sentence around a link; its own pairs of brackets stay."""
    counts = {bracket: link.count(bracket) for pair in _PAIRS.items() for bracket in pair}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in _PAIRS and counts[last] > counts[_PAIRS[last]]:
            counts[last] -= 1
        elif last not in _ENDS_NO_LINK:
            break
        end -= 1
    return link[:end]
