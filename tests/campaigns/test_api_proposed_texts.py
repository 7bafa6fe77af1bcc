"""`proposed-texts`: a second person's answer by the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns import send_followers
from campaigns.models import Message, ProposedText, Send, SendingPolicy
from tests.campaigns.builders import a_message, a_send, a_user

pytestmark = pytest.mark.django_db
NEW = "Better words: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})
    send = a_send(status="live")
    SendingPolicy.objects.update_or_create(channel=send.channel, defaults={"needs_approval": True})
    a_message(send, utm_content="version-a")


def signed_in(user: Any) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def propose(by: Any) -> str:
    answer = signed_in(by).post(
        f"/api/v1/messages/{Message.objects.get().pk}/replace", {"body": NEW}, format="json"
    )
    assert answer.status_code == 202
    text: str = answer.json()["proposed_text"]
    return text


def decide(by: Any, pk: str, how: str) -> Any:
    return signed_in(by).post(f"/api/v1/proposed-texts/{pk}/{how}", {}, format="json")


def test_a_replacement_waits_and_is_listed() -> None:
    alice = a_user("alice", is_superuser=True)
    pk = propose(alice)

    answer = signed_in(alice).get("/api/v1/proposed-texts?is_waiting=true")

    (row,) = answer.json()["results"]
    assert (row["id"], row["body"], row["proposed_by"]) == (pk, NEW, "alice")
    assert (row["send"], row["is_accepted"]) == (str(Send.objects.get().pk), None)


def test_a_second_person_accepts_it() -> None:
    pk = propose(a_user("alice", is_superuser=True))

    answer = decide(a_user("bob", is_superuser=True), pk, "accept")

    assert answer.status_code == 201
    assert answer.json()["body"] == NEW
    assert ProposedText.objects.get().is_accepted


def test_whoever_proposed_it_does_not_accept_it() -> None:
    alice = a_user("alice", is_superuser=True)

    answer = decide(alice, propose(alice), "accept")

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "approval-refused"


def test_it_is_declined_and_says_so() -> None:
    alice = a_user("alice", is_superuser=True)

    answer = decide(alice, propose(alice), "decline")

    assert (answer.status_code, answer.json()["is_accepted"]) == (200, False)
    assert Message.objects.count() == 1
