"""Any text as lower-case, hyphenated ASCII: what a UTM value may look like. Pure."""

import re
import unicodedata
from urllib.parse import unquote_plus

# Letters of other alphabets that read like ours, and Latin ones that NFKD leaves whole
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝɡαεικνορτυχøłđıŧħ",
    "abekmhopctyxijsdqwgaeikvoptuxoldith",
)
_MOST_DECODINGS = 4
_SHORTEST_MISSPELT = 4
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def slugify(text: str) -> str:
    """Return the text in lower-case letters, digits and single hyphens, perhaps empty.

    Percent-encoding is undone, accents are dropped, look-alike letters become the ones they
    look like, `CamelCase` is taken apart; everything else becomes a hyphen.
    """
    for _ in range(_MOST_DECODINGS):
        if not _PERCENT.search(text):
            break
        text = unquote_plus(text)
    text = _CAMEL.sub("-", text)
    if text.isascii():
        return _OTHER.sub("-", text.lower().replace("'", "")).strip("-")
    text = unicodedata.normalize("NFKD", text).casefold()
    text = text.replace("æ", "ae").replace("œ", "oe").translate(_LOOK_ALIKES)
    letters = "".join(letter for letter in text if not _is_dropped(letter))
    return _OTHER.sub("-", letters).strip("-")


def _is_dropped(letter: str) -> bool:
    """Accents, zero-width and bidirectional marks leave no hyphen behind."""
    return letter in "'’" or unicodedata.category(letter) in {"Mn", "Me", "Cf"}


def name_letter(letter: str) -> str:
    """Return how to call a character that cannot be told by sight: `CYRILLIC SMALL LETTER A`."""
    return unicodedata.name(letter, f"U+{ord(letter):04X}")


def cut(text: str, longest: int | None) -> str:
    """Return hyphenated words short enough: whole words where one of them fits."""
    if longest is None or len(text) <= longest:
        return text
    head = text[:longest]
    whole = head if text[longest] == "-" else head.rpartition("-")[0]
    return (whole or head).strip("-")


def close_spellings(word: str) -> list[str]:
    """Return a word and what is left of it without one letter.

    Two words share one of these where a single slip lies between them: a letter left out, added,
    mistaken, or two exchanged. Shorter words than four letters are too close to others.
    """
    if len(word) < _SHORTEST_MISSPELT:
        return []
    return [word, *(word[:index] + word[index + 1 :] for index in range(len(word)))]
