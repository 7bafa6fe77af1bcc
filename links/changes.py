"""Tells every redirector that links changed.

The message says nothing but "look": the rows are the truth, and a redirector that misses it
looks by itself a moment later.
"""

import logging
from functools import cache

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

CHANNEL = "links:changed"

logger = logging.getLogger(__name__)


def announce_on_commit() -> None:
    """Publish once the open transaction is committed. A dead Redis never fails the save."""
    transaction.on_commit(_announce)


def open_client(*, timeout: float | None) -> redis.Redis:
    """Return a Redis client that gives up after `timeout` seconds and never retries."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout,
        socket_connect_timeout=1.0,
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _publisher() -> redis.Redis:
    return open_client(timeout=1.0)


def _announce() -> None:
    try:
        _publisher().publish(CHANNEL, "1")
    except redis.RedisError as error:
        logger.warning("Links changed, but Redis could not be told: %s", error)
