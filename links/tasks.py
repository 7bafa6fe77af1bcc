"""Background work on short links."""

from celery import shared_task
from django.utils import timezone

from links import services
from links.alert_letters import tell_of_alerts
from links.alerts import close_ended_alerts


@shared_task(name="links.tasks.recheck_live_links")
def recheck_live_links(*, batch_size: int = 25) -> None:
    """Check again the links of live sends whose last check is no longer fresh."""
    services.recheck_due_links(now=timezone.now(), limit=batch_size)


@shared_task(name="links.tasks.watch_alerts")
def watch_alerts() -> None:
    """Close alerts of links that are not live any more, and tell people of the others."""
    now = timezone.now()
    close_ended_alerts(now=now)
    tell_of_alerts(now=now)
