"""Check the UTM values inside an address, and suggest the address as it should be. Pure.

Rules of its own: `not-a-url`, `parameter-name` (capitals in `UTM_Source`), `repeated-parameter`.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_plus, urlsplit

from campaigns.convention_rules import Convention, quote
from campaigns.conventions import Verdict, Violation, check

_UNSAFE = re.compile(r"[\s\x00-\x20\x7f]")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """One `name=value` of a query, as it came and decoded."""

    raw: str
    name: str
    value: str

    @property
    def field(self) -> str:
        return self.name.lower()

    @property
    def is_utm(self) -> bool:
        return self.field.startswith("utm_")


def check_url(url: str, convention: Convention) -> UrlVerdict:
    """Return every broken rule of an address and the address that passes."""
    verdict = _check_once(url, convention)
    if verdict.ok or verdict.suggested is None:
        return verdict
    if _check_once(verdict.suggested, convention).ok:
        return verdict
    return UrlVerdict(verdict.violations, None, verdict.utm)


def _check_once(url: str, convention: Convention) -> UrlVerdict:
    cleaned = _UNSAFE.sub(lambda match: percent_encode(match[0]), url.strip())
    whole = cleaned if _HAS_SCHEME.match(cleaned) else f"https://{cleaned}"
    if not _is_web_address(whole):
        return UrlVerdict((_not_a_url(url, ""),), None, {})
    address, mark, fragment = whole.partition("#")
    base, _, query = address.partition("?")
    pieces = [_piece(raw) for raw in query.split("&") if raw]
    utm = _values(pieces)
    verdict = check(utm, convention)
    suggested = base + "?" + "&".join(_rebuilt(pieces, verdict)) + mark + fragment
    found = (*_shape_of(url, whole, suggested), *_names_of(pieces), *verdict.violations)
    return UrlVerdict(found, suggested, utm)


def _shape_of(url: str, whole: str, suggested: str) -> list[Violation]:
    return [] if url == whole else [_not_a_url(url, suggested)]


def _not_a_url(url: str, suggestion: str) -> Violation:
    message = f"“{quote(url)}” is not a web address that starts with https:// and has no spaces."
    return Violation("url", url, "not-a-url", message, suggestion)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and ("." in host or ":" in host or host == "localhost")


def _piece(raw: str) -> _Piece:
    name, _, value = raw.partition("=")
    return _Piece(raw, unquote_plus(name), unquote_plus(value))


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
