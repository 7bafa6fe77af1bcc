"""Keeps delivering from taking up all workers: so many runs at once, the others need not start.

A run takes what comes in meanwhile, so who finds no turn has nothing to do. A holder that dies
blocks its turn for a short time only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache

_LINGER_SECONDS = 30


@contextmanager
def webhook_turn(*, seconds: int) -> Iterator[bool]:
    """Hold one of `WEBHOOK_RUNS` turns for a run of so many seconds; False: all are taken."""
    token = uuid4().hex
    keys = [f"links:webhook-run:{number}" for number in range(settings.WEBHOOK_RUNS)]
    timeout = seconds + _LINGER_SECONDS
    key = next((key for key in keys if cache.add(key, token, timeout=timeout)), None)
    try:
        yield key is not None
    finally:
        if key is not None and cache.get(key) == token:
            cache.delete(key)
