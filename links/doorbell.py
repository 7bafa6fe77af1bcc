"""Tells a worker that rows wait for it. The rows are the truth; a lost ring costs seconds."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

CHECK = "links.tasks.recheck_live_links"
ADD_AUDIENCES = "links.tasks.add_audiences"
DELIVER = "links.tasks.deliver_webhooks"

logger = logging.getLogger(__name__)


def ring_on_commit(task: str) -> None:
    """Poke a worker once the open transaction is committed."""
    transaction.on_commit(partial(_ring, task))


def _ring(task: str) -> None:
    try:
        current_app.send_task(task)  # by name: the task imports what calls this
    except OperationalError:
        logger.warning("No broker to poke for %s; the next scheduled sweep finds the rows.", task)
