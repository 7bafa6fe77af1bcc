"""A small website on another origin, as a customer would run it, for the snippet's tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

FORM_SCRIPT = """
const form = document.createElement("form");
form.method = "post";
form.action = "/thanks";
for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "tr"])
  form.append(Object.assign(document.createElement("input"), {type: "hidden", name}));
form.append(Object.assign(document.createElement("input"), {name: "email"}));
form.append(Object.assign(document.createElement("button"), {textContent: "Send"}));
document.body.append(form);
"""

PAGES = {
    "/landing": '<h1>Trial</h1><a href="/signup">Sign up</a>',
    "/signup": '<h1>Sign up</h1><script src="/form.js"></script>',
    "/thanks": "<h1>Thanks</h1>",
}


class Website:
    """The site's address and what its forms have received."""

    def __init__(self, tag: str, script_origin: str) -> None:
        self.tag = tag
        self.script_origin = script_origin
        self.posted: list[dict[str, str]] = []
        self.address = ""

    def policy(self) -> str:
        """Return a strict content security policy."""
        own = self.script_origin
        return f"default-src 'none'; script-src 'self' {own}; connect-src {own}; form-action 'self'"


@contextmanager
def open_website(tag: str, script_origin: str) -> Iterator[Website]:
    """Serve the pages, each with the tag, on a free port of 127.0.0.1."""
    site = Website(tag, script_origin)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/form.js":
                self._answer(FORM_SCRIPT, "text/javascript")
            else:
                body = PAGES.get(path, "")
                self._answer(f"<!doctype html><head>{site.tag}</head><body>{body}", "text/html")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            site.posted.append(dict(parse_qsl(body, keep_blank_values=True)))
            self.do_GET()

        def _answer(self, body: str, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", site.policy())
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
