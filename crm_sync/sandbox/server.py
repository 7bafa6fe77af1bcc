"""The sandbox on a socket: HubSpot's API, and a control desk under `/sandbox/`."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crm_sync.sandbox import wire
from crm_sync.sandbox.faults import Behaviour, Fault, Request
from crm_sync.sandbox.hubspot import HubSpotApi
from crm_sync.sandbox.seeding import seed
from crm_sync.sandbox.store import RefusedError, Store

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105 - the sandbox's own, it guards made-up data


class Sandbox:
    """A CRM account with its server. Usable in-process and over its control desk."""

    def __init__(self, *, token: str = DEFAULT_TOKEN) -> None:
        self.token = token
        self.store = Store()
        self.behaviour = Behaviour()
        self.api = HubSpotApi(self.store, self.behaviour)
        self.base_url = ""

    def seed(self, records: Iterable[Mapping[str, Any]]) -> list[str]:
        """Put records in (see `seeding`) and return their ids."""
        return seed(self.store, records)

    def misbehave(self, **knobs: Any) -> None:
        """Add a fault (the fields of `faults.Fault`)."""
        self.behaviour.faults.append(Fault(**knobs))

    def behave(self) -> None:
        """Drop every fault and the index lag, and let the clock run."""
        self.behaviour.faults.clear()
        self.behaviour.index_lag_seconds = 0.0
        self.set_clock(None)

    def set_clock(self, moment: datetime | None) -> None:
        """Stop the CRM's clock at a moment (every change gets the same time), or let it run."""
        self.store.clock = lambda: moment or datetime.now(UTC)

    def control(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the control desk was asked. Raises RefusedError for an unknown action."""
        match action:
            case "seed":
                return {"ids": self.seed(body["records"])}
            case "faults":
                self.misbehave(**body)
            case "behave":
                self.behave()
            case "clock":
                at = body.get("at")
                self.set_clock(datetime.fromisoformat(at) if at else None)
            case "index-lag":
                self.behaviour.index_lag_seconds = float(body["seconds"])
            case "state":
                return dict(self.store.content())
            case _:
                raise RefusedError(404, "NOT_FOUND", f"no such control: {action}")
        return {"status": "done"}


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, meets its fault, answers with JSON."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    sandbox: Sandbox

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the base's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Stay silent: the behaviour keeps the log."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the CRM's clock for the Date header."""
        return format_datetime(self.sandbox.store.now(), usegmt=True)

    def _serve(self) -> None:
        address = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            self._send(400, {"status": "error", "message": "Invalid input JSON"})
            return
        if address.path.startswith("/sandbox/"):
            self._answer_control(address.path.removeprefix("/sandbox/"), body)
            return
        query = parse_qs(address.query)
        plain = {name: ",".join(values) for name, values in query.items()}
        fault = self.sandbox.behaviour.note(Request(self.command, address.path, plain, body))
        self._answer_api(address.path, query, body, fault)

    def _answer_control(self, action: str, body: dict[str, Any]) -> None:
        try:
            self._send(200, self.sandbox.control(action, body))
        except RefusedError as error:
            self._send(error.status, wire.error_document(error))

    def _answer_api(
        self, path: str, query: dict[str, list[str]], body: dict[str, Any], fault: Fault | None
    ) -> None:
        fault = fault or Fault()
        time.sleep(fault.delay)
        if fault.drop:
            self.close_connection = True
            self.connection.close()
            return
        try:
            self._check_token()
            _fail(fault)
            status, document = self.sandbox.api.answer(self.command, path, query, body)
        except RefusedError as error:
            status, document = error.status, wire.error_document(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            refusal = RefusedError(400, "VALIDATION_ERROR", f"Invalid input: {error!r}")
            status, document = 400, wire.error_document(refusal)
        self._send(status, document, retry_after=fault.retry_after, is_cut=fault.truncate)

    def _check_token(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.sandbox.token}":
            raise RefusedError(
                401, "INVALID_AUTHENTICATION", "Authentication credentials not found."
            )

    def _send(
        self, status: int, document: dict[str, Any], *, retry_after: str = "", is_cut: bool = False
    ) -> None:
        content = b"" if status == 204 else json.dumps(document).encode()
        if is_cut:
            content = content[: len(content) // 2]
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _fail(fault: Fault) -> None:
    if fault.status:
        words = _FAULT_WORDS.get(fault.status, "Told to fail.")
        raise RefusedError(fault.status, "SANDBOX_FAULT", words)


_FAULT_WORDS = {
    401: "The OAuth token used to make this call expired.",
    429: "You have reached your ten_secondly_rolling limit.",
    500: "internal error",
}


def make_server(sandbox: Sandbox, *, port: int = 0, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Bind a server for the sandbox (port 0: any free one) and tell the sandbox its address."""
    handler = type("Handler", (_Handler,), {"sandbox": sandbox})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    sandbox.base_url = f"http://{host}:{server.server_address[1]}"
    return server


@contextmanager
def run_sandbox(*, port: int = 0, token: str = DEFAULT_TOKEN) -> Iterator[Sandbox]:
    """Serve a fresh sandbox from a thread until the block ends."""
    sandbox = Sandbox(token=token)
    server = make_server(sandbox, port=port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sandbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
