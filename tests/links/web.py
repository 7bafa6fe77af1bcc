"""A real web server on this machine, whose pages a test writes down."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

Page = tuple[int, str] | tuple[int, dict[str, str], str]
PAGE: Page = (200, "")


class Web:
    """The server's address, its pages and the requests it was sent.

    A page is (status, Location) or (status, headers, HTML); `{query}` in a Location becomes the
    request's query. The page `*` is shown for addresses that have none of their own.
    """

    def __init__(self, pages: Mapping[str, Page], port: int) -> None:
        self.pages = dict(pages)
        self.host = f"127.0.0.1:{port}"
        self.other_host = f"localhost:{port}"
        self.url = f"http://{self.host}"
        self.requests: list[tuple[str, dict[str, str]]] = []


@contextmanager
def serve(pages: Mapping[str, Page] | None = None) -> Iterator[Web]:
    """Serve the pages until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.requests.append((self.path, dict(self.headers)))
            parts = urlsplit(self.path)
            status, told, *body = web.pages.get(parts.path) or web.pages.get("*", (404, ""))
            text = body[0] if body else "ok"
            headers = {"Content-Type": "text/html"} | told if isinstance(told, dict) else {}
            if told and isinstance(told, str):
                headers = {"Location": told.replace("{query}", parts.query)}
            self.send_response(status)
            for name, value in {"Set-Cookie": "seen=yes", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = Web(pages or {}, server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
