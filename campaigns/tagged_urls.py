"""Check the UTM values inside an address, and suggest the address as it should be. Pure.

Rules of its own: `not-a-url`, `parameter-name` (capitals in `UTM_Source`), `repeated-parameter`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_plus, urlsplit

from campaigns.convention_rules import Convention, quote
from campaigns.conventions import Verdict, Violation, check

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
    """One `name=value` of a query, as it came and decoded. `field` is the name in lower case."""

    raw: str
    name: str
    value: str
    field: str
    is_utm: bool


def check_url(url: str, convention: Convention) -> UrlVerdict:
    """Return every broken rule of an address and the address that passes."""
    whole = _UNSAFE.sub(_encoded, url.strip())
    if not _HAS_SCHEME.match(whole):
        whole = f"https://{whole}"
    origin = _ORIGIN.match(whole)
    if origin is None or not _is_web_origin(origin[0]):
        return UrlVerdict((_not_a_url(url, ""),), None, {})
    address, mark, fragment = whole.partition("#")
    base, _, query = address.partition("?")
    pieces = [_piece(raw) for raw in query.split("&") if raw]
    utm = _values(pieces)
    verdict = check(utm, convention)
    misnamed = _names_of(pieces)
    if verdict.ok and not misnamed and url == whole:
        return UrlVerdict((), url, utm)
    suggested = base + "?" + "&".join(_rebuilt(pieces, verdict)) + mark + fragment
    found = (*_shape_of(url, whole, suggested), *misnamed, *verdict.violations)
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


def _piece(raw: str) -> _Piece:
    name, _, value = raw.partition("=")
    if "%" in raw or "+" in raw:
        name, value = unquote_plus(name), unquote_plus(value)
    field = name.lower()
    return _Piece(raw, name, value, field, field.startswith("utm_"))


def _values(pieces: list[_Piece]) -> dict[str, str]:
    """Return the first value of each UTM parameter, whatever the case of its name."""
    utm: dict[str, str] = {}
    for piece in pieces:
        if piece.is_utm:
            utm.setdefault(piece.field, piece.value)
    return utm


def _names_of(pieces: list[_Piece]) -> list[Violation]:
    found = []
    seen: set[str] = set()
    for piece in pieces:
        if not piece.is_utm:
            continue
        if piece.name != piece.field:
            message = f"“{quote(piece.name)}” must be written {quote(piece.field)}."
            found.append(Violation(piece.field, piece.name, "parameter-name", message, piece.field))
        if piece.field in seen:
            message = (
                f"{quote(piece.field)} stands more than once; tools disagree which one counts."
            )
            found.append(Violation(piece.field, piece.value, "repeated-parameter", message, ""))
        seen.add(piece.field)
    return found


def _rebuilt(pieces: list[_Piece], verdict: Verdict) -> list[str]:
    """Put the suggested values where the old ones stood; keep all other bytes and their order."""
    left = dict(verdict.suggested)
    query = []
    for piece in pieces:
        if not piece.is_utm:
            query.append(piece.raw)
        elif piece.field in left:
            query.append(f"{piece.field}={percent_encode(left.pop(piece.field), safe='')}")
    return query + [f"{name}={percent_encode(value, safe='')}" for name, value in left.items()]
