"""One page as its server answered it: status, where it leads on, and a bounded part of its body."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

from links.guarded_http import GuardedSession
from links.page_signs import PageSigns, read_signs, refresh_target

MOST_BYTES = 2 * 1024 * 1024
"""Nothing is read beyond: a page of that size is too heavy for a phone by itself."""

_READ_FOR_SIGNS = 256 * 1024
_AT_ONCE = 64 * 1024
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """An answer. `target` is where it leads on to as it was sent, `onward` by which means."""

    status: int
    target: str
    onward: str
    signs: PageSigns
    byte_count: int
    milliseconds: int


def fetch_page(session: GuardedSession, url: str) -> FetchedPage:
    """Ask for one address and read what it says of itself. A redirect's body is not read.

    Raises:
        NoAnswerError: refused, unreachable, too slow, or not HTTP.
    """
    started = time.perf_counter()
    with session.request("GET", url) as response:
        target = session.redirect_target(response) or ""
        is_page = not target and 200 <= response.status_code < 300
        body = _read(response) if is_page else b""
        session.check_time(url)
        signs = read_signs(_text(response, body)) if _is_html(response) else PageSigns()
        size = max(len(body), _told_size(response)) if is_page else 0
    onward = "status" if target else ""
    if is_page and not target:
        target, onward = _led_on(signs, response)
    elapsed = round((time.perf_counter() - started) * 1000)
    return FetchedPage(response.status_code, target, onward, signs, size, elapsed)


def _led_on(signs: PageSigns, response: requests.Response) -> tuple[str, str]:
    refresh = refresh_target(response.headers.get("Refresh", "")) or signs.refresh_url
    if refresh:
        return refresh, "meta"
    return (signs.script_url, "script") if signs.script_url else ("", "")


def _read(response: requests.Response) -> bytes:
    """Read the body as it is sent, packed or not, up to what is allowed.

    What broke off is read as far as it came: the status has told that the page is there.
    """
    parts: list[bytes] = []
    left = MOST_BYTES
    try:
        for part in _parts(response):
            parts.append(part)
            left -= len(part)
            if left <= 0:
                break
    except (HTTPError, OSError, ValueError):
        pass
    return b"".join(parts)


def _parts(response: requests.Response) -> Iterator[bytes]:
    while part := response.raw.read(_AT_ONCE, decode_content=False):
        yield part


def _is_html(response: requests.Response) -> bool:
    """Say whether it can be read. We ask for no packing; a server may pack all the same."""
    return (
        "html" in response.headers.get("Content-Type", "html").lower()
        and response.headers.get("Content-Encoding", "identity").lower() == "identity"
    )


def _text(response: requests.Response, body: bytes) -> str:
    named = _CHARSET.search(response.headers.get("Content-Type", ""))
    try:
        return body[:_READ_FOR_SIGNS].decode(named[1] if named else "utf-8", errors="replace")
    except LookupError:
        return body[:_READ_FOR_SIGNS].decode("latin-1")


def _told_size(response: requests.Response) -> int:
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isdecimal() and len(told) < 12 else 0
