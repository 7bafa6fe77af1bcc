"""Which requests the redirector answers and which Django, and both behind one real server."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from config.wsgi import Dispatcher
from tests.links.builders import make_domain, make_link
from tests.tracking.builders import make_channel, make_send
from tests.tracking.click_builders import (
    IPHONE,
    NOW,
    ask,
    database_url,
    rows_that_other_processes_see,
)
from tracking.models import Click
from tracking.taps import read_journals


def answering(name: str) -> object:
    """Return an application that answers with its own name."""

    def application(environ: dict[str, str], start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [name.encode()]

    return application


class ShortDomains:
    """A redirector that answers with its name for three hosts."""

    def domain(self, host: str) -> object | None:
        """Return something for a short domain."""
        return host if host in {"go.example.com", "both.example.com", "127.0.0.1:8000"} else None

    def answer(self, domain: object, environ: dict[str, str], start_response: object) -> object:
        """Answer with its name."""
        return answering("redirector")(environ, start_response)  # type: ignore[operator]


@pytest.fixture
def dispatcher(settings: Settings) -> Dispatcher:
    settings.ALLOWED_HOSTS = ["app.example.com", "both.example.com", "127.0.0.1"]
    return Dispatcher(
        redirector=ShortDomains(),  # type: ignore[arg-type]
        django_application=answering("django"),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("host", "path", "who"),
    [
        ("go.example.com", "/k7Qm2Xa", "redirector"),
        ("go.example.com", "/", "redirector"),
        ("go.example.com", "/admin/", "redirector"),
        ("app.example.com", "/k7Qm2Xa", "django"),
        ("app.example.com", "/admin/", "django"),
        ("both.example.com", "/k7Qm2Xa", "redirector"),
        ("both.example.com", "/administrator", "redirector"),
        ("both.example.com", "/", "django"),
        ("both.example.com", "/admin", "django"),
        ("both.example.com", "/api/v1/links", "django"),
        ("both.example.com", "/t.js", "django"),
        ("both.example.com", "/robots.txt", "redirector"),
        ("both.example.com", "/.well-known/textrail", "redirector"),
        ("127.0.0.1:8000", "/k7Qm2Xa", "redirector"),
        ("127.0.0.1:8000", "/healthz", "django"),
        ("unknown.example", "/k7Qm2Xa", "django"),
        ("", "/k7Qm2Xa", "django"),
    ],
)
def test_a_request_goes_where_its_host_and_path_belong(
    dispatcher: Dispatcher, host: str, path: str, who: str
) -> None:
    assert ask(dispatcher, path=path, HTTP_HOST=host).body == who.encode()


@pytest.fixture
def committed_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with rows_that_other_processes_see(django_db_blocker):
        yield


@contextmanager
def a_server(journal_dir: Path, port: int) -> Iterator[None]:
    """Serve `config.wsgi` on Granian, on the tests' database, until the block ends."""
    server = subprocess.Popen(
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port),
            "--no-ws", "--log-level", "error", "config.wsgi:application",
        ],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url(), "JOURNAL_DIR": str(journal_dir)},
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def wait_until_removed(folder: Path) -> None:
    """Read until the journals are gone: a killed process may hold its own for a moment more."""
    for _ in range(1200):
        if not list(folder.iterdir()):
            return
        time.sleep(0.05)
        assert read_journals(folder=folder, now=NOW).click_count == 0
    raise AssertionError(f"journals were left in {folder}")


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    """Ask until the server is up."""
    for _ in range(600):
        try:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            client.request("GET", path, headers={"User-Agent": IPHONE, **headers})
            return client.getresponse()
        except ConnectionRefusedError:
            time.sleep(0.05)
    pytest.fail("the server never came up")


@pytest.mark.usefixtures("committed_rows")
def test_one_server_redirects_taps_and_serves_pages_and_a_kill_loses_no_tap(
    tmp_path: Path,
) -> None:
    make_channel()
    port = a_free_port()
    domain = make_domain(f"127.0.0.1:{port}", scheme="http")
    make_link(domain, "k7Qm2Xa", send=make_send(utm_campaign="demo-invite-q2"))

    with a_server(tmp_path, port):
        tap = get(port, "/k7Qm2Xa?coupon=june")
        missing = get(port, "/nowhere")
        page = get(port, "/healthz")
        page_text = page.read()

    location = tap.headers["Location"]
    assert tap.status == 302
    assert location.startswith("https://www.example.com/trial?utm_source=sms&utm_medium=text&")
    assert location.endswith("&coupon=june")
    assert tap.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in tap.headers
    assert missing.status == 404
    assert (page.status, page_text) == (200, b"ok")
    assert read_journals(folder=tmp_path, now=NOW).click_count == 2
    assert sorted(Click.objects.values_list("answer", "grade")) == [
        ("redirected", "likely"),
        ("unknown_code", "likely"),
    ]
    wait_until_removed(tmp_path)
