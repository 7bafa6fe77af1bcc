"""Background work on short links."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from campaigns.doorbell import DELIVER
from links import audience_expiry, audience_uploads, check_expiry, services, webhook_delivery
from links.alert_letters import tell_of_alerts
from links.alerts import close_ended_alerts
from links.endpoint_letters import tell_of_endpoints
from links.webhook_turns import webhook_turn
from links.webhooks import forget_deliveries


@shared_task(name="links.tasks.recheck_live_links")
def recheck_live_links(*, batch_size: int = 25) -> None:
    """Check what people asked for, and the links of live sends that are due."""
    services.recheck_due_links(clock=timezone.now, limit=batch_size)


@shared_task(name="links.tasks.forget_checks")
def forget_checks() -> None:
    """Delete checks of links and domains that newer ones have long replaced."""
    check_expiry.forget_checks(now=timezone.now(), keep=timedelta(days=90))


@shared_task(name="links.tasks.recheck_domains")
def recheck_domains(*, batch_size: int = 25) -> None:
    """Check again the domains whose last check is old or was bad."""
    services.recheck_due_domains(now=timezone.now(), limit=batch_size)


@shared_task(name="links.tasks.watch_alerts")
def watch_alerts() -> None:
    """Close alerts of links that are not live any more; tell people of what needs them."""
    now = timezone.now()
    close_ended_alerts(now=now)
    tell_of_alerts(now=now)
    tell_of_endpoints(now=now)


@shared_task(name="links.tasks.add_audiences")
def add_audiences(*, seconds: int = 300) -> None:
    """Add uploaded audiences that wait, or were left by a worker that died."""
    limit = timedelta(seconds=seconds)
    audience_uploads.run_due_uploads(now=timezone.now(), time_limit=limit)


@shared_task(name="links.tasks.expire_audiences")
def expire_audiences() -> None:
    """Delete what uploads hold of people after some days."""
    audience_expiry.expire_uploads(now=timezone.now())


@shared_task(name=DELIVER)
def deliver_webhooks(*, seconds: int = 20) -> None:
    """Send the webhook messages that are due, unless that is being done already."""
    with webhook_turn(seconds=seconds) as is_ours:
        if is_ours:
            limit = timedelta(seconds=seconds)
            webhook_delivery.deliver_webhooks(now=timezone.now(), time_limit=limit)


@shared_task(name="links.tasks.forget_webhook_deliveries")
def forget_webhook_deliveries() -> None:
    """Delete webhook messages that are older than `WEBHOOK_KEEP_DAYS`."""
    forget_deliveries(now=timezone.now(), keep=timedelta(days=settings.WEBHOOK_KEEP_DAYS))
