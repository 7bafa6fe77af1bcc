"""Any text as lower-case, hyphenated ASCII: what a UTM value may look like. Pure."""

import re
import unicodedata
from urllib.parse import unquote_plus

# Letters of other alphabets that read like ours, and Latin ones that NFKD leaves whole
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝɡαεικνορτυχøłđıŧħ",
    "abekmhopctyxijsdqwgaeikvoptuxoldith",
)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def slugify(text: str) -> str:
    """Return the text in lower-case letters, digits and single hyphens, perhaps empty.

    Percent-encoding is undone, accents are dropped, look-alike letters become the ones they
    look like, `CamelCase` is taken apart; everything else becomes a hyphen.
    """
    if _PERCENT.search(text):
        text = unquote_plus(text)
    text = unicodedata.normalize("NFKD", _CAMEL.sub("-", text)).casefold()
    text = text.replace("æ", "ae").replace("œ", "oe").translate(_LOOK_ALIKES)
    letters = "".join(letter for letter in text if not _is_dropped(letter))
    return _OTHER.sub("-", letters).strip("-")


def _is_dropped(letter: str) -> bool:
    """Accents, zero-width and bidirectional marks leave no hyphen behind."""
    return letter in "'’" or unicodedata.category(letter) in {"Mn", "Me", "Cf"}


def name_letter(letter: str) -> str:
    """Return how to call a character that cannot be told by sight: `CYRILLIC SMALL LETTER A`."""
    return unicodedata.name(letter, f"U+{ord(letter):04X}")
