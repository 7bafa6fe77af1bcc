"""Telling a worker that a connection is due. The row is the truth; a lost ring costs a minute."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from crm_sync.tasks import sync_due_connections

logger = logging.getLogger(__name__)


def ring() -> None:
    """Poke a worker once the running transaction has been committed."""
    transaction.on_commit(_ring)


def _ring() -> None:
    try:
        sync_due_connections.delay()
    except OperationalError:
        logger.warning("No broker to poke; the next scheduled sweep finds the connection.")
