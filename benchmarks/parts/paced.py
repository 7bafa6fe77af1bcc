"""An open loop: requests at fixed times, whether or not earlier ones were answered.

    python benchmarks/parts/paced.py PORT FILE_OF_CODES RATE SECONDS

Prints the median and the 99th percentile in milliseconds, each request counted from when it was
due, so that a server that stands still is not spared the requests it held up.
"""

import itertools
import re
import select
import socket
import sys
import time
from collections import deque
from pathlib import Path

CONNECTIONS = 32
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def measure(port: int, codes: list[str], rate: int, seconds: float) -> list[float]:
    """Return the sorted latencies in milliseconds."""
    free = deque(_connect(port) for _ in range(CONNECTIONS))
    asked: dict[socket.socket, float] = {}
    latencies: list[float] = []
    code, begin = itertools.cycle(codes), time.perf_counter() + 0.1
    for number in range(int(rate * seconds)):
        due = begin + number / rate
        while (left := due - time.perf_counter()) > 0 or not free:
            _take_answers(asked, free, latencies, max(left, 0) if free else 1)
        connection = free.popleft()
        connection.sendall(_request(port, next(code)))
        asked[connection] = due
    while asked:
        _take_answers(asked, free, latencies, 1)
    return sorted(latencies)


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _request(port: int, code: str) -> bytes:
    from clients import IPHONE

    head = f"GET /{code} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {IPHONE}\r\n\r\n"
    return head.encode()


def _take_answers(
    asked: dict[socket.socket, float],
    free: deque[socket.socket],
    latencies: list[float],
    patience: float,
) -> None:
    for connection in select.select(list(asked), [], [], patience)[0]:
        _read_answer(connection)
        latencies.append((time.perf_counter() - asked.pop(connection)) * 1000)
        free.append(connection)


def _read_answer(connection: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _receive(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 302 " not in head[:16]:
        raise SystemExit(f"no redirect: {head!r}")
    length = _LENGTH.search(head)
    while length and len(body) < int(length.group(1)):
        body += _receive(connection)


def _receive(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise SystemExit("the server hung up")
    return part


if __name__ == "__main__":
    port, file, rate, seconds = sys.argv[1:]
    found = measure(int(port), Path(file).read_text().split(), int(rate), float(seconds))
    print(found[len(found) // 2], found[int(len(found) * 0.99)])
