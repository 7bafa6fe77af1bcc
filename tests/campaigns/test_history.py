"""History says who did it, and why."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from campaigns.convention_versions import delete_draft, draft_new_version
from campaigns.history import delete_by, save_by
from campaigns.models import Campaign, ConventionToken, Message, Send
from campaigns.services import delete_send
from tests.campaigns.builders import (
    a_convention,
    a_message,
    a_send,
    a_superuser,
    a_user,
    inlines_of,
)

pytestmark = pytest.mark.django_db


def test_saving_names_the_user_and_the_reason() -> None:
    alice = a_user()

    save_by(Campaign(name="Trial win-back"), alice, reason="planned")

    entry = Campaign.history.get()
    assert (entry.history_user, entry.history_change_reason) == (alice, "planned")


def test_nobody_and_no_reason_stay_empty() -> None:
    save_by(Campaign(name="Trial win-back"), None)

    entry = Campaign.history.get()
    assert (entry.history_user, entry.history_change_reason) == (None, None)


def test_deleting_leaves_an_entry_that_names_the_user() -> None:
    alice = a_user()
    campaign = Campaign.objects.create(name="Trial win-back")

    delete_by(campaign, alice)

    assert not Campaign.objects.exists()
    entry = Campaign.history.filter(history_type="-").get()
    assert entry.history_user == alice


def test_a_send_deleted_with_its_texts_names_the_user_on_each() -> None:
    alice, send = a_user(), a_send()
    a_message(send)

    delete_send(send=send, by=alice)

    assert Send.history.filter(history_type="-").get().history_user == alice
    assert Message.history.filter(history_type="-").get().history_user == alice


def test_a_draft_deleted_with_its_parts_names_the_user_on_each() -> None:
    alice = a_user()
    draft = draft_new_version(convention=a_convention(), by=None)
    parts = draft.tokens.count()

    delete_draft(convention=draft, by=alice)

    gone = ConventionToken.history.filter(history_type="-", history_user=alice)
    assert gone.count() == parts > 0


def test_what_a_key_s_client_does_is_its_maker_s() -> None:
    alice = a_user("alice", is_superuser=True)
    _, plain = issue_key(name="Test", scopes=["read", "write"], by=alice)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")

    made = client.post("/api/v1/campaigns", {"name": "Spring"}, format="json").json()
    client.patch(f"/api/v1/campaigns/{made['id']}", {"name": "Summer"}, format="json")
    client.delete(f"/api/v1/campaigns/{made['id']}")

    entries = Campaign.history.filter(id=made["id"]).order_by("history_id")
    assert [(row.history_type, row.history_user) for row in entries] == [
        ("+", alice),
        ("~", alice),
        ("-", alice),
    ]


def test_what_the_admin_s_forms_do_is_the_signed_in_user_s() -> None:
    root = a_superuser()
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")

    page = reverse("admin:campaigns_campaign_add")
    client.post(page, inlines_of(client, page) | {"name": "Spring"})
    campaign = Campaign.objects.get()
    client.post(reverse("admin:campaigns_campaign_delete", args=[campaign.pk]), {"post": "yes"})

    entries = Campaign.history.filter(id=campaign.pk)
    assert {(row.history_type, row.history_user) for row in entries} == {("+", root), ("-", root)}
