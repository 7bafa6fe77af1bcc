"""Numbers as people around the world write them: `1,234.50`, `1.234,50`, `1 234,50`. Pure."""

import re
from collections.abc import Iterable

_AROUND = re.compile(r"^[^\d.,+\-−(]+|[^\d.,)]+$")
_SPACES = re.compile(r"(?<=\d)[\s   '’](?=\d)")


def decimal_mark(texts: Iterable[str]) -> str:
    """Return what stands before the decimals of a column's numbers: “.” or “,”.

    One number that can be read in one way only decides for all; where none does, it is “.”.
    """
    for text in map(_bare, texts):
        dot, comma = text.count("."), text.count(",")
        if dot and comma:
            return "." if text.rindex(".") > text.rindex(",") else ","
        if dot + comma == 1:
            mark = "." if dot else ","
            if len(text.rpartition(mark)[2]) != 3:
                return mark
        elif dot + comma > 1:
            return "," if dot else "."
    return "."


def plain_number(text: str, mark: str) -> str:
    """Return a number as `-1234.50`: without a currency's sign or spaces between its digits.

    What is no number stays as it was, for the reader of amounts to refuse.
    """
    bare = _bare(text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    if mark == ",":
        bare = bare.replace(".", "").replace(",", ".")
    digits = bare.lstrip("-−+").replace(",", "")
    return bare if digits.replace(".", "", 1).isdecimal() else text


def _bare(text: str) -> str:
    return _SPACES.sub("", _AROUND.sub("", text.strip()))
