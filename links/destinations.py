"""What a short link's visitor is sent to: destination, UTM values, click id, passed query.

The rules, in order of strength: the link's own UTM values and the click id `tr` win over
everything; the visitor's other parameters win over the destination's. What is passed keeps its
order and its bytes, repeated keys stay repeated, and the fragment stays last.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote_plus

CLICK_ID_KEY = "tr"
UTM_KEYS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

_UNSAFE = re.compile(r"[^\x21-\x7e]+")
_HOST_END = re.compile(r"[/?#]")
_PLAIN = re.compile(r"[!\x22$->@-~]+")
"""Visible ASCII without `?` and `#`: an address that needs no work at all."""


class OurParameters(NamedTuple):
    """What the links of one send put into their addresses: `pairs` ends where the click id goes."""

    pairs: str
    keys: frozenset[str]
    passes_query: bool


class PreparedDestination(NamedTuple):
    """A destination with everything done that does not depend on the visitor.

    `head` ends where our parameters go, `tail` is the fragment with its `#`. A tuple, because a
    redirector holds one for each of a million links.
    """

    head: str
    ours: OurParameters
    tail: str

    def build(self, passed_query: str, click_id: str) -> str:
        """Return the address to redirect to. Never raises, whatever the query holds."""
        head, ours, tail = self
        if passed_query and ours.passes_query:
            pairs, keys = _visitor_pairs(passed_query, ours.keys)
            if pairs:
                bare, _, own = head.partition("?")
                kept = [pair for pair in own.split("&") if pair and _key(pair) not in keys]
                parts = "&".join([*kept, f"{ours.pairs}{click_id}", *pairs])
                return f"{bare}?{parts}{tail}"
        return f"{head}{ours.pairs}{click_id}{tail}"


def prepare(
    destination: str, utm: Mapping[str, str], *, passes_query: bool = True
) -> PreparedDestination:
    """Do once per link what need not be done once per tap.

    `utm` maps `utm_source` and its four siblings to values; empty values are left out, and
    then a parameter of that name is nobody's and passes like any other.
    """
    ours = _our_parameters(*(utm.get(key, "") for key in UTM_KEYS), passes_query=passes_query)
    if _PLAIN.fullmatch(destination):
        return PreparedDestination(f"{destination}?", ours, "")
    address, mark, fragment = destination.partition("#")
    bare, question, own_query = address.partition("?")
    own_pairs = [
        f"{_escape(pair)}&"
        for pair in (own_query.split("&") if question else ())
        if pair and _key(pair).lower() not in ours.keys
    ]
    return PreparedDestination(
        head=f"{ascii_address(bare)}?{''.join(own_pairs)}",
        ours=ours,
        tail=mark + _escape(fragment),
    )


def merge_destination(
    *,
    destination: str,
    utm: Mapping[str, str],
    passed_query: str,
    click_id: str,
    passes_query: bool = True,
) -> str:
    """Return the address one visitor is sent to; `prepare` and `build` in one step."""
    return prepare(destination, utm, passes_query=passes_query).build(passed_query, click_id)


def repair_path(path: str, query: str) -> tuple[str, str]:
    """Return path and query with an `&` that stands where a `?` belongs put right.

    `/code&utm_source=x` is how some message tools append to an address without a query.
    """
    code, ampersand, misplaced = path.partition("&")
    if not ampersand:
        return path, query
    return code, "&".join(part for part in (misplaced, query) if part)


def read_pairs(query: str) -> list[tuple[str, str]]:
    """Return a query's decoded (key, value) pairs in order, bad bytes replaced."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [(unquote_plus(key), unquote_plus(value)) for key, _, value in pairs]


def _visitor_pairs(query: str, our_keys: frozenset[str]) -> tuple[list[str], set[str]]:
    pairs: list[str] = []
    keys: set[str] = set()
    for pair in _escape_raw(query).split("&"):
        if not pair:
            continue
        key = _key(pair)
        if key.lower() not in our_keys:
            pairs.append(pair)
            keys.add(key)
    return pairs, keys


def _key(pair: str) -> str:
    key = pair.partition("=")[0]
    return unquote_plus(key) if "%" in key or "+" in key else key


@lru_cache(maxsize=4096)
def _our_parameters(*values: str, passes_query: bool) -> OurParameters:
    """Share one between all links with the same values: a million links hold a few."""
    ours = {key: value for key, value in zip(UTM_KEYS, values, strict=True) if value}
    pairs = "".join(f"{key}={quote(value)}&" for key, value in ours.items())
    keys = frozenset({*ours, CLICK_ID_KEY})
    return OurParameters(f"{pairs}{CLICK_ID_KEY}=", keys, passes_query)


def _escape(text: str) -> str:
    """Percent-encode only what may not stand in a header: no visible ASCII byte changes."""
    return _UNSAFE.sub(lambda match: _percent(match.group().encode("utf-8", "surrogatepass")), text)


def _escape_raw(query: str) -> str:
    """Percent-encode a request's query, whose characters are bytes (PEP 3333)."""
    if "#" in query:
        query = query.replace("#", "%23")
    try:
        return _UNSAFE.sub(lambda match: _percent(match.group().encode("latin-1")), query)
    except UnicodeError:
        return _escape(query)


def _percent(raw: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in raw)


def ascii_address(address: str) -> str:
    """Return an address as a header may carry it: no visible ASCII character changes."""
    if address.isascii():
        return _escape(address)
    scheme, separator, rest = address.partition("://")
    host = _HOST_END.split(rest, maxsplit=1)[0]
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_host = _escape(host)
    return f"{scheme}{separator}{ascii_host}{_escape(rest[len(host) :])}"
