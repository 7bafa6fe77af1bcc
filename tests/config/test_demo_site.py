"""The demo's website, and the form that reports to Textrail."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from config.demo.site import PAGES, Website


class Receiver(BaseHTTPRequestHandler):
    """Stands for Textrail's events API and remembers what it was sent."""

    received: list[tuple[str, dict]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def website() -> Iterator[Website]:
    Receiver.received.clear()
    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{receiver.server_port}"
    with Website(port=0, textrail_url=address, api_key="tr_1") as site:
        site.write_key = "wk_1"
        yield site
    receiver.shutdown()
    receiver.server_close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_the_snippet_and_the_hidden_fields(website: Website, path: str) -> None:
    page = requests.get(f"{website.url}{path}?utm_source=sms", timeout=60).text
    assert 'data-key="wk_1"' in page
    assert '<input type="hidden" name="utm_campaign">' in page


def test_a_form_post_becomes_a_server_side_event(website: Website) -> None:
    form = {"email": "ada@acme.example", "goal": "demo-booked", "tr": "t1", "utm_source": "sms"}
    assert requests.post(f"{website.url}/signup", data=form, timeout=60).status_code == 200
    ((key, body),) = Receiver.received
    (event,) = body["events"]
    assert key == "Bearer tr_1"
    assert (event["name"], event["email"], event["tr"]) == ("demo-booked", "ada@acme.example", "t1")
    assert event["utm"] == {"utm_source": "sms"}


def test_a_form_without_an_address_is_refused(website: Website) -> None:
    answer = requests.post(f"{website.url}/signup", data={"goal": "demo-booked"}, timeout=60)
    assert answer.status_code == 422
    assert not Receiver.received


def test_an_unknown_page_is_not_found(website: Website) -> None:
    assert requests.get(f"{website.url}/nothing", timeout=60).status_code == 404


def test_a_visitor_who_hangs_up_leaves_nothing_on_the_terminal(
    website: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    host, port = website.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as visitor:
        visitor.sendall(b"GET /trial HTTP/1.1\r\nHost: x\r\n\r\n")
        visitor.recv(10)
        abruptly = struct.pack("ii", 1, 0)
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abruptly)
    deadline = time.monotonic() + 60
    while _is_answering() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not _is_answering()
    assert capsys.readouterr().err == ""


def _is_answering() -> bool:
    return any("process_request_thread" in thread.name for thread in threading.enumerate())
