"""The hot path: a short address in, one journal line, a redirect out.

A plain WSGI callable (PEP 3333): no Django, no ORM, no network. Whatever the request looks
like, it is answered; nothing a visitor sends can raise here or break a header.
"""

import time
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Protocol
from urllib.parse import quote, quote_from_bytes

from campaigns.public_ids import new_id_bytes
from links.destinations import repair_path
from links.resolver import DomainTarget, Target
from tracking.journal_lines import format_tap

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_NO_STORE = ("Cache-Control", "private, no-store")
_NO_INDEX = ("X-Robots-Tag", "noindex")
_HTML = ("Content-Type", "text/html; charset=utf-8")
_EMPTY: list[bytes] = []
_LOOPBACK = ("127.", "::1")
"""A visitor is never there: it is a proxy that TRUSTED_PROXIES does not name, or a test."""
_NOT_CODES = ("favicon.ico", "robots.txt", ".well-known", "apple-touch-icon")
_LONGEST_CODE = 512
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))

_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<style>body{{font:1.125rem/1.6 system-ui,sans-serif;max-width:32rem;margin:18vh auto 0;"
    "padding:0 1.5rem;color:#1f2937}}h1{{font-size:1.5rem;line-height:1.3}}</style></head>"
    "<body><h1>{title}</h1><p>{text}</p></body></html>\n"
)
_NOT_FOUND = _PAGE.format(
    title="This link leads nowhere",
    text="Please check that the address is complete: it may have been cut off or mistyped.",
).encode()
_NOT_YET = _PAGE.format(
    title="This link is not open yet", text="Please try again a little later."
).encode()
_GONE = _PAGE.format(
    title="This link has ended",
    text="The page it led to is no longer offered under this address.",
).encode()


class LinkLookup(Protocol):
    """What the redirector asks of `links.resolver.Resolver`."""

    def domain(self, host: str) -> DomainTarget | None:
        """Return the domain of a host."""

    def find(self, host: str, code: str) -> Target | None:
        """Return the target of a code."""

    def fallback(self, host: str, target: Target | None) -> str:
        """Return where a code without a live link leads, or an empty text."""


class TapWriter(Protocol):
    """What the redirector asks of `tracking.journal.Journal`."""

    def write(self, line: bytes) -> bool:
        """Write one line; False if it could not be written."""


class Redirector:
    """Answers short links. `trusted_proxies` are addresses or networks whose X-Forwarded-For counts.

    The client's address is hashed with `hash_key` before anything is written.
    """

    def __init__(
        self,
        *,
        resolver: LinkLookup,
        journal: TapWriter,
        hash_key: str,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        self._resolver = resolver
        self._journal = journal
        # Keyed BLAKE2b (RFC 7693) is a MAC like HMAC-SHA256, at a fifth of its cost here.
        key = blake2b(hash_key.encode()).digest()
        self._address_mac = blake2b(key=key, digest_size=16, person=b"address")
        self._is_trusted = _trust_in(trusted_proxies)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; by the time it is answered, the tap is in the journal."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), _NO_STORE])
            return _EMPTY
        host = environ.get("HTTP_HOST", "")
        code, query = environ["PATH_INFO"][1:], environ.get("QUERY_STRING", "")
        if "&" in code:
            code, query = _repaired(code, query)
        if "/" in code:
            code = code.strip("/")
        if not code or code.startswith(_NOT_CODES):
            return self._answer_root(host, code, start_response)
        target = self._find(host, code)
        click_id = b2a_base64(new_id_bytes(), newline=False).translate(_URL_SAFE)[:22].decode()
        moment = time.time_ns() // 1000
        answer = self._judge(host, target, moment / 1_000_000)
        self._record(environ, answer, moment, click_id, target, query)
        if answer == "r" and target is not None:
            location = target.destination.build(query, click_id)
        else:
            location = self._resolver.fallback(host, target)
        if location:
            return _redirect(location, start_response)
        return _explain(answer, method, start_response)

    def _find(self, host: str, code: str) -> Target | None:
        if len(code) > _LONGEST_CODE or "\x00" in code:
            return None
        return self._resolver.find(host, code)

    def _judge(self, host: str, target: Target | None, now: float) -> str:
        """Return the letter of the answer (`journal_lines.ANSWERS`)."""
        if target is None:
            return "u" if self._resolver.domain(host) is not None else "h"
        if target.is_retired:
            return "x"
        if target.starts_at <= now < target.expires_at:
            return "r"
        return "n" if now < target.starts_at else "e"

    def _record(
        self,
        environ: Environ,
        answer: str,
        moment: int,
        click_id: str,
        target: Target | None,
        query: str,
    ) -> None:
        get = environ.get
        self._journal.write(
            format_tap(
                str(moment),
                click_id,
                answer,
                environ["REQUEST_METHOD"],
                f"{target.link_id.int:032x}" if target is not None else "",
                get("HTTP_HOST", ""),
                environ["PATH_INFO"],
                query,
                self._hash_address(environ),
                get("HTTP_USER_AGENT", ""),
                get("HTTP_REFERER", ""),
                get("HTTP_SEC_PURPOSE", "") or get("HTTP_PURPOSE", "") or get("HTTP_X_MOZ", ""),
            )
        )

    def _hash_address(self, environ: Environ) -> str:
        address = environ.get("REMOTE_ADDR", "")
        if self._is_trusted(address):
            address = self._forwarded_for(environ.get("HTTP_X_FORWARDED_FOR", "")) or address
        if address.startswith(_LOOPBACK):
            return ""
        mac = self._address_mac.copy()
        mac.update(address.encode())
        return mac.hexdigest()

    def _forwarded_for(self, header: str) -> str:
        """Return the nearest address that is no proxy of ours: what stands before it may be made up."""
        for hop in reversed(header.split(",")):
            if not self._is_trusted(hop.strip()):
                return hop.strip()
        return ""

    def _answer_root(self, host: str, code: str, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the bare host and what browsers ask for by themselves. No tap is recorded."""
        domain = self._resolver.domain(host)
        if domain is not None and not code and (domain.root_url or domain.fallback_url):
            return _redirect(domain.root_url or domain.fallback_url, start_response)
        return _explain("u", "GET", start_response)


def _trust_in(proxies: Sequence[str]) -> Callable[[str], bool]:
    networks: list[IPv4Network | IPv6Network] = [ip_network(proxy.strip()) for proxy in proxies]
    if not networks:
        return lambda _: False

    @lru_cache(maxsize=4096)
    def is_trusted(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in networks)

    return is_trusted


def _repaired(code: str, query: str) -> tuple[str, str]:
    """Put right an `&` where a `?` belongs. The path came decoded, so its part is encoded again."""
    code, repaired = repair_path(code, "")
    misplaced = quote_from_bytes(repaired.encode("latin-1", "replace"), safe="=&+;:@!$'()*,/-._~")
    return code, "&".join(part for part in (misplaced, query) if part)


def _redirect(location: str, start_response: StartResponse) -> Iterable[bytes]:
    if not (location.isascii() and location.isprintable()):
        location = quote(location, safe=_VISIBLE)
    start_response("302 Found", [("Location", location), _NO_STORE, _NO_INDEX])
    return _EMPTY


def _explain(answer: str, method: str, start_response: StartResponse) -> Iterable[bytes]:
    status, page = {
        "e": ("410 Gone", _GONE),
        "x": ("410 Gone", _GONE),
        "n": ("404 Not Found", _NOT_YET),
    }.get(answer, ("404 Not Found", _NOT_FOUND))
    start_response(status, [_HTML, _NO_STORE, _NO_INDEX])
    return _EMPTY if method == "HEAD" else [page]
