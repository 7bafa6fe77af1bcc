"""Set-up: how each channel's sends go out."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import SendingPolicy
from tests.campaigns.builders import a_channel, a_superuser, a_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    return signed_in(a_superuser())


def form_data(**fields: Any) -> dict[str, Any]:
    return {
        "channel": str(a_channel("email").pk),
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "time_zone": "Europe/Berlin",
        "most_segments": "2",
        "segment_rate": "0.0083",
        "currency": "eur",
        "collision_days": "5",
        **fields,
    }


def add(client: Client, **fields: Any) -> str:
    address = reverse("admin:campaigns_sendingpolicy_add")
    return client.post(address, form_data(**fields), follow=True).content.decode()


def test_a_channel_gets_its_policy(owner: Client) -> None:
    add(owner, needs_approval="on")

    policy = SendingPolicy.objects.get(channel__slug="email")
    assert (policy.needs_approval, policy.warnings_need_reason) == (True, False)
    assert (policy.quiet_from, policy.quiet_until) == (time(21), time(8))
    assert (policy.time_zone, policy.currency) == ("Europe/Berlin", "EUR")
    assert policy.segment_rate == Decimal("0.0083")


def test_the_list_says_what_each_asks_for(owner: Client) -> None:
    SendingPolicy.objects.update(
        segment_rate=Decimal("0.0083"), quiet_hours_block=True, time_zone="Europe/Berlin"
    )

    page = owner.get(reverse("admin:campaigns_sendingpolicy_changelist")).content.decode()

    assert "21:00–08:00 in Europe/Berlin, nothing goes live" in page
    assert "0.0083 USD" in page


def test_a_policy_without_quiet_hours_and_rate_says_so(owner: Client) -> None:
    SendingPolicy.objects.update(quiet_from=None, quiet_until=None)

    page = owner.get(reverse("admin:campaigns_sendingpolicy_changelist")).content.decode()

    assert "None" in page
    assert "Not set" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Berlin", "“Berlin” is no time zone; write one such as Europe/Berlin"),
        ("currency", "eu", "“eu” is not a currency code"),
        ("currency", "€", "is not a currency code"),
        ("quiet_until", "", "Quiet hours need both times, or neither."),
        ("quiet_from", "", "Quiet hours need both times, or neither."),
        ("segment_rate", "-1", "A price is zero or more."),
    ],
)
def test_what_makes_no_sense_is_explained_and_kept(
    owner: Client, field: str, value: str, words: str
) -> None:
    page = add(owner, **{field: value})

    assert words in page
    assert 'value="Europe/Berlin"' in page or field == "time_zone"
    assert not SendingPolicy.objects.filter(channel__slug="email").exists()


def test_a_second_policy_of_a_channel_is_refused(owner: Client) -> None:
    page = add(owner, channel=str(a_channel("sms").pk))

    assert "already exists" in page
    assert SendingPolicy.objects.count() == 1


def test_a_policy_stays_with_its_channel_and_history_says_who_changed_it(owner: Client) -> None:
    policy = SendingPolicy.objects.get()
    address = reverse("admin:campaigns_sendingpolicy_change", args=[policy.pk])

    owner.post(address, form_data(channel=str(a_channel("email").pk)))

    policy.refresh_from_db()
    assert (policy.channel, policy.most_segments) == (a_channel("sms"), 2)
    assert policy.history.first().history_user.get_username() == "root"


def test_a_manager_looks_and_does_not_change() -> None:
    viewer = signed_in(a_user("viewer", "campaigns.view_sendingpolicy"))
    policy = SendingPolicy.objects.get()
    address = reverse("admin:campaigns_sendingpolicy_change", args=[policy.pk])

    assert viewer.get(address).status_code == 200
    assert viewer.post(address, form_data()).status_code == 403
