"""Tells a worker that webhook messages wait. The rows are the truth; a lost ring costs seconds."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

DELIVER = "links.tasks.deliver_webhooks"

logger = logging.getLogger(__name__)


def ring_on_commit() -> None:
    """Poke a worker once the open transaction is committed."""
    transaction.on_commit(_ring)


def _ring() -> None:
    try:
        current_app.send_task(DELIVER)  # by name: the task imports what calls this
    except OperationalError:
        logger.warning("No broker to poke; the next scheduled sweep finds the messages.")
