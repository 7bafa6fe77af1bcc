"""Tells people by e-mail of webhook endpoints that were switched off because they failed."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from links.letters import Letter, MailServerError, is_mail_set_up, post_letters, recipients_beside
from links.models import WebhookEndpoint

logger = logging.getLogger(__name__)


def tell_of_endpoints(*, now: datetime) -> int:
    """E-mail who added an endpoint, and `ALERT_EMAILS`, that it is off; return how many e-mails.

    A mail server that cannot be reached leaves all untold, for the next run.
    """
    if not is_mail_set_up():
        return 0
    try:
        with transaction.atomic():
            return _tell(now)
    except MailServerError as error:
        logger.warning("Switched-off endpoints wait for the next run. %s", error)
        return 0


def _tell(now: datetime) -> int:
    off = WebhookEndpoint.objects.filter(is_active=False, notified_at__isnull=True)
    endpoints = off.select_related("created_by").select_for_update(skip_locked=True, of=("self",))
    letters = [
        Letter(recipient, f"Textrail: the webhook {endpoint} is switched off", _text(endpoint))
        for endpoint in endpoints
        for recipient in recipients_beside(endpoint.created_by)
    ]
    post_letters(letters)
    off.filter(pk__in=[endpoint.pk for endpoint in endpoints]).update(notified_at=now)
    return len(letters)


def _text(endpoint: WebhookEndpoint) -> str:
    page = reverse("admin:links_webhookendpoint_change", args=[endpoint.pk])
    return (
        f"Nothing is sent any more to {endpoint.url}\n"
        f"Why: {endpoint.switched_off_reason}\n\n"
        "New events are not kept for it until it is switched on again; what waits is sent then.\n"
        f"Its page: {settings.PUBLIC_URL.rstrip('/')}{page}\n"
    )
