"""One attempt, against a real receiver: what it sees, and what its answer means."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from links import guarded_http
from links.models import WebhookDelivery
from links.webhook_posts import Answer, message_body, open_session, post_message
from links.webhook_signatures import new_secret
from tests.links.builders import NOW
from tests.links.receiver import Receiver, Reply, answering, receive
from tests.links.webhook_builders import SECRET

BODY = b'{"type":"tap.recorded"}'


def post(receiver: Receiver, **values) -> Answer:
    wanted = {"keys": [SECRET], "message_id": "one", "body": BODY, "now": datetime.now(UTC)}
    with open_session([receiver.host]) as session:
        return post_message(session, receiver.url, **{**wanted, **values})


def answer_to(reply: Callable[[int], Reply]) -> Answer:
    with receive(reply) as receiver:
        return post(receiver)


def test_the_official_library_verifies_what_arrives() -> None:
    with receive() as receiver:
        answer = post(receiver, keys=[new_secret(), SECRET])
    ((headers, body),) = receiver.got
    assert Webhook(SECRET).verify(body, headers) == json.loads(BODY)
    assert answer == Answer(status=204)
    assert answer.is_taken
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("Textrail-Webhooks/")


def test_a_message_says_what_happened_and_when() -> None:
    delivery = WebhookDelivery(event_type="link.broken", payload={"ü": NOW}, created_at=NOW)
    assert json.loads(message_body(delivery)) == {
        "type": "link.broken",
        "timestamp": "2026-06-10T12:00:00.000Z",
        "data": {"ü": "2026-06-10T12:00:00Z"},
    }


def test_the_answer_is_kept_for_people() -> None:
    answer = answer_to(answering(400, b"no such \0 list"))
    assert (answer.status, answer.text) == (400, "no such  list")
    assert not answer.is_taken
    assert not answer.is_trouble
    assert answer.problem.endswith("answers 400 instead of 200.")


def test_a_long_answer_is_cut_off() -> None:
    assert len(answer_to(answering(200, b"x" * 5_000_000)).text) == 500


def test_a_packed_answer_is_not_unpacked() -> None:
    assert answer_to(answering(200, b"\x1f\x8b junk", Content_Encoding="gzip")).text == ""


def test_a_redirect_is_not_followed_and_named() -> None:
    answer = answer_to(answering(302, Location="https://elsewhere.example/"))
    assert not answer.is_taken
    assert "redirects to https://elsewhere.example/" in answer.problem


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_an_endpoint_that_is_busy_or_broken_is_in_trouble(status: int) -> None:
    assert answer_to(answering(status)).is_trouble


def test_gone_is_for_good() -> None:
    answer = answer_to(answering(410))
    assert answer.is_gone
    assert "wants no messages any more" in answer.problem


def test_the_wish_of_a_busy_endpoint_is_read() -> None:
    assert answer_to(answering(429, Retry_After="90")).retry_after == timedelta(seconds=90)


def test_an_endpoint_nobody_listens_at_is_in_trouble() -> None:
    with receive() as receiver:
        pass
    answer = post(receiver)
    assert (answer.status, answer.is_trouble) == (None, True)
    assert "cannot be reached" in answer.problem


def test_an_endpoint_that_does_not_answer_is_in_trouble(monkeypatch) -> None:
    monkeypatch.setattr(guarded_http, "_TIMEOUTS", (5.0, 0.2))
    with receive() as receiver:
        receiver.gate.clear()
        assert "did not answer in time" in post(receiver).problem


def test_a_private_host_gets_nothing() -> None:
    with receive() as receiver, open_session([]) as session:
        answer = post_message(
            session, receiver.url, keys=[SECRET], message_id="one", body=BODY, now=NOW
        )
    assert "private or reserved" in answer.problem
    assert receiver.got == []


@pytest.mark.parametrize("reply", [answering(204), answering(200, b"ok")])
def test_one_connection_carries_many_messages(reply: Callable[[int], Reply]) -> None:
    with receive(reply) as receiver, open_session([receiver.host]) as session:
        for _ in range(5):
            post_message(session, receiver.url, keys=[SECRET], message_id="one", body=BODY, now=NOW)
    assert len(receiver.got) == 5
    assert len(receiver.connections) == 1
