"""A resolver that keeps itself up to date: changes are visible within two seconds.

Redis says that something changed and the sweep runs at once; without Redis it runs every
`SWEEP_SECONDS`.
"""

import logging
import threading

import redis
from django.db import connection

from links.changes import CHANNEL, open_client
from links.resolver import DATABASE_DOWN, Resolver

SWEEP_SECONDS = 1.5
RETRY_SECONDS = 2.0

logger = logging.getLogger(__name__)


class LiveResolver(Resolver):
    """A resolver that keeps itself up to date with two threads."""

    def __init__(self) -> None:
        super().__init__()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Load all links if PostgreSQL is there, and go on looking in the background."""
        self._refresh_or_log()
        for work in (self._sweep, self._listen):
            thread = threading.Thread(target=work, name=f"links{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End both threads and wait for them."""
        self._stopped.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _sweep(self) -> None:
        try:
            while not self._stopped.is_set():
                self._wake.wait(SWEEP_SECONDS)
                self._wake.clear()
                self._refresh_or_log()
        finally:
            connection.close()

    def _refresh_or_log(self) -> None:
        try:
            self.refresh()
        except DATABASE_DOWN as error:
            logger.warning("Links could not be refreshed: %s", error)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                self._pass_on_messages()
            except redis.RedisError as error:
                logger.warning("Redis tells no link changes, only the sweep does: %s", error)
                self._stopped.wait(RETRY_SECONDS)

    def _pass_on_messages(self) -> None:
        pubsub: redis.client.PubSub = open_client(timeout=5.0).pubsub()  # type: ignore[no-untyped-call]
        with pubsub:
            pubsub.subscribe(CHANNEL)
            while not self._stopped.is_set():
                # The subscription's own confirmation wakes too: something may have been missed.
                if pubsub.get_message(timeout=0.5) is not None:
                    self._wake.set()
