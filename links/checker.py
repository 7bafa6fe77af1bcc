"""Follows a link hop by hop as a phone or a desktop would, and says what it met.

Private, loopback, link-local and metadata addresses are refused at every hop: the name is
resolved once, the address checked, and the connection goes to that very address, so neither a
redirect nor a rebound name leads inside. Only hosts that a setting names are exempt. Bodies are
not read: a status line and headers are all that is needed.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from AntiSSRF._antissrf_agent import _AntiSSRFAdapter

from campaigns.landing_pages import LandingPageError, check_landing_page
from links.destinations import CLICK_ID_KEY
from links.verdicts import Hop, Journey, Problem, judge_arrival

MAX_HOPS = 10
MAX_SECONDS = 30
_TIMEOUTS = (5.0, 10.0)  # seconds to connect, seconds between two parts of the answer

MARK = "TextrailLinkCheck/1.0"
USER_AGENTS = {
    "phone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
        f"(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1 {MARK}"
    ),
    "desktop": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 {MARK}"
    ),
}


class _StoppedError(Exception):
    """The journey ended before its destination."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


def follow_link(
    url: str, *, device: str, utm: Mapping[str, str], allowed_private_hosts: Collection[str] = ()
) -> Journey:
    """Follow a short link to its end. Never raises for what the network does.

    `device` is phone or desktop, `utm` what must be in the last address, and
    `allowed_private_hosts` names hosts (`host` or `host:port`) that may be private.
    """
    journey = Journey()
    with _Browser(USER_AGENTS[device], allowed_private_hosts) as browser:
        try:
            _follow(journey, browser, url)
        except _StoppedError as stop:
            journey.problems.append(stop.problem)
        else:
            journey.problems.extend(judge_arrival(journey.hops, utm))
    return journey


def _follow(journey: Journey, browser: "_Browser", url: str) -> None:
    end = time.monotonic() + MAX_SECONDS
    seen: set[str] = set()
    target: str | None = url
    while target is not None:
        if len(journey.hops) == MAX_HOPS:
            raise _StoppedError("too-many-hops", f"It was still redirected after {MAX_HOPS} hops.")
        if _without_click_id(target) in seen:
            raise _StoppedError("loop", f"The redirects lead in a circle, back to {target}.")
        if time.monotonic() > end:
            raise _StoppedError("timeout", f"The way took longer than {MAX_SECONDS} seconds.")
        seen.add(_without_click_id(target))
        target = _hop(journey, browser, target)


def _hop(journey: Journey, browser: "_Browser", url: str) -> str | None:
    """Ask one address and return where it redirects to, or None where it is the last."""
    started = time.perf_counter()
    try:
        status, location = browser.ask(url)
    except _StoppedError:
        journey.hops.append(Hop(url, None, _milliseconds(started)))
        raise
    journey.hops.append(Hop(url, status, _milliseconds(started)))
    if location is None:
        return None
    target = urljoin(url, location)
    try:
        check_landing_page(target)
    except LandingPageError as error:
        raise _StoppedError(error.code, f"It redirects to {target[:200]}: {error}") from error
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise _StoppedError("downgrade", f"It goes from https down to http, at {target}.")
    return target


class _Browser:
    """Two sessions with one set of cookies: a guarded one, and one for the exempt hosts."""

    def __init__(self, user_agent: str, allowed_private_hosts: Collection[str]) -> None:
        self._allowed = {host.lower() for host in allowed_private_hosts}
        self._guarded = _guarded_session()
        self._exempt = requests.Session()
        self._exempt.cookies = self._guarded.cookies
        for session in (self._guarded, self._exempt):
            session.trust_env = False  # a proxy or a netrc would lead around the guard
            session.headers.update(
                {
                    "User-Agent": user_agent,
                    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                    "Accept-Language": "en-US,en;q=0.8",
                }
            )

    def __enter__(self) -> "_Browser":
        return self

    def __exit__(self, *error: object) -> None:
        self._guarded.close()
        self._exempt.close()

    def ask(self, url: str) -> tuple[int, str | None]:
        """Return the status and, for a redirect, its target as it was sent.

        Raises:
            _StoppedError: refused, unreachable, too slow, or not HTTP.
        """
        host = urlsplit(url).netloc.lower()
        try:
            with self._session_for(url).get(
                urldefrag(url).url, timeout=_TIMEOUTS, allow_redirects=False, stream=True
            ) as response:
                return response.status_code, self._guarded.get_redirect_target(response)
        except AntiSSRFError as error:
            raise _StoppedError(
                "private-address",
                f"{host} leads to a private or reserved network address, which is refused.",
            ) from error
        except requests.Timeout as error:
            raise _StoppedError("timeout", f"{host} did not answer in time.") from error
        except requests.exceptions.SSLError as error:
            raise _StoppedError(
                "tls", f"{host} has no valid certificate, browsers warn of it."
            ) from error
        except (requests.RequestException, OSError, ValueError) as error:
            raise _StoppedError("unreachable", f"{host} cannot be reached.") from error

    def _session_for(self, url: str) -> requests.Session:
        parts = urlsplit(url)
        is_exempt = self._allowed & {parts.netloc.lower(), parts.hostname or ""}
        return self._exempt if is_exempt else self._guarded


class _PortKeepingAdapter(_AntiSSRFAdapter):  # type: ignore[misc]
    """The guard names the host without its port; a server on an unusual port needs both."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Let the guard resolve, check and pin the address, then restore the Host header."""
        host, options = super().build_connection_pool_key_attributes(request, verify, cert)
        request.headers["Host"] = urlsplit(str(request.url)).netloc
        return host, options


def _guarded_session() -> requests.Session:
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.allow_plain_text_http = True  # what a visitor's browser would open, too
    policy.add_xff_header = False
    session: requests.Session = policy.get_antissrf_session()
    session.mount("http://", _PortKeepingAdapter(policy))
    session.mount("https://", _PortKeepingAdapter(policy))
    return session


def _without_click_id(url: str) -> str:
    """Every pass through a short link makes a new click id; a circle is one all the same."""
    bare, question, query = urldefrag(url).url.partition("?")
    kept = [pair for pair in query.split("&") if not pair.startswith(f"{CLICK_ID_KEY}=")]
    return f"{bare}{question}{'&'.join(kept)}"


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
