"""The made-up company's website: landing pages with the snippet, and a form with a backend.

It stands for the customer's own site, so it knows of Textrail only what a customer's site would:
the snippet's address and write key, and an API key for server-side events.
"""

import html
import json
import sys
import threading
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

PAGES = {
    "/trial": ("Pick up where you left off", "Start my trial", "trial-started"),
    "/demo": ("See it with your own data", "Book a demo", "demo-booked"),
    "/webinar": ("The replay, and what comes next", "Send me the replay", "form-submitted"),
    "/pricing": ("A price for every team", "Talk to us", "form-submitted"),
}
HIDDEN_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "tr")

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<script src="{textrail}/t.js" data-key="{key}" defer></script></head>
<body style="font: 18px/1.5 system-ui; max-width: 32rem; margin: 4rem auto; padding: 0 1rem">
<h1>{title}</h1><form method="post" action="/signup">{hidden}
<input type="hidden" name="goal" value="{goal}">
<p><label>Work e-mail<br><input name="email" type="email" required></label></p>
<p><button>{button}</button></p></form></body></html>"""


class Website:
    """A small web server in a thread of its own. Its pages carry the snippet with `write_key`."""

    def __init__(self, *, port: int, textrail_url: str, api_key: str) -> None:
        self.textrail_url = textrail_url
        self.write_key = ""
        self._events = requests.Session()
        self._events.headers["Authorization"] = f"Bearer {api_key}"
        handler = type("Handler", (_Handler,), {"website": self})
        self._server = _Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Website":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def report_signup(self, form: dict[str, str]) -> int:
        """Tell Textrail of a form post, as the site's backend would; return the HTTP status."""
        utm = {name: form[name] for name in HIDDEN_FIELDS[:5] if form.get(name)}
        event = {
            "event_id": str(uuid.uuid4()),
            "name": form.get("goal") or "form-submitted",
            "occurred_at": datetime.now(UTC).isoformat(),
            "email": form["email"],
            **({"tr": form["tr"]} if form.get("tr") else {}),
            **({"utm": utm} if utm else {}),
        }
        answer = self._events.post(
            f"{self.textrail_url}/api/v1/events", json={"events": [event]}, timeout=30
        )
        return answer.status_code

    def page(self, path: str) -> str | None:
        """Return a landing page, or None for an unknown path."""
        if path not in PAGES:
            return None
        title, button, goal = PAGES[path]
        hidden = "".join(f'<input type="hidden" name="{name}">' for name in HIDDEN_FIELDS)
        return _PAGE.format(
            title=html.escape(title),
            button=html.escape(button),
            goal=goal,
            hidden=hidden,
            textrail=self.textrail_url,
            key=self.write_key,
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the terminal clean of browsers that hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    website: Website
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page = self.website.page(urlsplit(self.path).path)
        self._answer(200, page) if page else self._answer(404, "No such page")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {name: values[-1] for name, values in parse_qs(body).items()}
        if "email" not in form:
            self._answer(422, "Please give your e-mail address")
            return
        status = self.website.report_signup(form)
        thanks = f"<h1>Thank you</h1><p>{html.escape(form['email'])}</p>"
        self._answer(200 if status == 200 else 502, thanks if status == 200 else json.dumps(status))

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep the terminal for the progress bar."""
