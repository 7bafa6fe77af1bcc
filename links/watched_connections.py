"""Lets a session tell of each connection it opens, with the host it asked for.

requests shows neither the certificate of a connection nor the socket behind an answer that is
still being sent; urllib3 opens both in classes that may be named.
"""

import socket
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

Tell = Callable[[str, socket.socket], None]


def watch_connections(session: requests.Session, tell: Tell) -> None:
    """Call `tell` with host and socket whenever the session has connected."""

    class WatchedHttp(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            tell(self.host, self.sock)

    class WatchedHttps(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            tell(self.server_hostname or self.host, self.sock)

    class HttpPool(HTTPConnectionPool):
        ConnectionCls: Any = WatchedHttp

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls: Any = WatchedHttps

    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
