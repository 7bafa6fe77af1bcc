"""Background work of tracking: load, call one service."""

from celery import shared_task
from django.utils import timezone

from tracking.services import confirm_waiting_taps as confirm


@shared_task(name="tracking.tasks.confirm_waiting_taps")
def confirm_waiting_taps() -> int:
    """Confirm taps that were being read while their landing page reported them."""
    return confirm(now=timezone.now())
