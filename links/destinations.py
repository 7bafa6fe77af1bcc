"""What a short link's visitor is sent to: destination, UTM values, click id, passed query.

The rules, in order of strength: the link's own UTM values and the click id `tr` win over
everything; the visitor's other parameters win over the destination's. What is passed keeps its
order and its bytes, repeated keys stay repeated, and the fragment stays last.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_plus

CLICK_ID_KEY = "tr"
UTM_KEYS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

_UNSAFE = re.compile(r"[^\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class PreparedDestination:
    """A destination with everything done that does not depend on the visitor.

    `head` ends where the click id goes; `tail` is the fragment with its `#`.
    """

    head: str
    tail: str
    bare: str
    own_pairs: tuple[str, ...]
    our_pairs: str
    our_keys: frozenset[str]
    passes_query: bool

    def build(self, passed_query: str, click_id: str) -> str:
        """Return the address to redirect to. Never raises, whatever the query holds."""
        if not passed_query or not self.passes_query:
            return f"{self.head}{click_id}{self.tail}"
        visitor_pairs, visitor_keys = _visitor_pairs(passed_query, self.our_keys)
        if not visitor_pairs:
            return f"{self.head}{click_id}{self.tail}"
        passed = "&".join(visitor_pairs)
        if not self.own_pairs:
            return f"{self.head}{click_id}&{passed}{self.tail}"
        kept = [pair for pair in self.own_pairs if _key(pair) not in visitor_keys]
        parts = "&".join([*kept, f"{self.our_pairs}{click_id}", passed])
        return f"{self.bare}?{parts}{self.tail}"


def prepare(
    destination: str, utm: Mapping[str, str], *, passes_query: bool = True
) -> PreparedDestination:
    """Do once per link what need not be done once per tap.

    `utm` maps `utm_source` and its four siblings to values; empty values are left out, and
    then a parameter of that name is nobody's and passes like any other.
    """
    address, mark, fragment = destination.partition("#")
    bare, question, own_query = address.partition("?")
    ours = {key: utm[key] for key in UTM_KEYS if utm.get(key)}
    our_keys = _key_set(*ours)
    own_pairs = tuple(
        _escape(pair)
        for pair in (own_query.split("&") if question else ())
        if pair and _key(pair).lower() not in our_keys
    )
    our_pairs = "&".join([*(f"{key}={quote(value)}" for key, value in ours.items()), "tr="])
    bare = _ascii_address(bare)
    return PreparedDestination(
        head=f"{bare}?{'&'.join([*own_pairs, our_pairs])}",
        tail=mark + _escape(fragment) if fragment else mark,
        bare=bare if own_pairs else "",
        own_pairs=own_pairs,
        our_pairs=our_pairs if own_pairs else "",
        our_keys=our_keys,
        passes_query=passes_query,
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


@lru_cache(maxsize=64)
def _key_set(*utm_keys: str) -> frozenset[str]:
    """Share one set between all links of the same make-up: a million links hold a few."""
    return frozenset({*utm_keys, CLICK_ID_KEY})


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


def _ascii_address(bare: str) -> str:
    if bare.isascii():
        return _escape(bare)
    scheme, separator, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = _escape(host)
    return f"{scheme}{separator}{host}{slash}{_escape(path)}"
