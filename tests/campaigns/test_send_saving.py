"""Saving sends, their messages and their versions; deleting drafts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns import preflight, send_checks, send_followers
from campaigns.models import Message, Send
from campaigns.published_rules import NoConventionError
from campaigns.services import (
    ConventionBrokenError,
    SendChangedMeanwhileError,
    SendFrozenError,
    SendNotDraftError,
    delete_send,
    save_send,
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

    real_check = send_checks.check_send

    def check_then_lose(*args: Any, **kwargs: Any) -> Any:
        verdict = real_check(*args, **kwargs)
        a_send("trial-june", name="The other")
        return verdict

    monkeypatch.setattr("campaigns.send_saving.check_send", check_then_lose)

    assert broken(send)["utm_campaign"][0] == "already-used"


def test_two_versions_need_different_names() -> None:
    messages = [
        Message(body=TEXT, utm_content="version-a"),
        Message(body=TEXT, utm_content="version-a"),
    ]

    assert broken(an_unsaved_send(), messages) == {
        "messages.1.utm_content": ("already-used", "version-b")
    }


def test_several_unnamed_versions_are_named_and_share_the_recipients_evenly() -> None:
    send = save(an_unsaved_send(), [Message(body=TEXT) for _ in range(3)])

    assert [(m.utm_content, m.share) for m in send.messages.all()] == [
        ("version-a", 34),
        ("version-b", 33),
        ("version-c", 33),
    ]


def test_shares_that_miss_the_whole_are_refused_with_the_share_that_fits() -> None:
    messages = [
        Message(body=TEXT, utm_content="version-a", share=50),
        Message(body=TEXT, utm_content="version-b", share=20),
    ]

    assert broken(an_unsaved_send(), messages) == {"messages.1.share": ("shares-sum", "50")}


def test_six_versions_are_refused() -> None:
    found = broken(an_unsaved_send(), [Message(body=TEXT) for _ in range(6)])

    assert found == {"messages.5.utm_content": ("too-many-versions", "")}


def test_a_message_nobody_changed_gets_no_entry_in_its_history() -> None:
    send = save(an_unsaved_send(), [Message(body=TEXT)])

    save(send, list(send.messages.all()))

    assert send.messages.get().history.count() == 1


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


def test_shares_and_landing_pages_of_versions_are_frozen_too() -> None:
    send = a_send_that_is("live")
    message = send.messages.get()
    message.destination_url = "https://example.com/other"

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


def opened_before_nadia_saved() -> tuple[Send, Any]:
    """Return a send as it was read before somebody else changed its audience, and when."""
    send = a_send(audience="Trials")
    seen_at = send.updated_at
    other = Send.objects.get(pk=send.pk)
    other.audience = "Lapsed trials"
    save(other, by=a_user("nadia"))
    return send, seen_at


def test_what_somebody_else_saved_is_not_overwritten_unseen() -> None:
    send, seen_at = opened_before_nadia_saved()
    send.name = "Renamed"

    with pytest.raises(SendChangedMeanwhileError, match="nadia changed this send at"):
        save_send(send=send, messages=None, by=None, now=NOW, seen_at=seen_at)

    send.refresh_from_db()
    assert (send.name, send.audience) == ("Trial re-engagement, June", "Lapsed trials")


def test_what_was_seen_may_be_changed_and_a_form_sent_twice_changes_nothing() -> None:
    send = a_send(audience="Trials")
    seen_at = send.updated_at
    send.audience = "Lapsed trials"

    for _ in range(2):
        save_send(send=send, messages=None, by=None, now=NOW, seen_at=seen_at)

    send.refresh_from_db()
    assert send.audience == "Lapsed trials"


def test_another_text_written_meanwhile_is_not_lost_either() -> None:
    send, seen_at = opened_before_nadia_saved()
    send.audience = "Lapsed trials"

    with pytest.raises(SendChangedMeanwhileError):
        save_send(send=send, messages=[Message(body=TEXT)], by=None, now=NOW, seen_at=seen_at)


def test_a_ready_send_that_loses_its_link_goes_back_to_draft() -> None:
    send = a_send_that_is("ready")
    message = send.messages.get()
    message.body = "No link any more. STOP"

    save(send, [message])

    send.refresh_from_db()
    assert send.status == "draft"
    assert send.history.first().history_change_reason == "No longer ready after an edit"


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


def test_a_draft_is_deleted_with_its_messages() -> None:
    send = a_send_that_is("draft")

    delete_send(send=send, by=None)

    assert not Send.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("status", ["ready", "live", "done", "cancelled"])
def test_nothing_but_a_draft_is_deleted(status: str) -> None:
    with pytest.raises(SendNotDraftError, match=f"is {status}; only a draft"):
        delete_send(send=a_send_that_is(status), by=None)
