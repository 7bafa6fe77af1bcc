"""Tells a worker that rows wait for it. The rows are the truth; a lost ring costs seconds.

The one doorbell of all apps. Tasks are rung by name, because the task imports what rings.
"""

import logging
from functools import partial
from typing import Final

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

CHECK: Final = "links.tasks.recheck_live_links"
ADD_AUDIENCES: Final = "links.tasks.add_audiences"
DELIVER: Final = "links.tasks.deliver_webhooks"
SYNC: Final = "crm_sync.tasks.sync_due_connections"
READ_DELIVERIES: Final = "crm_sync.tasks.take_hook_deliveries"
SETTLE: Final = "attribution.tasks.settle_changes"
REBUILD: Final = "attribution.tasks.work_on_rebuild"

_FORGOTTEN_AFTER: Final = 5
"""Seconds after which an unanswered ring is taken for lost; the sweeps come as often."""

logger = logging.getLogger(__name__)


def ring_on_commit(task: str) -> None:
    """Poke a worker once the open transaction is committed."""
    transaction.on_commit(partial(_ring, task))


def ring_once_on_commit(task: str) -> None:
    """Poke a worker once the open transaction is committed, unless one is poked already.

    For tasks that work until nothing waits and begin with `hear`: a thousand rings before it
    begins are one, and one that comes later is rung anew, so that no row is missed.
    """
    transaction.on_commit(partial(_ring_once, task))


def hear(task: str) -> None:
    """Let the next ring come through. Call before looking for what waits."""
    try:
        cache.delete(_key(task))
    except RedisError:
        logger.warning("No cache to ask about %s; the next scheduled sweep finds the rows.", task)


def _key(task: str) -> str:
    return f"doorbell:{task}"


def _ring_once(task: str) -> None:
    try:
        is_first = cache.add(_key(task), value=1, timeout=_FORGOTTEN_AFTER)
    except RedisError:
        logger.warning("No broker to poke for %s; the next scheduled sweep finds the rows.", task)
        return
    if is_first:
        _ring(task)


def _ring(task: str) -> None:
    try:
        current_app.send_task(task)
    except OperationalError:
        logger.warning("No broker to poke for %s; the next scheduled sweep finds the rows.", task)
