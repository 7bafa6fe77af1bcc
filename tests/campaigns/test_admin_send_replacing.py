"""The page on which a text that is going out gets a new version in its place."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import send_followers
from campaigns.models import Message
from tests.campaigns.builders import a_manager, a_message, a_send, a_user, signed_in

pytestmark = pytest.mark.django_db
NEW = "Better words: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})


@pytest.fixture
def manager() -> Client:
    return signed_in(a_manager())


def address(message: Message) -> str:
    return reverse("admin:campaigns_send_replace", args=[message.send_id, message.pk])


def replace(client: Client, message: Message, **data: Any) -> str:
    given = {"body": NEW, "destination_url": "", **data}
    return client.post(address(message), given, follow=True).content.decode()


def test_a_live_sends_texts_lead_to_the_page(manager: Client) -> None:
    live, draft = a_message(a_send("a-june", status="live")), a_message(a_send("b-june"))
    pages = {
        message: manager.get(
            reverse("admin:campaigns_send_change", args=[message.send_id])
        ).content.decode()
        for message in (live, draft)
    }

    assert f'href="{address(live)}"' in pages[live]
    assert "Change the text" not in pages[draft]


def test_the_page_starts_from_the_present_text(manager: Client) -> None:
    message = a_message(a_send(status="live"), "Present {link} STOP", utm_content="version-a")

    page = manager.get(address(message)).content.decode()

    assert page.count("Present {link} STOP") == 2
    assert "version-a now" in page


def test_the_new_text_goes_out_and_the_send_says_so(manager: Client) -> None:
    message = a_message(a_send(status="live"), utm_content="version-a")

    page = replace(manager, message, destination_url="https://example.com/new")

    assert "version-b goes out from now on; version-a is kept" in page
    new = Message.objects.get(utm_content="version-b")
    assert (new.body, new.destination_url) == (NEW, "https://example.com/new")


def test_a_text_without_its_link_is_explained_and_kept(manager: Client) -> None:
    message = a_message(a_send(status="live"))

    page = replace(manager, message, body="No link any more. STOP")

    assert "The text needs {link} once" in page
    assert "No link any more. STOP</textarea>" in page
    assert 'data-fill="id_body"' in page
    assert Message.objects.count() == 1


def test_a_send_that_is_not_live_is_refused_in_words(manager: Client) -> None:
    page = replace(manager, a_message(a_send(status="done")))

    assert "only a live send’s texts are replaced" in page


def test_a_message_of_another_send_is_not_found(manager: Client) -> None:
    message, other = a_message(a_send("a-june", status="live")), a_send("b-june")

    wrong = reverse("admin:campaigns_send_replace", args=[other.pk, message.pk])

    assert manager.get(wrong).status_code == 404


def test_who_may_only_look_is_refused() -> None:
    message = a_message(a_send(status="live"))
    viewer = signed_in(a_user("viewer", "campaigns.view_send", "campaigns.view_message"))

    assert viewer.post(address(message), {"body": NEW}).status_code == 403
    change = reverse("admin:campaigns_send_change", args=[message.send_id])
    assert "Change the text" not in viewer.get(change).content.decode()
