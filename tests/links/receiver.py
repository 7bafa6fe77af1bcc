"""A real web server on this machine that receives webhooks, as slowly and rudely as told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

Headers = dict[str, str]
Reply = tuple[int, Headers, bytes]


@dataclass(slots=True)
class Receiver:
    """The server's address, what it got, and what it answers.

    `reply` is called with the number of the request, from 1. While `gate` is closed requests are
    taken and not answered.
    """

    port: int
    reply: Callable[[int], Reply]
    got: list[tuple[Headers, bytes]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    most_at_once: int = 0
    gate: Event = field(default_factory=Event)
    _at_once: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where messages are sent."""
        return f"http://{self.host}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages it got."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def take(self, headers: Headers, body: bytes, client: tuple[str, int]) -> Reply:
        """Note a request and return its answer, once the gate is open."""
        with self._lock:
            self.got.append((headers, body))
            self.connections.add(client)
            number = len(self.got)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.gate.wait()
        with self._lock:
            self._at_once -= 1
        return self.reply(number)


def taking(number: int) -> Reply:
    """Answer that the message was taken."""
    return 204, {}, b""


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[int], Reply]:
    """Return a reply that is always the same; `_` in a header's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda number: (status, named, body)


@contextmanager
def receive(reply: Callable[[int], Reply] = taking) -> Iterator[Receiver]:
    """Receive until the block ends; the gate is open."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            status, headers, answer = receiver.take(named, body, self.client_address)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Keep quiet about senders that went away."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port, reply)
    receiver.gate.set()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()
