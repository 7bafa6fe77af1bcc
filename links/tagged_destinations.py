"""Destinations that bring their UTM values along: the values move to the link's own fields. Pure.

A link sets its UTM values itself; left in the destination they would hide from every report
that goes by link, and from the naming convention.
"""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from links.destinations import UTM_KEYS


@dataclass(frozen=True, slots=True)
class TaggedDestination:
    """An address without its UTM values, and the values, each by its name in lower case."""

    url: str
    utm: dict[str, str]


def take_utm(url: str) -> TaggedDestination:
    """Take the five UTM values out of an address; all other bytes stay as they are.

    Of a value that stands there twice the first counts, as in most analytics tools.
    """
    address, mark, fragment = url.partition("#")
    base, question, query = address.partition("?")
    kept: list[str] = []
    utm: dict[str, str] = {}
    for raw in query.split("&") if question else ():
        name, _, value = raw.partition("=")
        key = unquote_plus(name).lower()
        if key not in UTM_KEYS:
            kept.append(raw)
        elif value:
            utm.setdefault(key, unquote_plus(value))
    if question and any(kept):
        base = f"{base}?{'&'.join(kept)}"
    return TaggedDestination(f"{base}{mark}{fragment}" if utm or not question else url, utm)
