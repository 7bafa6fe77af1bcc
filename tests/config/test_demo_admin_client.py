"""The demo's browser without a screen."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest

from config.demo.admin_client import AdminClient, AdminRefusedError

FORM = """<form id="other"><input name="noise" value="1"></form>
<form id="send_form" method="post"><input type="hidden" name="token" value="t&amp;1">
<input name="name" value="old"><input type="checkbox" name="live">
<input type="checkbox" name="kept" checked>
<select name="channel"><option value="">–</option><option value="c1" selected>SMS</option>
<option value="c2">Email</option></select>
<textarea name="body">
Hello</textarea><input type="submit" name="_save" value="Save"></form>"""
REFUSED = '<ul class="errorlist"><li>Use “sms”.</li></ul><p>not this</p>' + FORM


class Admin(BaseHTTPRequestHandler):
    """An admin with one form."""

    posted: dict[str, str] = {}
    refuses = False

    def do_GET(self) -> None:
        self.answer(200, FORM if self.path.startswith("/admin/campaigns/send/add") else "done")

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        type(self).posted = dict(parse_qsl(text, keep_blank_values=True))
        self.answer(200, REFUSED) if self.refuses else self.answer(302, "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/admin/done")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def admin() -> Iterator[AdminClient]:
    Admin.refuses = False
    server = HTTPServer(("127.0.0.1", 0), Admin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield AdminClient(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_a_form_is_sent_with_what_the_page_had_and_what_is_filled_in(admin: AdminClient) -> None:
    admin.add("campaigns/send", {"name": "new"})
    assert Admin.posted == {
        "token": "t&1",
        "name": "new",
        "kept": "on",
        "channel": "c1",
        "body": "Hello",
        "_save": "Save",
    }


def test_an_option_is_chosen_by_its_label(admin: AdminClient) -> None:
    admin.add("campaigns/send", {"channel": "Email"})
    assert Admin.posted["channel"] == "c2"


def test_a_form_that_comes_back_tells_its_errors(admin: AdminClient) -> None:
    Admin.refuses = True
    with pytest.raises(AdminRefusedError, match=r"add/: Use “sms”.$"):
        admin.add("campaigns/send", {})


def test_a_page_without_the_form_is_an_error(admin: AdminClient) -> None:
    with pytest.raises(AdminRefusedError, match="no form domain_form"):
        admin.add("links/domain", {})
