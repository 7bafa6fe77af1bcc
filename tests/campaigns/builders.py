"""Builders of planning rows: each argument is what a test depends on."""

import re
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from campaigns.models import Campaign, Channel, Message, NamingConvention, Send

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def a_channel(slug: str = "sms") -> Channel:
    """Return a channel of the shipped ones."""
    return Channel.objects.get(slug=slug)


def a_convention(slug: str = "sms") -> NamingConvention:
    """Return the published convention of a channel."""
    return NamingConvention.objects.published().get(channel__slug=slug)


def a_campaign(name: str = "Trial win-back") -> Campaign:
    """Return the campaign of that name, made where it does not exist."""
    return Campaign.objects.get_or_create(name=name)[0]


def an_unsaved_send(utm_campaign: str = "trial-reengagement-june", **fields: Any) -> Send:
    """Return a send that would pass the shipped convention, not stored."""
    given: dict[str, Any] = {
        "campaign": fields.pop("campaign", None) or a_campaign(),
        "channel": a_channel(),
        "name": "Trial re-engagement, June",
        "destination_url": "https://example.com/trial",
        "utm_campaign": utm_campaign,
        **fields,
    }
    return Send(**given)


def a_send(utm_campaign: str = "trial-reengagement-june", **fields: Any) -> Send:
    """Return a stored send of the shipped convention, without messages."""
    send = an_unsaved_send(utm_campaign, **{"convention": a_convention(), **fields})
    send.save()
    return send


def a_message(
    send: Send, body: str = "Your trial waits: {link} Reply STOP to opt out", **fields: Any
) -> Message:
    """Return a stored message of a send."""
    return Message.objects.create(send=send, body=body, **fields)


def a_user(username: str = "alice", *permissions: str, **fields: Any) -> Any:
    """Return a member of staff with these permissions (`campaigns.view_send`)."""
    user = get_user_model().objects.create_user(
        username=username, password="correct horse", is_staff=True, **fields
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def a_superuser(username: str = "root") -> Any:
    """Return a user who may do everything."""
    return get_user_model().objects.create_superuser(username=username, password="correct horse")


def signed_in(user: Any) -> Client:
    """Return a browser in which this user is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def a_manager(username: str = "maria") -> Any:
    """Return a campaign manager: that group's rights only."""
    user = a_user(username)
    user.groups.add(Group.objects.get(name="Campaign managers"))
    return user


def api_client(*scopes: str) -> APIClient:
    """Return a client of the API whose key has these scopes (all, where none is named)."""
    _, plain = issue_key(name="Test", scopes=scopes or ("read", "write", "events"), by=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


def inlines_of(client: Client, address: str) -> dict[str, str]:
    """Return the fields that a page's inlines want back, whichever app brought them."""
    page = client.get(address).content.decode()
    return dict(re.findall(r'name="([\w-]+_FORMS)" value="(\d+)"', page))
