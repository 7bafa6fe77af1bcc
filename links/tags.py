"""Tags of short links: how they are written, so that one tag has one spelling. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 40
MOST: Final = 20
_SEPARATORS = re.compile(r"[,;|\n]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class TagNotAllowedError(ValueError):
    """A tag cannot be stored; the message says which and why."""


def split_tags(text: str) -> list[str]:
    """Return the tags in a text, separated by commas, semicolons, bars or lines.

    Raises:
        TagNotAllowedError: as `clean_tags`.
    """
    return clean_tags(_SEPARATORS.split(text))


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in their stored form: lower case, single blanks, each once, by alphabet.

    Raises:
        TagNotAllowedError: a tag is too long or holds a separator, or there are too many.
    """
    found = sorted({clean for tag in tags if (clean := _clean(tag))})
    if len(found) > MOST:
        raise TagNotAllowedError(f"A link has at most {MOST} tags; these are {len(found)}.")
    return found


def _clean(tag: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", tag).lower().split())
    if len(clean) > LONGEST:
        raise TagNotAllowedError(
            f"“{clean[:LONGEST]}…” is too long: a tag has at most {LONGEST} characters."
        )
    if _SEPARATORS.search(clean) or _UNPRINTABLE.search(clean):
        raise TagNotAllowedError(
            f"“{clean}” cannot be a tag: leave out commas, semicolons and bars."
        )
    return clean
