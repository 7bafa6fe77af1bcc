"""The admin's pages of spend, opt-outs, keys and channels."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.convention_versions import draft_new_version
from campaigns.models import (
    ApiKey,
    Campaign,
    Channel,
    Spend,
    Suppression,
)
from tests.campaigns.builders import (
    a_campaign,
    a_channel,
    a_convention,
    a_manager,
    a_send,
    a_superuser,
    a_user,
    inlines_of,
)

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def owner() -> Client:
    return signed_in(a_superuser())


def spend_data(**fields: str) -> dict[str, str]:
    return {
        "platform": "twilio",
        "external_id": "1",
        "date": "2026-05-01",
        "currency": "usd",
        "amount": "1,234.50",
        "channel": str(a_channel().pk),
        "campaign": "",
        "send": "",
        "description": "",
        **fields,
    }


def test_spend_is_typed_as_people_write_it_and_totalled() -> None:
    client = owner()
    client.post(reverse("admin:campaigns_spend_add"), spend_data())
    client.post(reverse("admin:campaigns_spend_add"), spend_data(external_id="2", amount="5.50"))

    page = client.get(reverse("admin:campaigns_spend_changelist")).content.decode()

    assert Spend.objects.get(external_id="1").amount_minor == 123450
    assert "$1,234.50" in page
    assert "$1,240.00" in page


@pytest.mark.parametrize("fields", [{"amount": "1.005"}, {"amount": "x"}, {"currency": "dollars"}])
def test_spend_that_is_no_money_is_refused(fields: dict[str, str]) -> None:
    response = owner().post(reverse("admin:campaigns_spend_add"), spend_data(**fields))

    assert response.status_code == 200
    assert not Spend.objects.exists()


def test_an_opt_out_is_noted_and_only_masked_afterwards() -> None:
    client = owner()
    data = {"phone": "(415) 555-0123", "reason": "replied STOP", "send": ""}

    client.post(reverse("admin:campaigns_suppression_add"), data)
    page = client.get(reverse("admin:campaigns_suppression_changelist")).content.decode()

    assert Suppression.objects.count() == 1
    assert "5550123" not in page
    assert "•23" in page


def test_an_opt_out_that_is_no_number_is_refused() -> None:
    data = {"phone": "nobody", "reason": "x", "send": ""}

    owner().post(reverse("admin:campaigns_suppression_add"), data)

    assert not Suppression.objects.exists()


def test_a_new_key_is_shown_once() -> None:
    client = owner()
    data = {"name": "Website", "scopes": ["events"], "expires_at_0": "", "expires_at_1": ""}

    response = client.post(reverse("admin:campaigns_apikey_add"), data)
    key = ApiKey.objects.get()
    change = reverse("admin:campaigns_apikey_change", args=[key.pk])
    listed = client.get(reverse("admin:campaigns_apikey_changelist")).content.decode()

    assert response.context_data["plain"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert response.context_data["plain"] not in client.get(change).content.decode()
    assert response.context_data["plain"] not in listed
    assert (key.scopes, key.created_by.get_username()) == (["events"], "root")  # type: ignore[union-attr]


def test_a_key_is_revoked_with_a_button() -> None:
    client = owner()
    client.post(reverse("admin:campaigns_apikey_add"), {"name": "Website", "scopes": ["read"]})
    key = ApiKey.objects.get()

    client.post(reverse("admin:campaigns_apikey_do", args=[key.pk, "revoke"]))

    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_channels_colour_must_be_one() -> None:
    channel = Channel.objects.get(slug="email")
    address = reverse("admin:campaigns_channel_change", args=[channel.pk])

    owner().post(address, {"name": "Email", "position": "1", "color": "red;x"})

    channel.refresh_from_db()
    assert channel.color.startswith("#")


def test_a_new_campaign_belongs_to_whoever_adds_it() -> None:
    root = a_superuser()

    page = signed_in(root).get(reverse("admin:campaigns_campaign_add")).content.decode()

    assert f'value="{root.pk}" selected' in page
    assert not Campaign.objects.exists()


def test_a_new_campaigns_page_leads_to_its_first_send() -> None:
    client, address = signed_in(a_manager()), "/admin/campaigns/campaign/add/"
    form = inlines_of(client, address) | {"name": "Trials"}

    page = client.post(address, form, follow=True).content.decode()

    assert "Next: plan its first send." in page
    assert f"/admin/campaigns/send/add/?campaign={Campaign.objects.get().pk}" in page


def test_who_may_not_plan_is_not_led_to_it() -> None:
    client = signed_in(a_user("vera", "campaigns.view_campaign"))

    page = client.get(f"/admin/campaigns/campaign/{a_campaign().pk}/change/").content.decode()

    assert "Plan a send" not in page


def test_a_campaigns_page_lists_its_sends_by_name() -> None:
    send = a_send()

    address = reverse("admin:campaigns_campaign_change", args=[send.campaign_id])
    page = owner().get(address).content.decode()

    assert reverse("admin:campaigns_send_change", args=[send.pk]) in page
    assert send.name in page


@pytest.mark.parametrize("model", ["send", "campaign", "namingconvention", "spend"])
def test_a_list_costs_the_same_for_two_rows_and_for_ten(
    model: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        send = a_send(f"send-{number}", campaign=a_campaign(f"Campaign {number}"))
        Spend.objects.create(
            platform="twilio",
            external_id=str(number),
            date="2026-05-01",
            channel=send.channel,
            send=send,
            amount_minor=1,
            currency="USD",
        )
        draft_new_version(convention=a_convention(), by=None)
    client = owner()
    address = reverse(f"admin:campaigns_{model}_changelist")
    client.get(address)

    with django_assert_max_num_queries(16):
        client.get(address)
