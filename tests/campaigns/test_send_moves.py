"""Moving sends on: only to what follows, and only where nothing stands against it."""

from decimal import Decimal
from typing import Any

import pytest

from campaigns import preflight, send_followers
from campaigns.models import Send, SendingPolicy
from campaigns.preflight import CheckResult, Level
from campaigns.services import (
    TransitionNotAllowedError,
    TransitionRefusedError,
    acknowledge_warning,
    transition_send,
)
from tests.campaigns.builders import NOW, a_message, a_send, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """These stories are about campaigns alone; other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})


def move(send: Send, to: str, by: Any = None) -> Send:
    return transition_send(send=send, to=to, by=by, now=NOW)


def a_send_that_is(status: str, **fields: Any) -> Send:
    send = a_send(status=status, **fields)
    a_message(send)
    return send


def test_a_sound_draft_becomes_ready_and_history_says_who() -> None:
    send, alice = a_send_that_is("draft"), a_user("alice")

    moved = move(send, "ready", by=alice)

    assert moved.status == "ready"
    newest = moved.history.first()
    assert (newest.history_user, newest.history_change_reason) == (alice, "Draft to ready")


@pytest.mark.parametrize(
    ("body", "code"), [(None, "message-missing"), ("No mark. STOP", "link-mark-missing")]
)
def test_ready_needs_a_message_with_its_link(body: str | None, code: str) -> None:
    send = a_send()
    if body:
        a_message(send, body)

    with pytest.raises(TransitionRefusedError) as caught:
        move(send, "ready")

    assert [result.code for result in caught.value.missing] == [code]
    send.refresh_from_db()
    assert send.status == "draft"


def test_ready_needs_values_that_follow_the_convention() -> None:
    send = a_send(utm_source="twilio")
    a_message(send)

    with pytest.raises(TransitionRefusedError) as caught:
        move(send, "ready")

    assert [result.code for result in caught.value.missing] == ["convention-approved-values"]
    assert "Try “sms”" in str(caught.value)


def test_live_needs_every_apps_checks_to_be_free_of_errors() -> None:
    send = a_send_that_is("ready")
    bad = CheckResult("link-unchecked", Level.ERROR, "The link was never checked.")
    preflight.register("links", lambda send, now: [bad])

    with pytest.raises(TransitionRefusedError) as caught:
        move(send, "live")

    assert caught.value.missing == (bad,)


def test_a_warning_does_not_hold_a_send_back() -> None:
    send = a_send_that_is("ready")
    preflight.register("x", lambda send, now: [CheckResult("x", Level.WARNING, "Hm.")])

    assert move(send, "live").live_at == NOW


def test_a_live_send_becomes_done() -> None:
    moved = move(a_send_that_is("live"), "done")

    assert (moved.status, moved.done_at) == ("done", NOW)


@pytest.mark.parametrize(
    ("status", "to"),
    [
        ("draft", "live"),
        ("done", "live"),
        ("cancelled", "draft"),
        ("live", "draft"),
        ("draft", "sent"),
    ],
)
def test_a_state_that_does_not_follow_is_refused(status: str, to: str) -> None:
    with pytest.raises(TransitionNotAllowedError, match=f"A {status} send cannot become {to}"):
        move(a_send_that_is(status), to)


def test_a_stale_copy_cannot_skip_a_state() -> None:
    stale = a_send_that_is("live")
    Send.objects.update(status="cancelled")

    with pytest.raises(TransitionNotAllowedError):
        move(stale, "done")


def a_warning(message: str = "Hm.") -> None:
    preflight.register("x", lambda send, now: [CheckResult("x", Level.WARNING, message)])


def test_where_the_policy_asks_for_it_every_warning_needs_an_answer() -> None:
    SendingPolicy.objects.update(warnings_need_reason=True)
    send = a_send_that_is("ready", audience_size=10)
    a_warning()

    with pytest.raises(TransitionRefusedError) as caught:
        move(send, "live")
    assert [result.code for result in caught.value.missing] == ["x"]

    acknowledge_warning(
        send=send, code="x", message="Hm.", reason="It is fine.", by=a_user(), now=NOW
    )
    assert move(send, "live").status == "live"


def test_an_answer_to_other_words_is_no_answer() -> None:
    SendingPolicy.objects.update(warnings_need_reason=True)
    send = a_send_that_is("ready", audience_size=10)
    a_warning("10 segments.")
    acknowledge_warning(
        send=send, code="x", message="10 segments.", reason="It is fine.", by=a_user(), now=NOW
    )
    a_warning("20 segments.")

    with pytest.raises(TransitionRefusedError, match="20 segments"):
        move(send, "live")


def test_what_it_was_expected_to_cost_is_kept_when_it_goes_live() -> None:
    SendingPolicy.objects.update(segment_rate=Decimal("0.0083"), currency="EUR")
    send = move(a_send_that_is("ready", audience_size=1000), "live")

    SendingPolicy.objects.update(segment_rate=Decimal("0.02"))
    send.refresh_from_db()
    assert (send.planned_cost_minor, send.planned_cost_currency) == (830, "EUR")


def test_without_a_rate_no_cost_is_kept() -> None:
    send = move(a_send_that_is("ready", audience_size=1000), "live")

    assert (send.planned_cost_minor, send.planned_cost_currency) == (None, "")
