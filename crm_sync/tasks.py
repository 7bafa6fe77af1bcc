"""The periodic work of the CRM: sync what is due, deliver what waits. Safe to poke any time."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from campaigns.doorbell import READ_DELIVERIES, SYNC, hear
from crm_sync import hooks, services, write_backs


@shared_task(name=SYNC)
def sync_due_connections(*, seconds: int = 300) -> None:
    """Sync every due connection within the worker's time limit, and deliver what that queued."""
    if services.sync_due(now=timezone.now(), time_limit=timedelta(seconds=seconds)):
        deliver_write_backs()


@shared_task(name="crm_sync.tasks.deliver_write_backs")
def deliver_write_backs(*, limit: int = 500) -> None:
    """Deliver waiting write-backs."""
    write_backs.deliver_write_backs(now=timezone.now(), limit=limit)


@shared_task(name=READ_DELIVERIES)
def take_hook_deliveries() -> None:
    """Act on the webhooks that wait. Running it twice changes nothing."""
    hear(READ_DELIVERIES)
    hooks.take_deliveries(now=timezone.now())
