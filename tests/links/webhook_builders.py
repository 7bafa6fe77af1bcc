"""Endpoints, messages and a receiver for the webhook tests."""

from typing import Any

from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import encrypt_secret
from tests.links.builders import NOW

__all__ = ["NOW", "SECRET", "make_delivery", "make_endpoint"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_endpoint(
    url: str = "https://hooks.example.com/textrail", **values: Any
) -> WebhookEndpoint:
    defaults = {"event_types": ["tap.recorded"], "secret": encrypt_secret(SECRET)}
    return WebhookEndpoint.objects.create(url=url, **{**defaults, **values})


def make_delivery(endpoint: WebhookEndpoint | None = None, **values: Any) -> WebhookDelivery:
    defaults = {
        "event_type": "tap.recorded",
        "payload": {"n": 1},
        "created_at": NOW,
        "next_attempt_at": NOW,
    }
    return WebhookDelivery.objects.create(
        endpoint=endpoint or make_endpoint(), **{**defaults, **values}
    )
