"""Follows a link hop by hop as a phone's or a desktop's browser would, and says what it met.

Addresses inside the network are refused at every hop (`links/guarded_http.py`). Bodies are not
read: a status line and headers are all that is needed.
"""

import time
from collections.abc import Collection, Mapping
from urllib.parse import urldefrag, urljoin, urlsplit

from campaigns.landing_pages import LandingPageError, check_landing_page
from links.destinations import CLICK_ID_KEY
from links.guarded_http import GuardedSession, NoAnswerError
from links.verdicts import Hop, Journey, Problem, judge_arrival

MAX_HOPS = 10
MAX_SECONDS = 30

MARK = "TextrailLinkCheck/1.0"
USER_AGENTS = {
    "iphone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
        f"(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1 {MARK}"
    ),
    "android": (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 {MARK}"
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

    `device` is a key of `USER_AGENTS`, `utm` what must be in the last address, and
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


class _Browser(GuardedSession):
    """A guarded session that asks as one kind of device does."""

    def __init__(self, user_agent: str, allowed_private_hosts: Collection[str]) -> None:
        headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en-US,en;q=0.8",
        }
        super().__init__(headers=headers, allowed_private_hosts=allowed_private_hosts)

    def __enter__(self) -> "_Browser":
        return self

    def ask(self, url: str) -> tuple[int, str | None]:
        """Return the status and, for a redirect, its target as it was sent.

        Raises:
            _StoppedError: refused, unreachable, too slow, or not HTTP.
        """
        try:
            with self.request("GET", url) as response:
                return response.status_code, self.redirect_target(response)
        except NoAnswerError as error:
            raise _StoppedError(error.code, str(error)) from error


def _without_click_id(url: str) -> str:
    """Every pass through a short link makes a new click id; a circle is one all the same."""
    bare, question, query = urldefrag(url).url.partition("?")
    kept = [pair for pair in query.split("&") if not pair.startswith(f"{CLICK_ID_KEY}=")]
    return f"{bare}{question}{'&'.join(kept)}"


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
