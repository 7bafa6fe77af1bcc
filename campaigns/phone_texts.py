"""A text as a phone will show it, piece by piece, and what makes it dear. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaigns.slugs import name_letter
from campaigns.sms_text import LINK_MARK

_PLAIN_FORMS = {
    "‘": "'",
    "’": "'",
    "‚": ",",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
    "\N{ZERO WIDTH SPACE}": "",
    "•": "-",
    "`": "'",
    "´": "'",
    "×": "x",
}
"""What people mean by letters that word processors put in: each is one that costs nothing more."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text: `kind` is `text`, `link`, or `forced` for a letter that forces Unicode."""

    kind: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ForcedLetter:
    """A letter that turns the text into Unicode, its name, and what could stand in its place.

    `plain` is None where no letter says the same.
    """

    letter: str
    name: str
    plain: str | None

    @property
    def shown(self) -> str:
        """Return the letter, or its name where nothing would be seen of it."""
        return self.letter if self.letter.isprintable() and self.letter.strip() else self.name


def pieces_of(body: str, link: str, forced_by: Sequence[str]) -> list[Piece]:
    """Return the text in pieces, the short link in its place and dear letters by themselves."""
    found: list[Piece] = []
    for index, part in enumerate(body.split(LINK_MARK)):
        if index:
            found.append(Piece("link", link))
        found += _marked(part, forced_by)
    return found


def forced_letters(forced_by: Sequence[str]) -> list[ForcedLetter]:
    """Return the letters that force Unicode with what is known of each."""
    return [
        ForcedLetter(letter, name_letter(letter).lower(), _PLAIN_FORMS.get(letter))
        for letter in forced_by
    ]


def _marked(text: str, forced_by: Sequence[str]) -> Iterator[Piece]:
    if not forced_by:
        if text:
            yield Piece("text", text)
        return
    dear = "|".join(re.escape(letter) for letter in forced_by)
    # The pattern's group keeps the letters, which stand at every odd place.
    for index, run in enumerate(re.split(f"((?:{dear})+)", text)):
        if run:
            title = name_letter(run[0]).lower() if index % 2 else ""
            yield Piece("forced" if index % 2 else "text", run, title)
