"""Saving sends, moving them on, suppressing numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns import preflight, send_followers, services
from campaigns.models import Message, Send, Suppression
from campaigns.phone_numbers import InvalidPhoneError
from campaigns.preflight import CheckResult, Level
from campaigns.published_rules import NoConventionError
from campaigns.services import (
    ConventionBrokenError,
    SendFrozenError,
    TransitionNotAllowedError,
    TransitionRefusedError,
    save_send,
    suppress_phone,
    transition_send,
)
from tests.campaigns.builders import (
    NOW,
    a_channel,
    a_convention,
    a_message,
    a_send,
    a_user,
    an_unsaved_send,
)

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """These stories are about campaigns alone; other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})


def save(send: Send, messages: list[Message] | None = None, by: Any = None) -> Send:
    return save_send(send=send, messages=messages, by=by, now=NOW)


def move(send: Send, to: str, by: Any = None) -> Send:
    return transition_send(send=send, to=to, by=by, now=NOW)


def a_send_that_is(status: str) -> Send:
    send = a_send(status=status)
    a_message(send)
    return send


def broken(send: Send, messages: list[Message] | None = None) -> dict[str, tuple[str, str]]:
    with pytest.raises(ConventionBrokenError) as caught:
        save(send, messages)
    return {v.field: (v.rule, v.suggestion) for v in caught.value.violations}


def test_a_send_that_follows_the_convention_is_stored_with_its_messages() -> None:
    alice = a_user("alice")
    messages = [
        Message(body=TEXT, utm_content="version-a", share=50),
        Message(body=TEXT, utm_content="version-b", share=50),
    ]

    send = save(an_unsaved_send(), messages, by=alice)

    stored = Send.objects.get()
    assert stored.convention == a_convention()
    assert stored.created_by == alice
    assert stored.status == "draft"
    assert [m.utm_content for m in send.messages.all()] == ["version-a", "version-b"]


def test_history_keeps_who_saved() -> None:
    alice = a_user("alice")

    send = save(an_unsaved_send(), [Message(body=TEXT)], by=alice)

    assert send.history.get().history_user == alice
    assert send.messages.get().history.get().history_user == alice


def test_wrong_values_are_refused_with_suggestions_and_nothing_is_stored() -> None:
    send = an_unsaved_send("Trial June", utm_source="SMS", utm_medium="sms-text")

    assert broken(send) == {
        "utm_source": ("approved-values", "sms"),
        "utm_medium": ("approved-values", "text"),
        "utm_campaign": ("lower-case", "trial-june"),
    }
    assert not Send.objects.exists()


def test_a_reused_campaign_name_is_refused_with_the_earlier_date_and_a_free_name() -> None:
    a_send("trial-june", name="First trial", scheduled_at=NOW - timedelta(days=30))

    with pytest.raises(ConventionBrokenError) as caught:
        save(an_unsaved_send("trial-june"))

    violation = caught.value.violations[0]
    assert violation.rule == "already-used"
    assert "“First trial” of 2 May 2026" in violation.message
    assert violation.suggestion == "trial-june-2"
    assert caught.value.suggested["utm_campaign"] == "trial-june-2"


def test_a_suggestion_is_never_a_name_that_is_taken() -> None:
    a_send("trial-june")
    a_send("trial-june-2")

    assert broken(an_unsaved_send("Trial June"))["utm_campaign"][1] == "trial-2-june"


def test_a_send_does_not_clash_with_itself() -> None:
    send = a_send("trial-june")
    send.audience = "Lapsed trials"

    save(send)

    send.refresh_from_db()
    assert send.audience == "Lapsed trials"


def test_a_name_taken_in_the_same_moment_is_refused_by_the_index(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The check runs before the other's row is visible, so the race is replayed by its order."""
    send = an_unsaved_send("trial-june")

    real_check = services.check_send

    def check_then_lose(*args: Any, **kwargs: Any) -> Any:
        verdict = real_check(*args, **kwargs)
        a_send("trial-june", name="The other")
        return verdict

    monkeypatch.setattr(services, "check_send", check_then_lose)

    assert broken(send)["utm_campaign"][0] == "already-used"


def test_two_versions_need_different_names() -> None:
    messages = [
        Message(body=TEXT, utm_content="version-a"),
        Message(body=TEXT, utm_content="version-a"),
    ]

    assert broken(an_unsaved_send(), messages) == {
        "messages.1.utm_content": ("already-used", "version-b")
    }


def test_several_versions_need_names_at_all() -> None:
    found = broken(an_unsaved_send(), [Message(body=TEXT), Message(body=TEXT)])

    assert found["messages.0.utm_content"] == ("required", "version-a")


def test_a_version_of_another_form_is_refused() -> None:
    found = broken(an_unsaved_send(), [Message(body=TEXT, utm_content="Blue")])

    assert found == {"messages.0.utm_content": ("version-form", "version-a")}


def test_a_channel_without_a_convention_is_refused_by_name() -> None:
    with pytest.raises(NoConventionError, match="Email has no published naming convention"):
        save(an_unsaved_send(channel=a_channel("email")))


def test_saving_messages_replaces_those_that_are_gone() -> None:
    send = save(an_unsaved_send(), [Message(body=TEXT, utm_content="version-a")])
    kept = send.messages.get()
    kept.body = "New text {link} STOP"

    save(send, [kept, Message(body=TEXT, utm_content="version-b")])
    save(send, [kept])

    assert [message.body for message in send.messages.all()] == ["New text {link} STOP"]


def test_followers_are_told_of_every_saved_send() -> None:
    seen: list[tuple[Send, Any]] = []
    send_followers.register("test", lambda send, now: seen.append((send, now)))

    send = save(an_unsaved_send())

    assert seen == [(send, NOW)]


def test_when_a_follower_fails_nothing_is_saved() -> None:
    def fail(send: Send, now: Any) -> None:
        raise RuntimeError

    send_followers.register("test", fail)

    with pytest.raises(RuntimeError):
        save(an_unsaved_send())
    assert not Send.objects.exists()


@pytest.mark.parametrize("status", ["live", "done", "cancelled"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("utm_campaign", "other-name"),
        ("utm_term", "other"),
        ("destination_url", "https://example.com/other"),
    ],
)
def test_what_links_carry_is_frozen_once_they_are_out(status: str, field: str, value: str) -> None:
    send = a_send_that_is(status)
    setattr(send, field, value)

    with pytest.raises(SendFrozenError, match=field):
        save(send)


def test_messages_are_frozen_once_they_are_out() -> None:
    send = a_send_that_is("live")
    message = send.messages.get()
    message.body = "Other words {link}"

    with pytest.raises(SendFrozenError, match="messages"):
        save(send, [message])


def test_a_live_send_may_still_be_renamed() -> None:
    send = a_send_that_is("live")
    send.name = "A better name"

    save(send, list(send.messages.all()))

    send.refresh_from_db()
    assert (send.name, send.status) == ("A better name", "live")


def test_a_status_set_by_hand_is_not_stored() -> None:
    send = a_send_that_is("draft")
    send.status = "live"

    save(send)

    send.refresh_from_db()
    assert send.status == "draft"


def test_a_ready_send_that_loses_its_link_goes_back_to_draft() -> None:
    send = a_send_that_is("ready")
    message = send.messages.get()
    message.body = "No link any more. STOP"

    save(send, [message])

    send.refresh_from_db()
    assert send.status == "draft"
    assert send.history.first().history_change_reason == "No longer ready after an edit"


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


def test_a_number_is_suppressed_once_and_only_its_hash_is_kept() -> None:
    first = suppress_phone(phone="(415) 555-0123", reason="replied STOP", now=NOW)
    again = suppress_phone(phone="+14155550123", reason="other", now=NOW + timedelta(days=1))

    assert again == first
    stored = Suppression.objects.get()
    assert (stored.reason, stored.suppressed_at) == ("replied STOP", NOW)
    assert "4155550123" not in str(vars(stored))


def test_what_is_no_number_cannot_be_suppressed() -> None:
    with pytest.raises(InvalidPhoneError):
        suppress_phone(phone="nobody", reason="x", now=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("utm_source", "SMS"),
        ("utm_medium", "te xt"),
        ("utm_campaign", "trial__june"),
        ("utm_campaign", ""),
        ("utm_term", "A"),
    ],
)
def test_the_database_itself_refuses_malformed_values(field: str, value: str) -> None:
    send = a_send()

    with (
        pytest.raises(IntegrityError, match=f"campaigns_send_{field}_hyphenated"),
        transaction.atomic(),
    ):
        Send.objects.filter(pk=send.pk).update(**{field: value})


def test_the_database_itself_refuses_a_second_send_of_the_name() -> None:
    a_send("trial-june")

    with pytest.raises(IntegrityError, match="utm_campaign_unique"), transaction.atomic():
        a_send("trial-june")
