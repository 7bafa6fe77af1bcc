"""Plain builders of tracking rows. Each says only what its test depends on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from campaigns.models import Campaign, Channel, NamingConvention, Send
from campaigns.public_ids import new_id
from tracking.identity import ensure_identity
from tracking.models import Goal, Identity, Source, Touchpoint

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def make_channel(slug: str = "sms", name: str = "SMS") -> Channel:
    """Return the channel of that slug; migrations have seeded most."""
    return Channel.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def make_send(*, utm_campaign: str = "trial-reengagement-june", **fields: Any) -> Send:
    """Make an SMS send with a campaign of its own."""
    channel = fields.pop("channel", None) or make_channel()
    convention = NamingConvention.objects.filter(channel=channel).first()
    if convention is None:
        convention = NamingConvention.objects.create(
            channel=channel, sources=["sms"], mediums=["text"]
        )
    campaign = fields.pop("campaign", None) or Campaign.objects.create(name=f"For {utm_campaign}")
    return Send.objects.create(
        **{
            "campaign": campaign,
            "channel": channel,
            "convention": convention,
            "name": f"Send {utm_campaign}",
            "destination_url": "https://www.example.com/trial",
            "utm_campaign": utm_campaign,
            **fields,
        }
    )


def make_identity(kind: str = "email", value: str = "", *, now: datetime = NOW) -> Identity:
    """Make an identity with a person of its own."""
    return ensure_identity(kind=kind, value=value or f"{new_id().hex}@example.com", now=now)


def make_touch(*, days_ago: float = 0, channel: str = "sms", **fields: Any) -> Touchpoint:
    """Make a visit's touch."""
    return Touchpoint.objects.create(
        **{
            "kind": Touchpoint.Kind.VISIT,
            "occurred_at": NOW - timedelta(days=days_ago),
            "channel": make_channel(channel),
            "rule_set_version": "test",
            **fields,
        }
    )


def make_goal(event_name: str = "demo-booked", **fields: Any) -> Goal:
    """Return the goal of that event; migrations have seeded three."""
    goal, _ = Goal.objects.update_or_create(
        event_name=event_name, defaults={"name": event_name, **fields}
    )
    return goal


def make_source(*, hosts: tuple[str, ...] = ("www.example.com",), **fields: Any) -> Source:
    """Make a website that may report."""
    return Source.objects.create(**{"name": f"Site {new_id().hex}", "hosts": list(hosts), **fields})


def api_client(*scopes: str, user: Any = None) -> APIClient:
    """Return a client that sends an API key with these scopes, made by this user."""
    _, plain = issue_key(name="Tests", scopes=scopes, by=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


def make_user(*permissions: str) -> Any:
    """Make a staff user with these permissions, each as `app.codename`."""
    user = get_user_model().objects.create_user(
        username=f"user-{new_id().hex}", password="secret", is_staff=True
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user
