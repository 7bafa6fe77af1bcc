"""A running installation on the tests' database: real processes, and how to speak to it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.utils import timezone

from campaigns.api_keys import issue_key
from campaigns.models import Send
from config.demo.api_client import ApiClient, wait_until
from config.processes import Command, Processes, click_reader, running, web
from config.servers import free_port
from links.models import Domain, Link
from links.services import save_domain
from tests.tracking.click_builders import IPHONE, database_url

CURL = "curl/8.5.0"


class Installation:
    """The addresses of a web server, an API client, and a click reader that can be killed."""

    def __init__(self, *, url: str, processes: Processes, api_key: str) -> None:
        self.url = url
        self.api_key = api_key
        self.api = ApiClient(url, key=api_key)
        self._processes = processes

    def start_reader(self) -> "subprocess.Popen[bytes]":
        """Start `manage.py consume_clicks`."""
        return self._processes.start(click_reader())

    def start_worker(self) -> "subprocess.Popen[bytes]":
        """Start a worker that does what it is told and nothing by schedule."""
        options = ("--pool", "solo", "--without-gossip", "--without-mingle")
        worker = Command("worker", ("-m", "celery", "-A", "config", "worker", *options))
        return self._processes.start(worker)

    def tap(self, address: str, *, agent: str = IPHONE) -> requests.Response:
        """Tap a short link and stay there."""
        return requests.get(
            address, headers={"User-Agent": agent}, allow_redirects=False, timeout=30
        )

    def send_row(self, utm_campaign: str, **query: str) -> dict[str, Any]:
        """Return a send's row of the send report, as the API answers it."""
        rows = self.api.get("reports/sends", **query)["rows"]
        (row,) = [row for row in rows if row["utm_campaign"] == utm_campaign]
        found: dict[str, Any] = row
        return found


@contextmanager
def an_installation(folder: Path, **environment: str) -> Iterator[Installation]:
    """Serve short links, API and admin from one Granian on a free port, as one host."""
    with a_server(folder, **environment) as (url, processes):
        yield furnish(url, processes)


def furnish(url: str, processes: Processes) -> Installation:
    """Give a server the rows of a new installation: its short domain and an API key."""
    domain = Domain(host=urlsplit(url).netloc, scheme="http", is_default=True)
    save_domain(domain=domain, now=timezone.now())
    _wait_for_redirector(url)
    _, key = issue_key(name="Journey", scopes=("read", "write", "events"), by=None)
    return Installation(url=url, processes=processes, api_key=key)


def _wait_for_redirector(url: str) -> None:
    """Wait until the host is known as a short domain: its icons are the redirector's then."""
    deadline = time.monotonic() + 60
    while "X-Robots-Tag" not in requests.get(f"{url}/apple-touch-icon.png", timeout=60).headers:
        assert time.monotonic() < deadline, "the redirector did not hear of its domain"
        time.sleep(0.05)


@contextmanager
def a_server(folder: Path, **environment: str) -> Iterator[tuple[str, Processes]]:
    """Run one Granian on the tests' database and yield its address; it makes no rows."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (folder / "static").mkdir(parents=True, exist_ok=True)
    told = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": os.environ["REDIS_URL"],
        "VAR_DIR": str(folder),
        "JOURNAL_DIR": str(folder / "journal"),
        "PUBLIC_URL": url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "0",
        **environment,
    }
    if allowed := environment.get("LINK_CHECK_ALLOWED_PRIVATE_HOSTS"):
        told["LINK_CHECK_ALLOWED_PRIVATE_HOSTS"] = f"{allowed},127.0.0.1:{port}"
    with running(web(host="127.0.0.1", port=port), environment=told) as processes:
        wait_until(f"{url}/healthz")
        yield url, processes


def go_live(api: ApiClient, *, utm_campaign: str, landing_page: str) -> Link:
    """Plan a send with one message, check its link and go live, all over the API.

    That was an hour ago: a tap in the very second of delivery counts as a machine's.
    """
    campaign = api.post("campaigns", {"name": f"For {utm_campaign}"})
    send = api.post(
        "sends",
        {
            "campaign": campaign["id"],
            "channel": "sms",
            "name": f"Send {utm_campaign}",
            "audience_size": 100,
            "destination_url": landing_page,
            "utm_campaign": utm_campaign,
            "messages": [{"body": "Your trial waits: {link} Reply STOP to opt out"}],
        },
    )
    (link,) = api.rows("links", send=send["id"])
    api.post(f"links/{link['id']}/checks")
    for status in (Send.Status.READY, Send.Status.LIVE):
        api.post(f"sends/{send['id']}/transition", {"to": status.value})
    Send.objects.filter(pk=send["id"]).update(live_at=timezone.now() - timedelta(hours=1))
    return Link.objects.get(pk=link["id"])


def eventually(is_true: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something that another process does; fail if it never happens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")
