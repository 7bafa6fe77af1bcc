"""The hot path: a short address in, one journal line, a redirect out.

A plain WSGI callable (PEP 3333): no Django, no ORM, no network. Whatever the request looks
like, it is answered; nothing a visitor sends can raise here or break a header.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from urllib.parse import quote_from_bytes

from links.destinations import repair_path
from links.redirect_targets import DomainTarget, Target
from links.targets import device_of
from tracking.answers import StartResponse, explain, redirect, refuse_method
from tracking.click_ids import new_click_id
from tracking.domain_files import answer_file, is_file
from tracking.journal_lines import format_tap
from tracking.visitors import Visitors

Environ = dict[str, Any]

_LONGEST_CODE = 512


class LinkLookup(Protocol):
    """What the redirector asks of `links.resolver.Resolver`."""

    def domain(self, host: str) -> DomainTarget | None:
        """Return the domain of a host."""

    def known(self, domain: DomainTarget, code: str) -> Target | None:
        """Return the target of a code in its plain form, if it is in memory."""

    def find(self, domain: DomainTarget, code: str) -> Target | None:
        """Return the target of a code in any form."""


class TapWriter(Protocol):
    """What the redirector asks of `tracking.journal.Journal`."""

    def write(self, line: bytes) -> bool:
        """Write one line; False if it could not be written."""


class Redirector:
    """Answers short links.

    `visitors` says whose address counts and hashes it, `country_of` knows an address's country,
    and `clock` tells nanoseconds since 1970.
    """

    def __init__(
        self,
        *,
        resolver: LinkLookup,
        journal: TapWriter,
        visitors: Visitors,
        country_of: Callable[[str], str] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._resolver = resolver
        self._journal = journal
        self._visitors = visitors
        self._country_of = country_of
        self._clock = clock

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, whatever its host."""
        domain = self.domain(environ.get("HTTP_HOST", ""))
        return self.answer(domain, environ, start_response)

    def domain(self, host: str) -> DomainTarget | None:
        """Return the short domain that a Host header names."""
        return self._resolver.domain(host)

    def answer(
        self, domain: DomainTarget | None, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request to a domain; by the time it is answered, the tap is in the journal."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return refuse_method(start_response)
        code, query = environ["PATH_INFO"][1:], environ.get("QUERY_STRING", "")
        target = self._resolver.known(domain, code) if domain is not None else None
        if target is None:
            code, query = _repaired(code, query)
            if is_file(code):
                return answer_file(domain, code, method, start_response)
            target = self._find(domain, code)
        moment = self._clock()
        answer = _judge(domain, target, moment)
        click_id = new_click_id(moment // 1_000_000)
        country = self._record(environ, answer, moment, click_id, target, query)
        location = _lead(domain, target, answer, query, click_id, environ, country)
        if location:
            return redirect(location, start_response)
        return explain(answer, method, start_response)

    def _find(self, domain: DomainTarget | None, code: str) -> Target | None:
        if domain is None or len(code) > _LONGEST_CODE or "\x00" in code:
            return None
        return self._resolver.find(domain, code)

    def _record(
        self,
        environ: Environ,
        answer: str,
        moment: int,
        click_id: str,
        target: Target | None,
        query: str,
    ) -> str:
        """Write the tap's line and return the country in it."""
        get = environ.get
        address = self._visitors.address(environ)
        country = self._country_of(address) if self._country_of is not None else ""
        self._journal.write(
            format_tap(
                str(moment // 1000),
                click_id,
                answer,
                environ["REQUEST_METHOD"],
                target.link_id if target is not None else "",
                get("HTTP_HOST", ""),
                environ["PATH_INFO"],
                query,
                self._visitors.hash(address),
                get("HTTP_USER_AGENT", ""),
                get("HTTP_REFERER", ""),
                get("HTTP_SEC_PURPOSE", "") or get("HTTP_PURPOSE", "") or get("HTTP_X_MOZ", ""),
                country,
            )
        )
        return country


def _judge(domain: DomainTarget | None, target: Target | None, moment: int) -> str:
    """Return the letter of the answer (`journal_lines.ANSWERS`)."""
    if target is None:
        return "u" if domain is not None else "h"
    return target.terms.answer(moment / 1_000_000_000)


def _lead(
    domain: DomainTarget | None,
    target: Target | None,
    answer: str,
    query: str,
    click_id: str,
    environ: Environ,
    country: str,
) -> str:
    """Return where the visitor is sent: the destination, else the nearest fallback, else nowhere."""
    if target is None:
        return domain.fallback_url if domain is not None else ""
    if answer != "r":
        return target.terms.fallback_url or (domain.fallback_url if domain is not None else "")
    if not target.terms.targets:
        return target.destination.build(query, click_id)
    device = device_of(environ.get("HTTP_USER_AGENT", ""))
    return target.destination_for(device, country).build(query, click_id)


def _repaired(code: str, query: str) -> tuple[str, str]:
    """Take off slashes, and put right an `&` where a `?` belongs.

    The path came decoded, so what belongs to the query is encoded again.
    """
    if "&" in code:
        code, repaired = repair_path(code, "")
        raw = repaired.encode("latin-1", "replace")
        misplaced = quote_from_bytes(raw, safe="=&+;:@!$'()*,/-._~")
        query = "&".join(part for part in (misplaced, query) if part)
    return code.strip("/"), query
