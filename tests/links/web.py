"""A real web server on this machine, whose pages a test writes down."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PAGE = (200, "")


class Web:
    """The server's address, its pages and the requests it was sent.

    A page is (status, Location); `{query}` in a Location becomes the request's query.
    """

    def __init__(self, pages: Mapping[str, tuple[int, str]], port: int) -> None:
        self.pages = dict(pages)
        self.host = f"127.0.0.1:{port}"
        self.other_host = f"localhost:{port}"
        self.url = f"http://{self.host}"
        self.requests: list[tuple[str, dict[str, str]]] = []


@contextmanager
def serve(pages: Mapping[str, tuple[int, str]] | None = None) -> Iterator[Web]:
    """Serve the pages until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.requests.append((self.path, dict(self.headers)))
            parts = urlsplit(self.path)
            status, location = web.pages.get(parts.path, (404, ""))
            self.send_response(status)
            if location:
                self.send_header("Location", location.replace("{query}", parts.query))
            self.send_header("Set-Cookie", "seen=yes")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

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
