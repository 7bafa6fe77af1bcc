"""Follows a link hop by hop as a phone's or a desktop's browser would, and says what it met.

Addresses inside the network are refused at every hop (`links/guarded_http.py`). Of the page at
the end a bounded part is read (`links/fetched_pages.py`), and nothing of it is run.
"""

import secrets
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import urldefrag, urljoin, urlsplit

from campaigns.landing_pages import LandingPageError, check_landing_page
from links.destinations import CLICK_ID_KEY, merge_destination
from links.fetched_pages import FetchedPage, fetch_page
from links.guarded_http import GuardedSession, NoAnswerError
from links.page_signs import Doubt
from links.page_verdicts import ending_certificates, judge_page, judge_way
from links.verdicts import Hop, Journey, Problem, Severity, judge_arrival

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

_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "identity",  # so that a small answer cannot unpack into a large one
    "Accept-Language": "en-US,en;q=0.8",
}
_CHECKS_CLICK_ID = "textrail-link-check"


class _StoppedError(Exception):
    """The journey ended before its destination."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def follow_link(
    url: str,
    *,
    device: str,
    utm: Mapping[str, str],
    now: datetime,
    destination_url: str = "",
    allowed_private_hosts: Collection[str] = (),
) -> Journey:
    """Follow a short link to its end. Never raises for what the network does.

    `device` is a key of `USER_AGENTS`, `utm` what must be in the last address, and
    `allowed_private_hosts` names hosts (`host` or `host:port`) that may be private. With a
    `destination_url` the short link itself is not asked: the way begins where it leads those
    visitors who are sent there.
    """
    journey = Journey()
    with GuardedSession(
        headers={**_HEADERS, "User-Agent": USER_AGENTS[device]},
        allowed_private_hosts=allowed_private_hosts,
        seconds=MAX_SECONDS,
    ) as session:
        try:
            if destination_url:
                journey.hops.append(Hop(url, None, 0, "target"))
            page = _follow(journey, session, _start(url, destination_url, utm))
        except (_StoppedError, NoAnswerError) as stop:
            journey.problems.append(Problem(stop.code, str(stop)))
        else:
            journey.problems.extend(_judge(journey, session, page, utm))
        journey.problems.extend(ending_certificates(session.certificate_ends, now))
    return journey


def _start(url: str, destination_url: str, utm: Mapping[str, str]) -> str:
    if not destination_url:
        return url
    return merge_destination(
        destination=destination_url, utm=utm, passed_query="", click_id=_CHECKS_CLICK_ID
    )


def _follow(journey: Journey, session: GuardedSession, url: str) -> FetchedPage:
    """Go from address to address, note each, and return the last page."""
    end = time.monotonic() + MAX_SECONDS
    seen: set[str] = set()
    while True:
        if len(journey.hops) == MAX_HOPS:
            raise _StoppedError("too-many-hops", f"It was still redirected after {MAX_HOPS} hops.")
        if _without_click_id(url) in seen:
            raise _StoppedError("loop", f"The redirects lead in a circle, back to {url}.")
        if time.monotonic() > end:
            raise _StoppedError("timeout", f"The way took longer than {MAX_SECONDS} seconds.")
        seen.add(_without_click_id(url))
        page, target = _hop(journey, session, url)
        if not target:
            return page
        url = target


def _hop(journey: Journey, session: GuardedSession, url: str) -> tuple[FetchedPage, str]:
    """Ask one address; return its page and where it leads on to, empty where it is the last."""
    started = time.perf_counter()
    try:
        page = fetch_page(session, url)
    except NoAnswerError:
        journey.hops.append(Hop(url, None, round((time.perf_counter() - started) * 1000)))
        raise
    target = urljoin(url, page.target) if page.target else ""
    if page.onward in {"meta", "script"} and not _is_followed(page, url, target):
        target = ""
    onward = page.onward if target else ""
    journey.hops.append(Hop(url, page.status, page.milliseconds, onward))
    if target:
        _check_step(url, target)
    return page, target


def _is_followed(page: FetchedPage, url: str, target: str) -> bool:
    """Say whether a page leads on to another; one that loads itself anew does not.

    A script of a page that has a text may do so for some visitors only, and is not followed.
    """
    leads_away = _without_click_id(target) != _without_click_id(url)
    return leads_away and (page.onward == "meta" or page.signs.is_bare)


def _check_step(url: str, target: str) -> None:
    try:
        check_landing_page(target)
    except LandingPageError as error:
        raise _StoppedError(error.code, f"It redirects to {target[:200]}: {error}") from error
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise _StoppedError("downgrade", f"It goes from https down to http, at {target}.")


def _judge(
    journey: Journey, session: GuardedSession, page: FetchedPage, utm: Mapping[str, str]
) -> list[Problem]:
    url = journey.hops[-1].url
    return [
        *judge_arrival(journey.hops, utm),
        *judge_page(page.signs, is_same_for_any_address=_is_same_anywhere(session, page, url)),
        *judge_way(journey.hops, page.byte_count),
        *_script_found(page, url),
    ]


def _script_found(page: FetchedPage, url: str) -> list[Problem]:
    target = urljoin(url, page.signs.script_url)
    if page.onward != "script" or _without_click_id(target) == _without_click_id(url):
        return []
    return [
        Problem(
            "script-redirect",
            f"A script of the page may lead on to {target[:200]}. Open it and see.",
            Severity.WARNING,
        )
    ]


def _is_same_anywhere(session: GuardedSession, page: FetchedPage, url: str) -> bool:
    """Say whether a page that speaks of trouble also stands where there surely is none.

    One more request, and only for such pages.
    """
    if page.signs.doubt is Doubt.NONE:
        return False
    nowhere = urljoin(url, f"no-such-page-{secrets.token_hex(6)}")
    try:
        other = fetch_page(session, nowhere)
    except NoAnswerError:
        return False
    return other.status == page.status and other.signs.words == page.signs.words


def _without_click_id(url: str) -> str:
    """Every pass through a short link makes a new click id; a circle is one all the same."""
    bare, question, query = urldefrag(url).url.partition("?")
    kept = [pair for pair in query.split("&") if not pair.startswith(f"{CLICK_ID_KEY}=")]
    return f"{bare}{question}{'&'.join(kept)}"
