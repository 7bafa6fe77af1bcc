"""The admin's pages of planning, for the owner, the manager and the outsider."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import preflight, send_checks, send_followers, send_page
from campaigns.models import Send
from tests.campaigns.builders import (
    a_campaign,
    a_channel,
    a_convention,
    a_message,
    a_send,
    a_superuser,
    a_user,
)

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
MODELS = ["apikey", "campaign", "channel", "exchangerate", "namingconvention", "send",
          "sendingpolicy", "spend", "suppression"]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(send_page, "_panels", {})


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def owner() -> Client:
    return signed_in(a_superuser())


def manager() -> Client:
    return signed_in(
        a_user(
            "alice",
            *(f"campaigns.{verb}_send" for verb in ("view", "add", "change", "delete")),
            *(f"campaigns.{verb}_message" for verb in ("view", "add", "change", "delete")),
            "campaigns.view_campaign",
            "campaigns.view_channel",
        )
    )


def outsider() -> Client:
    return signed_in(a_user("mallory"))


def form_data(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Trial re-engagement, June",
        "campaign": str(a_campaign().pk),
        "channel": str(a_channel().pk),
        "audience": "Lapsed trials",
        "audience_size": "1200",
        "scheduled_at_0": "2026-06-10",
        "scheduled_at_1": "09:00:00",
        "destination_url": "https://example.com/trial",
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": "trial-reengagement-june",
        "utm_term": "",
        "messages-TOTAL_FORMS": "1",
        "messages-INITIAL_FORMS": "0",
        "messages-0-body": TEXT,
        "messages-0-utm_content": "",
        "messages-0-share": "100",
        **fields,
    }


def add(client: Client, **fields: Any) -> Any:
    return client.post(reverse("admin:campaigns_send_add"), form_data(**fields), follow=True)


def lose_the_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let another send take the name after the checks, as in the race of two people."""
    real_check = send_checks.check_send

    def check_then_lose(*args: Any, **kwargs: Any) -> Any:
        verdict = real_check(*args, **kwargs)
        a_send(name, name="The other")
        return verdict

    monkeypatch.setattr("campaigns.send_saving.check_send", check_then_lose)


def test_a_name_taken_between_check_and_save_is_a_form_error_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lose_the_name(monkeypatch, "trial-reengagement-june")
    client = signed_in(a_superuser())

    answer = add(client)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "was already used by the send “The other”" in text
    assert "Lapsed trials" in text
    assert TEXT in text
    assert not Send.objects.filter(name="Trial re-engagement, June").exists()


def test_a_new_name_taken_in_the_moment_leaves_a_stored_send_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = a_send("trial-reengagement-may")
    lose_the_name(monkeypatch, "trial-reengagement-june")
    url = reverse("admin:campaigns_send_change", args=[send.pk])

    answer = signed_in(a_superuser()).post(url, form_data())

    assert "was already used by the send “The other”" in answer.content.decode()
    send.refresh_from_db()
    assert send.utm_campaign == "trial-reengagement-may"


def move(client: Client, send: Send, to: str) -> Any:
    address = reverse("admin:campaigns_send_do", args=[send.pk, to])
    return client.post(address, follow=True)


def page_of(client: Client, send: Send) -> str:
    return client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_the_owner_opens_every_list_and_form(model: str) -> None:
    a_message(a_send())
    client = owner()

    assert client.get(reverse(f"admin:campaigns_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:campaigns_{model}_add")).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_an_outsider_opens_none_of_them(model: str) -> None:
    client = outsider()

    assert client.get(reverse(f"admin:campaigns_{model}_changelist")).status_code == 403
    assert client.get(reverse(f"admin:campaigns_{model}_add")).status_code == 403


def test_a_manager_adds_a_send_and_stays_on_its_page() -> None:
    response = add(manager())

    send = Send.objects.get()
    assert response.redirect_chain[-1][0] == reverse("admin:campaigns_send_change", args=[send.pk])
    assert (send.status, send.created_by.get_username()) == ("draft", "alice")  # type: ignore[union-attr]
    assert send.messages.get().body == TEXT
    assert "Mark as ready" in response.content.decode()


def test_history_says_who_added_it() -> None:
    add(manager())

    assert Send.history.get().history_user.get_username() == "alice"


def test_wrong_values_are_explained_at_their_fields_with_a_suggestion_to_take() -> None:
    response = add(manager(), utm_campaign="Trial June", utm_source="SMS")

    page = response.content.decode()
    assert "“Trial June” has a space" in page
    assert 'data-fill="id_utm_campaign"' in page
    assert 'data-value="trial-june"' in page
    assert "“SMS” is not an approved utm_source" in page
    assert not Send.objects.exists()


def test_a_reused_name_is_explained_with_its_earlier_send() -> None:
    a_send("trial-june", name="The first")

    page = add(manager(), utm_campaign="trial-june").content.decode()

    assert "already used by the send “The first”" in page
    assert 'data-value="trial-june-2"' in page


def test_wrong_html_in_a_value_is_escaped() -> None:
    page = add(manager(), utm_campaign="<script>x</script>").content.decode()

    assert "<script>x</script>" not in page
    assert "&lt;script&gt;x" in page


def test_two_versions_of_one_name_are_explained() -> None:
    response = add(
        manager(),
        **{
            "messages-TOTAL_FORMS": "2",
            "messages-0-utm_content": "version-a",
            "messages-1-body": TEXT,
            "messages-1-utm_content": "version-a",
            "messages-1-share": "50",
        },
    )

    assert 'data-value="version-b"' in response.content.decode()
    assert not Send.objects.exists()


def test_a_channel_without_a_convention_is_explained() -> None:
    page = add(manager(), channel=str(a_channel("email").pk)).content.decode()

    assert "Email has no published naming convention" in page


def test_the_form_shows_the_convention_and_where_to_read_it() -> None:
    page = manager().get(reverse("admin:campaigns_send_add")).content.decode()

    assert "Naming convention for SMS, version 1" in page
    assert f"/conventions/{a_convention().token}" in page


def test_a_manager_changes_a_message() -> None:
    send = a_send()
    message = a_message(send)
    data = form_data(
        **{
            "messages-INITIAL_FORMS": "1",
            "messages-0-id": str(message.pk),
            "messages-0-send": str(send.pk),
            "messages-0-body": "Better words {link} STOP",
        }
    )

    manager().post(reverse("admin:campaigns_send_change", args=[send.pk]), data)

    message.refresh_from_db()
    assert message.body == "Better words {link} STOP"


def test_a_manager_takes_a_message_away() -> None:
    send = a_send()
    message = a_message(send)
    data = form_data(
        **{
            "messages-INITIAL_FORMS": "1",
            "messages-0-id": str(message.pk),
            "messages-0-send": str(send.pk),
            "messages-0-DELETE": "on",
        }
    )

    manager().post(reverse("admin:campaigns_send_change", args=[send.pk]), data)

    assert not send.messages.exists()


def test_a_manager_moves_a_send_on() -> None:
    send = a_send()
    a_message(send)

    response = move(manager(), send, "ready")

    send.refresh_from_db()
    assert send.status == "ready"
    assert "is now ready" in response.content.decode()


def test_a_refused_move_is_explained_in_plain_words() -> None:
    send = a_send()

    page = move(manager(), send, "ready").content.decode()

    send.refresh_from_db()
    assert send.status == "draft"
    assert "Write at least one message." in page


def test_only_moves_that_may_follow_have_a_button() -> None:
    page = page_of(manager(), a_send(status="live"))

    assert "Mark as done" in page
    assert "Go live" not in page
    assert "Back to draft" not in page


def test_a_move_that_is_not_offered_does_nothing() -> None:
    send = a_send()

    page = move(manager(), send, "done").content.decode()

    send.refresh_from_db()
    assert send.status == "draft"
    assert "not possible any more" in page


def test_a_move_is_never_made_by_a_mere_link() -> None:
    send = a_send()

    response = manager().get(reverse("admin:campaigns_send_do", args=[send.pk, "cancelled"]))

    assert response.status_code == 405


def test_a_viewer_sees_the_send_and_no_buttons() -> None:
    send = a_send()
    viewer = signed_in(a_user("bob", "campaigns.view_send"))

    assert "Mark as ready" not in page_of(viewer, send)
    address = reverse("admin:campaigns_send_do", args=[send.pk, "cancelled"])
    assert viewer.post(address).status_code == 403


def test_what_a_live_send_carries_is_shown_and_not_editable() -> None:
    send = a_send(status="live")
    a_message(send)

    page = page_of(manager(), send)

    assert 'name="utm_campaign"' not in page
    assert 'name="messages-0-body"' not in page
    assert "trial-reengagement-june" in page


def test_a_live_send_can_still_be_renamed() -> None:
    send = a_send(status="live")
    a_message(send)

    manager().post(reverse("admin:campaigns_send_change", args=[send.pk]), form_data(name="Better"))

    send.refresh_from_db()
    assert (send.name, send.status) == ("Better", "live")


def test_only_drafts_can_be_deleted() -> None:
    client = manager()
    live, draft = a_send("live-one", status="live"), a_send("draft-one")
    for send in (live, draft):
        client.post(reverse("admin:campaigns_send_delete", args=[send.pk]), {"post": "yes"})

    assert list(Send.objects.all()) == [live]


def test_the_page_says_what_stands_against_the_send() -> None:
    page = page_of(manager(), a_send())

    assert "Before it goes live" in page
    assert "Write at least one message." in page


def test_every_apps_panel_is_on_the_page() -> None:
    send_page.register(
        send_page.Panel(
            "Taps", 1, "campaigns/send_panels.html", lambda s, r: {"panels": [("Inner", "12")]}
        )
    )
    send_page.register(
        send_page.Panel("Nothing", 2, "campaigns/send_panels.html", lambda s, r: None)
    )

    page = page_of(manager(), a_send())

    assert "Taps" in page
    assert "Inner" in page
    assert "Nothing" not in page


def test_sends_are_found_by_name_and_filtered_by_status() -> None:
    a_send("one-june", name="First", status="live")
    a_send("two-june", name="Second")
    address = reverse("admin:campaigns_send_changelist")

    page = manager().get(address, {"status__exact": "live", "q": "june"}).content.decode()

    assert "First" in page
    assert "Second" not in page
