"""Check the UTM values inside an address, and suggest the address as it should be. Pure.

Rules of its own: `not-a-url`, `misplaced-parameter` (where no tool reads it), `parameter-name`
(capitals in `UTM_Source`), `repeated-parameter`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_plus, urlsplit

from campaigns.convention_rules import Convention, quote
from campaigns.conventions import Verdict, Violation, check
from campaigns.misplaced_parameters import take_apart
from campaigns.utm_parameters import KNOWN, is_utm, meant_parameter

_UNSAFE = re.compile(r"[\s\x00-\x20\x7f\ud800-\udfff]")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ORIGIN = re.compile(r"[^:]*:(?://)?[^/?#]*")


@dataclass(frozen=True, slots=True)
class UrlVerdict:
    """What a check of an address found. `suggested` passes in turn; None where none is known."""

    violations: tuple[Violation, ...]
    suggested: str | None
    utm: dict[str, str]

    @property
    def ok(self) -> bool:
        """Say whether no rule is broken."""
        return not self.violations


class _Piece(NamedTuple):
    """One `name=value`, as it came and decoded. `field` is the name in lower case.

    `place` says where it stands if no tool reads it there.
    """

    raw: str
    name: str
    value: str
    field: str
    is_utm: bool
    place: str


def check_url(url: str, convention: Convention) -> UrlVerdict:
    """Return every broken rule of an address and the address that passes."""
    whole = _UNSAFE.sub(_encoded, url.strip())
    if not _HAS_SCHEME.match(whole):
        whole = f"https://{whole}"
    address = take_apart(whole)
    origin = _ORIGIN.match(address.base)
    if origin is None or not _is_web_origin(origin[0]):
        return UrlVerdict((_not_a_url(url, ""),), None, {})
    pieces = [_piece(raw) for raw in address.parameters]
    utm = _values(pieces)
    pieces += [_piece(stray.raw, stray.place) for stray in address.strays]
    verdict = check(_values(pieces) if address.strays else utm, convention)
    misused = list(_misused(pieces, verdict.suggested))
    if verdict.ok and not misused and url == whole:
        return UrlVerdict((), url, utm)
    query = "&".join(_rebuilt(pieces, verdict))
    suggested = f"{address.base}?{query}{address.fragment}"
    found = (*_shape_of(url, whole, suggested), *misused, *verdict.violations)
    return UrlVerdict(found, suggested, utm)


def _encoded(unsafe: re.Match[str]) -> str:
    return percent_encode(unsafe[0], errors="replace")


def _shape_of(url: str, whole: str, suggested: str) -> list[Violation]:
    return [] if url == whole else [_not_a_url(url, suggested)]


def _not_a_url(url: str, suggestion: str) -> Violation:
    message = f"“{quote(url)}” is not a web address that starts with https:// and has no spaces."
    return Violation("url", url, "not-a-url", message, suggestion)


@lru_cache(maxsize=1024)
def _is_web_origin(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and ("." in host or ":" in host or host == "localhost")


def _piece(raw: str, place: str = "") -> _Piece:
    name, _, value = raw.partition("=")
    if "%" in raw or "+" in raw:
        name, value = unquote_plus(name), unquote_plus(value)
    field = name.lower()
    return _Piece(raw, name, value, field, is_utm(field), place)


def _values(pieces: list[_Piece]) -> dict[str, str]:
    """Return the first value of each UTM parameter, whatever the case of its name."""
    utm: dict[str, str] = {}
    for piece in pieces:
        if piece.is_utm:
            utm.setdefault(piece.field, piece.value)
    return utm


def _misused(pieces: list[_Piece], suggested: Mapping[str, str]) -> Iterator[Violation]:
    """Yield what is wrong with the parameters themselves, whatever their values."""
    seen: set[str] = set()
    for piece in pieces:
        if not piece.is_utm:
            continue
        field = piece.field
        if piece.place:
            text = f"{quote(field)} stands {piece.place}, where no tool reads it."
            passes = suggested.get(field, "")
            yield Violation(field, piece.value, "misplaced-parameter", text, passes)
        elif piece.name != field and field in KNOWN:
            text = f"“{quote(piece.name)}” must be written {field}."
            yield Violation(field, piece.name, "parameter-name", text, field)
        if field in seen:
            text = f"{quote(field)} stands more than once; tools disagree which one counts."
            passes = suggested.get(field, "")
            yield Violation(field, piece.value, "repeated-parameter", text, passes)
        seen.add(field)


def _rebuilt(pieces: list[_Piece], verdict: Verdict) -> list[str]:
    """Put the suggested values where the old ones stood; keep all other bytes and their order."""
    left = dict(verdict.suggested)
    query = []
    for piece in pieces:
        meant = meant_parameter(piece.field) if piece.is_utm else ""
        if not piece.is_utm:
            query.append(piece.raw)
        elif meant in left:
            query.append(f"{meant}={percent_encode(left.pop(meant), safe='')}")
    return query + [f"{name}={percent_encode(value, safe='')}" for name, value in left.items()]
