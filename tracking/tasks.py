"""Background work of tracking: load, call one service."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tracking.partitions import make_partitions
from tracking.retention import drop_old_taps
from tracking.services import confirm_waiting_taps as confirm
from tracking.tap_limits import settle_limits


@shared_task(name="tracking.tasks.confirm_waiting_taps")
def confirm_waiting_taps() -> int:
    """Confirm taps that were being read while their landing page reported them."""
    return confirm(now=timezone.now())


@shared_task(name="tracking.tasks.tend_months")
def tend_months() -> list[str]:
    """Make room for the taps of the coming months and drop those that are past their time."""
    now = timezone.now()
    make_partitions(now=now)
    dropped = drop_old_taps(now=now, keep_months=settings.CLICK_RETENTION_MONTHS).dropped
    return [str(month) for month in dropped]


@shared_task(name="tracking.tasks.settle_tap_limits")
def settle_tap_limits() -> int:
    """Open and close links whose limit, or whose taps, were changed since the last tap."""
    return settle_limits(now=timezone.now())
