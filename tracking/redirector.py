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
from urllib.parse import quote_from_bytes

from campaigns.public_ids import new_id_bytes
from links.destinations import repair_path
from links.resolver import DomainTarget, Target
from tracking.answers import StartResponse, explain, redirect, refuse_method
from tracking.domain_files import answer_file, is_file
from tracking.journal_lines import format_tap

Environ = dict[str, Any]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_LOOPBACK = ("127.", "::1")
"""A visitor is never there: it is a proxy that TRUSTED_PROXIES does not name, or a test."""
_LONGEST_CODE = 512


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
            return refuse_method(start_response)
        host = environ.get("HTTP_HOST", "")
        code, query = environ["PATH_INFO"][1:], environ.get("QUERY_STRING", "")
        if "&" in code:
            code, query = _repaired(code, query)
        if "/" in code:
            code = code.strip("/")
        if is_file(code):
            return answer_file(self._resolver.domain(host), code, method, start_response)
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
            return redirect(location, start_response)
        return explain(answer, method, start_response)

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
                "",
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
