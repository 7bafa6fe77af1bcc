"""Clients that always have a request in flight, and remember every answer they got."""

import re
import socket
import threading
import time
from collections.abc import Sequence
from itertools import cycle

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
_CLICK_ID = re.compile(rb"[?&]tr=([A-Za-z0-9_-]{22})")
_PATIENCE_SECONDS = 120


class Clients:
    """Each connection asks again as soon as it is answered, until the server dies or `finish`.

    `answered` holds the click ids of complete redirects, `odd` what was answered otherwise. With a
    `pause` each connection waits so many seconds between two requests.
    """

    def __init__(
        self, port: int, codes: Sequence[str], *, connections: int = 32, pause: float = 0.0
    ) -> None:
        self.answered: list[str] = []
        self.odd: list[bytes] = []
        self._port = port
        self._pause = pause
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=[[*codes[start:], *codes]])
            for start in range(connections)
        ]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        """Wait until so many redirects were answered.

        Raises:
            TimeoutError: they were not, within two minutes.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(self.answered) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.answered)} of {count} answered; odd: {self.odd[:1]}")
            time.sleep(0.005)

    def finish(self) -> set[str]:
        """Stop asking and return all click ids, once every connection is closed."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        return set(self.answered)

    def _ask(self, codes: Sequence[str]) -> None:
        address = ("127.0.0.1", self._port)
        try:
            with socket.create_connection(address, timeout=_PATIENCE_SECONDS) as connection:
                for code in cycle(codes):
                    if self._stopped.wait(self._pause) if self._pause else self._stopped.is_set():
                        return
                    connection.sendall(
                        f"GET /{code} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
                        f"User-Agent: {IPHONE}\r\n\r\n".encode()
                    )
                    self._keep(_read_head(connection))
        except OSError:
            return

    def _keep(self, head: bytes) -> None:
        found = _CLICK_ID.search(head)
        if found is None:
            self.odd.append(head)
        else:
            self.answered.append(found.group(1).decode())


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(65536)
        if not part:
            raise ConnectionResetError
        head += part
    return head
