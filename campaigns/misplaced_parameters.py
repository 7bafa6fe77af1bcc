"""UTM values that stand in an address where no tool reads them: after the `#`, in the path. Pure."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

_TAG: Final = r"utm_\w{2,30}="
_IN_PATH: Final = re.compile(rf"[&;](?={_TAG})", re.IGNORECASE)
_IN_VALUE: Final = re.compile(rf"((?:^amp)?[?;])(?={_TAG})", re.IGNORECASE)
_IN_FRAGMENT: Final = re.compile(rf"(?<![^?&;])({_TAG}[^&?;]*)[&;]?", re.IGNORECASE)
_PATH: Final = "in the path, without a “?” before it"
_FRAGMENT: Final = "after the “#”"
_SIGNS: Final = {"?": "after a second “?”", ";": "after “;” instead of “&”"}
_ESCAPED: Final = "after “&amp;” instead of “&”"


class Parameter(NamedTuple):
    """One `name=value` as it came. `place` says where it stands if no tool reads it there."""

    raw: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart; `fragment` has its `#`. All UTM values are among the parameters."""

    base: str
    parameters: list[Parameter]
    fragment: str


def take_apart(url: str) -> Address:
    """Take an address apart, and UTM values from where they do not belong."""
    address, mark, fragment = url.partition("#")
    base, _, query = address.partition("?")
    parameters = [one for raw in query.split("&") if raw for one in _in_query(raw)]
    if "utm_" in base.lower():
        base, found = _in_path(base)
        parameters = found + parameters
    if "utm_" in fragment.lower():
        fragment, found = _in_fragment(fragment)
        parameters += found
    return Address(base, parameters, mark + fragment if fragment else "")


def _in_query(raw: str) -> list[Parameter]:
    if "utm_" not in raw[1:].lower():
        return [Parameter(raw)]
    first, *rest = _IN_VALUE.split(raw)
    found = [Parameter(first)] if first else []
    for sign, text in zip(rest[::2], rest[1::2], strict=True):
        found.append(Parameter(text, _SIGNS.get(sign, _ESCAPED)))
    return found


def _in_path(base: str) -> tuple[str, list[Parameter]]:
    path, *rest = _IN_PATH.split(base, maxsplit=1)
    pieces = [raw for tail in rest for raw in re.split("[&;]", tail) if raw]
    return path, [Parameter(raw, _PATH if _is_tag(raw) else "") for raw in pieces]


def _in_fragment(fragment: str) -> tuple[str, list[Parameter]]:
    found = [Parameter(raw, _FRAGMENT) for raw in _IN_FRAGMENT.findall(fragment)]
    kept = _IN_FRAGMENT.sub("", fragment).rstrip("?&;") if found else fragment
    return kept, found


def _is_tag(raw: str) -> bool:
    return re.match(_TAG, raw, re.IGNORECASE) is not None
