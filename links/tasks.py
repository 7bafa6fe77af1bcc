"""Background work on short links."""

from celery import shared_task
from django.utils import timezone

from links import services


@shared_task(name="links.tasks.recheck_live_links")
def recheck_live_links(*, batch_size: int = 25) -> None:
    """Check again the links of live sends whose last check is no longer fresh."""
    services.recheck_due_links(now=timezone.now(), limit=batch_size)
