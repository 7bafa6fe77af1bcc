"""A client of the REST API, as another system would be one."""

import time
from collections.abc import Iterable
from typing import Any

import requests

BATCH = 500


class ApiRefusedError(RuntimeError):
    """The API refused a call; the message is its answer."""


class ApiClient:
    """Calls with a key."""

    def __init__(self, url: str, *, key: str) -> None:
        self.url = f"{url}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **query: str) -> Any:
        """Return the answer to a GET."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Any:
        """Return the answer to a POST."""
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        """Return the answer to a PATCH."""
        return self._call("PATCH", path, json=body)

    def text(self, path: str) -> str:
        """Return a GET's answer as it came: a CSV file."""
        answer = self._session.get(f"{self.url}/{path}", timeout=300)
        answer.raise_for_status()
        return answer.text

    def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return all rows of a list, page by page."""
        page = self.get(path, page_size="500", **query)
        found: list[dict[str, Any]] = page["results"]
        while page["next"]:
            page = self._call("GET", page["next"].removeprefix(self.url + "/"))
            found.extend(page["results"])
        return found

    def send_events(self, events: list[dict[str, Any]]) -> int:
        """Post events in batches and return how many were accepted."""
        accepted = 0
        for start in range(0, len(events), BATCH):
            answer = self.post("events", {"events": events[start : start + BATCH]})
            if answer["rejected"]:
                raise ApiRefusedError(str([r for r in answer["results"] if r.get("errors")][:3]))
            accepted += answer["accepted"]
        return accepted

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, f"{self.url}/{path}", timeout=300, **options)
        if not answer.ok:
            raise ApiRefusedError(f"{method} {path}: {answer.status_code} {_words(answer)}")
        return answer.json() if answer.content else None


def _words(answer: requests.Response) -> str:
    """Return the error's message, or what came instead of one."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:2000]


def wait_until(url: str, *, seconds: float = 60.0) -> None:
    """Wait until a server answers at this address.

    Raises:
        ApiRefusedError: it does not.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise ApiRefusedError(f"Nothing answers at {url}")


def gauges(url: str, *names: str) -> Iterable[float]:
    """Return these values of the Prometheus page."""
    text = requests.get(f"{url}/metrics", timeout=30).text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return [float(values[f"textrail_{name}"]) for name in names]
