"""The use cases of webhook endpoints: add, change, rotate the key, switch off and on, try out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from campaigns.doorbell import DELIVER, ring_on_commit
from campaigns.landing_pages import LandingPageError, check_landing_page
from links.guarded_http import is_allowed_host, is_plainly_private
from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import UnreadableSecretError, decrypt_secret, encrypt_secret
from links.webhook_events import CODES, TRIAL, trial_payload
from links.webhook_posts import Answer, message_body, open_session, post_message
from links.webhook_signatures import new_secret

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

OLD_SECRET_HOLDS = timedelta(hours=24)


class EndpointRefusedError(Exception):
    """An endpoint may not be stored. `field` and `code` say which rule was broken."""

    def __init__(self, message: str, *, field: str, code: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class EndpointStateError(Exception):
    """An endpoint is switched off or on already."""


def check_endpoint(*, url: str, event_types: Iterable[str]) -> None:
    """Refuse what may not be stored.

    Raises:
        EndpointRefusedError: the address is no public https one, or an event type is unknown.
    """
    _check_url(url)
    wanted = list(event_types)
    unknown = sorted(set(wanted) - CODES)
    if unknown or not wanted:
        raise EndpointRefusedError(
            f"Event types are {', '.join(sorted(CODES))}; not: {', '.join(unknown) or 'none'}.",
            field="event_types",
            code="unknown-event-type",
        )


def create_endpoint(
    *, url: str, event_types: Iterable[str], description: str = "", by: "User | None"
) -> tuple[WebhookEndpoint, str]:
    """Store a new endpoint; return it with its signing key, which cannot be read again.

    Raises:
        EndpointRefusedError: as `check_endpoint` says.
    """
    wanted = list(dict.fromkeys(event_types))
    check_endpoint(url=url, event_types=wanted)
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        url=url,
        event_types=wanted,
        description=description,
        secret=encrypt_secret(secret),
        created_by=by,
    )
    return endpoint, secret


def change_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Store a changed address, description or choice of events.

    Raises:
        EndpointRefusedError: as `check_endpoint` says.
    """
    check_endpoint(url=endpoint.url, event_types=endpoint.event_types)
    endpoint.save(update_fields=["url", "description", "event_types"])


def rotate_secret(*, endpoint: WebhookEndpoint, now: datetime) -> str:
    """Return a new signing key. For a day messages are signed with the old one as well."""
    secret = new_secret()
    endpoint.old_secret, endpoint.secret = endpoint.secret, encrypt_secret(secret)
    endpoint.old_secret_until = now + OLD_SECRET_HOLDS
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


def signing_keys(*, endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Return the keys that hold now, the newest first.

    Raises:
        UnreadableSecretError: they were stored under another SECRET_KEY.
    """
    keys = [decrypt_secret(endpoint.secret)]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        try:
            keys.append(decrypt_secret(endpoint.old_secret))
        except UnreadableSecretError:
            return keys  # rotating is the way out of an unreadable key
    return keys


def switch_off(*, endpoint: WebhookEndpoint, by: "User | None", now: datetime) -> None:
    """Send nothing more to an endpoint; what waits for it goes on waiting.

    Raises:
        EndpointStateError: it is off already.
    """
    reason = f"Switched off by {by}." if by else "Switched off over the API."
    if not turn_off(endpoint=endpoint, reason=reason, now=now):
        raise EndpointStateError("This endpoint is switched off already.")
    # Whoever did it knows: nobody needs a letter
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(notified_at=now)


def turn_off(*, endpoint: WebhookEndpoint, reason: str, now: datetime) -> bool:
    """Switch an endpoint off for a reason; people are told by the next run. False: it was off."""
    changed = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, switched_off_at=now, switched_off_reason=reason[:200], notified_at=None
    )
    return bool(changed)


def switch_on(*, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Send to an endpoint again, first what waited; return how many messages that are.

    Raises:
        EndpointStateError: it is on already.
    """
    changed = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=False).update(
        is_active=True,
        switched_off_at=None,
        switched_off_reason="",
        failing_since=None,
        failure_count=0,
        paused_until=None,
    )
    if not changed:
        raise EndpointStateError("This endpoint is switched on already.")
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, next_attempt_at__isnull=False)
    ring_on_commit(DELIVER)
    return waiting.update(next_attempt_at=now)


def send_trial(*, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Send one test message now, also to an endpoint that is off, and return what came of it.

    Takes as long as the endpoint takes to answer. It is not repeated.
    """
    delivery = WebhookDelivery(
        endpoint=endpoint,
        event_type=TRIAL,
        payload=trial_payload(str(endpoint)),
        created_at=now,
        attempt_count=1,
        attempted_at=now,
    )
    answer = _try_out(delivery, now)
    delivery.delivered_at = now if answer.is_taken else None
    delivery.last_status, delivery.last_answer = answer.status, answer.text
    delivery.last_problem = answer.problem[:300]
    delivery.save()
    if answer.is_taken:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(delivered_at=now)
    return delivery


def _try_out(delivery: WebhookDelivery, now: datetime) -> Answer:
    endpoint = delivery.endpoint
    try:
        keys = signing_keys(endpoint=endpoint, now=now)
    except UnreadableSecretError as error:
        return Answer(problem=str(error))
    with open_session(settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS) as session:
        return post_message(
            session,
            endpoint.url,
            keys=keys,
            message_id=str(delivery.pk),
            body=message_body(delivery),
            now=now,
        )


def _check_url(url: str) -> None:
    try:
        check_landing_page(url)
    except LandingPageError as error:
        raise EndpointRefusedError(str(error), field="url", code=error.code) from error
    if is_allowed_host(url, settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS):
        return
    if urlsplit(url).scheme != "https":
        raise EndpointRefusedError(
            f"“{url[:200]}” does not begin with https://. Messages are sent encrypted only.",
            field="url",
            code="not-https",
        )
    if is_plainly_private(url):
        raise EndpointRefusedError(
            f"{urlsplit(url).hostname} is inside a private network, where nothing is sent. Name a "
            "public address, or allow the host by WEBHOOK_ALLOWED_PRIVATE_HOSTS.",
            field="url",
            code="private-address",
        )
