"""UTM values that stand in an address where no tool reads them: after the `#`, in the path. Pure."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

_TAG: Final = r"utm_\w{2,30}="
_IN_PATH: Final = re.compile(rf"[&;](?={_TAG})", re.IGNORECASE)
_IN_VALUE: Final = re.compile(rf"((?:(?<![^&])amp)?[?;])(?={_TAG})", re.IGNORECASE)
_IN_FRAGMENT: Final = re.compile(rf"(?<![^?&;])({_TAG}[^&?;]*)[&;]?", re.IGNORECASE)
_IS_TAG: Final = re.compile(_TAG, re.IGNORECASE)
_PATH: Final = "in the path, without a “?” before it"
_FRAGMENT: Final = "after the “#”"
_SIGNS: Final = {"?": "after a second “?”", ";": "after “;” instead of “&”"}
_ESCAPED: Final = "after “&amp;” instead of “&”"


class Stray(NamedTuple):
    """A `name=value` as it came, and where it stands, in words."""

    raw: str
    place: str


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart: what tools read as parameters, and UTM values they do not read.

    `fragment` has its `#`.
    """

    base: str
    parameters: list[str]
    fragment: str
    strays: list[Stray]

    @property
    def every_parameter(self) -> list[str]:
        """Return the parameters with those that are meant to be some."""
        return [*self.parameters, *(stray.raw for stray in self.strays)]


def take_apart(url: str) -> Address:
    """Take an address apart, and UTM values from where they do not belong."""
    address, mark, fragment = url.partition("#")
    base, _, query = address.partition("?")
    strays: list[Stray] = []
    if ("&" in base or ";" in base) and _IN_PATH.search(base):
        base, tail = _IN_PATH.split(base, maxsplit=1)
        query = f"{_sorted_out(re.split('[&;]', tail), strays)}&{query}"
    parameters = query.split("&") if query else []
    if "?" in query or ";" in query:
        parameters = [_cut(raw, strays) for raw in parameters]
    if mark and _IN_FRAGMENT.search(fragment):
        strays += [Stray(raw, _FRAGMENT) for raw in _IN_FRAGMENT.findall(fragment)]
        fragment = _IN_FRAGMENT.sub("", fragment).rstrip("?&;")
    kept = [raw for raw in parameters if raw]
    return Address(base, kept, mark + fragment if fragment else "", strays)


def _sorted_out(pieces: list[str], strays: list[Stray]) -> str:
    """Add the UTM values among the pieces to the strays; return the others as a query."""
    strays += [Stray(raw, _PATH) for raw in pieces if _IS_TAG.match(raw)]
    return "&".join(raw for raw in pieces if not _IS_TAG.match(raw))


def _cut(raw: str, strays: list[Stray]) -> str:
    """Add the UTM values inside a parameter to the strays; return what is left of it."""
    first, *rest = _IN_VALUE.split(raw)
    strays += [
        Stray(text, _SIGNS.get(sign, _ESCAPED))
        for sign, text in zip(rest[::2], rest[1::2], strict=True)
    ]
    return first
