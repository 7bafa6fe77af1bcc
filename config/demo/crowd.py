"""The crowd that taps: phones, desktops, and the machines that open links before people do."""

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from urllib.parse import parse_qsl, urlsplit

import requests

from config.demo.site import PAGES

PHONES = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.7 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"
    ),
)
DESKTOPS = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Safari/605.1.15"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
)
PREVIEWS = (
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
    ),
    "WhatsApp/2.24.20.89 A",
    "TelegramBot (like TwitterBot)",
    (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Safari/537.36 Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)"
    ),
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
)


@dataclass(frozen=True, slots=True)
class Tap:
    """One request for a short link, and what its maker does on the landing page."""

    url: str
    user_agent: str
    method: str = "GET"
    is_prefetch: bool = False
    lands: bool = False
    email: str = ""


def human_agents() -> Iterator[str]:
    """Yield user agents of people for ever, three phones to one desktop."""
    return itertools.cycle((*PHONES, *PHONES[:2], *DESKTOPS[:2]))


class Crowd:
    """Taps over real HTTP, then lands on the page the way a browser with the snippet does."""

    def __init__(self, *, textrail_url: str, write_key: str, parallel: int = 6) -> None:
        self.textrail_url = textrail_url
        self.write_key = write_key
        self.parallel = parallel
        self._own = local()

    def tap_all(self, taps: Iterable[Tap], *, done: Callable[[int], object]) -> int:
        """Make every tap and return how many were redirected; `done(1)` after each."""
        redirected = 0
        with ThreadPoolExecutor(self.parallel) as pool:
            for was_redirected in pool.map(self._tap, taps):
                redirected += was_redirected
                done(1)
        return redirected

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
        session: requests.Session = self._own.session
        return session

    def _tap(self, tap: Tap) -> bool:
        headers = {"User-Agent": tap.user_agent}
        if tap.is_prefetch:
            headers["Sec-Purpose"] = "prefetch;prerender"
        answer = self._session.request(
            tap.method, tap.url, headers=headers, allow_redirects=False, timeout=30
        )
        if answer.status_code != requests.codes.found:
            return False
        if tap.lands:
            self._land(answer.headers["Location"], tap)
        return True

    def _land(self, landing_url: str, tap: Tap) -> None:
        """Do what the snippet does, and post the page's form where the person does."""
        query = dict(parse_qsl(urlsplit(landing_url).query))
        utm = {name: value for name, value in query.items() if name.startswith("utm_")}
        event = {
            "event_id": str(uuid.uuid4()),
            "name": "visit",
            "visitor_id": uuid.uuid4().hex,
            "tr": query["tr"],
            "utm": utm,
            "page_url": landing_url,
        }
        self._session.post(
            f"{self.textrail_url}/api/v1/collect",
            json={"key": self.write_key, "events": [event]},
            headers={"User-Agent": tap.user_agent, "Origin": _origin(landing_url)},
            timeout=30,
        ).raise_for_status()
        if tap.email:
            form = {**utm, "tr": query["tr"], "email": tap.email, "goal": _goal(landing_url)}
            self._session.post(
                f"{_origin(landing_url)}/signup", data=form, timeout=30
            ).raise_for_status()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _goal(landing_url: str) -> str:
    return PAGES[urlsplit(landing_url).path][2]
