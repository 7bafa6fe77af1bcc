"""A second person's yes, and what makes it void."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns.approvals import approval_of, why_not_approve
from campaigns.models import Message, Send, SendApproval
from campaigns.services import (
    ApprovalRefusedError,
    approve_send,
    replace_message,
    save_send,
    transition_send,
)
from tests.campaigns.builders import NOW, a_message, a_send, a_user, an_unsaved_send

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
MAY = "campaigns.approve_send"


def a_ready_send(by: Any = None, **fields: Any) -> Send:
    """Return a send that alice, or who is named, planned and marked as ready."""
    by = by or a_user("alice", MAY)
    planned = an_unsaved_send(**fields)
    send = save_send(send=planned, messages=[Message(body=TEXT)], by=by, now=NOW)
    return transition_send(send=send, to="ready", by=by, now=NOW)


def approve(send: Send, by: Any, note: str = "") -> SendApproval:
    return approve_send(send=send, by=by, note=note, now=NOW)


def edit(send: Send, by: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(send, name, value)
    save_send(send=send, messages=None, by=by, now=NOW)


def test_a_second_person_approves_and_it_is_kept_with_the_note() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)

    row = approve(send, bob, "  Looks good ")

    assert (row.approved_by, row.approved_at, row.note) == (bob, NOW, "Looks good")
    found = approval_of(send)
    assert found is not None
    assert found.is_valid


def test_without_any_approval_there_is_none() -> None:
    assert approval_of(a_ready_send()) is None


def test_who_planned_a_send_does_not_approve_it() -> None:
    alice = a_user("alice", MAY)

    with pytest.raises(ApprovalRefusedError, match="You planned this send"):
        approve(a_ready_send(by=alice), alice)


def test_not_even_a_superuser_approves_their_own() -> None:
    root = a_user("root", is_superuser=True)

    with pytest.raises(ApprovalRefusedError, match="You planned this send"):
        approve(a_ready_send(by=root), root)


def test_who_edited_it_last_does_not_approve_it() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)
    edit(send, bob, audience="Everybody")

    with pytest.raises(ApprovalRefusedError, match="You edited this send last"):
        approve(send, bob)


def test_who_edited_a_text_last_does_not_approve_it() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)
    message = send.messages.get()
    message.body = "Better {link} Reply STOP"
    save_send(send=send, messages=[message], by=bob, now=NOW)

    with pytest.raises(ApprovalRefusedError, match="You edited this send last"):
        approve(send, bob)


def test_a_new_name_for_the_team_is_no_edit_of_what_goes_out() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)
    edit(send, bob, name="A better title")

    assert approve(send, bob).approved_by == bob


def test_whoever_moved_it_on_may_still_approve_it() -> None:
    alice, bob = a_user("alice", MAY), a_user("bob", MAY)
    send = a_ready_send(by=alice)
    transition_send(send=send, to="draft", by=bob, now=NOW)
    transition_send(send=send, to="ready", by=bob, now=NOW)

    assert approve(send, bob).approved_by == bob


@pytest.mark.parametrize("status", ["draft", "live", "done", "cancelled"])
def test_only_what_waits_for_it_is_approved(status: str) -> None:
    send = a_ready_send()
    Send.objects.update(status=status)

    with pytest.raises(ApprovalRefusedError, match=f"is {status}"):
        approve(send, a_user("bob", MAY))


def test_somebody_without_the_right_approves_nothing() -> None:
    send = a_ready_send()

    for nobody in (None, a_user("bob", "campaigns.change_send")):
        with pytest.raises(ApprovalRefusedError, match="Can approve another person's send"):
            approve(send, nobody)


def test_what_is_approved_needs_no_second_yes() -> None:
    send = a_ready_send()
    approve(send, a_user("bob", MAY))

    assert why_not_approve(send, a_user("carol", MAY)) == (
        "It is approved already, and nothing changed since."
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("utm_campaign", "trial-other-june"),
        ("utm_term", "lapsed"),
        ("destination_url", "https://example.com/other"),
        ("audience", "Everybody"),
        ("audience_size", 9),
        ("time_zone", "Europe/Berlin"),
        ("scheduled_at", NOW + timedelta(days=1)),
    ],
)
def test_a_change_of_what_goes_out_makes_it_void(field: str, value: Any) -> None:
    send = a_ready_send()
    approve(send, a_user("bob", MAY))

    edit(send, a_user("carol"), **{field: value})

    found = approval_of(Send.objects.get())
    assert found is not None
    assert not found.is_valid


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", "Other {link} STOP"), ("destination_url", "https://example.com/b")],
)
def test_a_change_of_a_text_makes_it_void(field: str, value: str) -> None:
    send = a_ready_send()
    approve(send, a_user("bob", MAY))

    Message.objects.update(**{field: value})

    found = approval_of(Send.objects.get())
    assert found is not None
    assert not found.is_valid


def test_a_change_taken_back_makes_it_hold_again_and_a_rename_never_touches_it() -> None:
    send = a_ready_send(audience="Lapsed")
    approve(send, a_user("bob", MAY))
    carol = a_user("carol")

    edit(send, carol, audience="Everybody", name="New title")
    edit(send, carol, audience="Lapsed")

    found = approval_of(Send.objects.get())
    assert found is not None
    assert found.is_valid


def test_the_same_time_in_another_zone_is_the_same_time() -> None:
    send = a_ready_send(scheduled_at=NOW)
    approve(send, a_user("bob", MAY))
    send.scheduled_at = NOW.astimezone()

    found = approval_of(send)

    assert found is not None
    assert found.is_valid


def test_approvals_are_kept_beside_each_other_and_the_newest_counts() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)
    approve(send, bob)
    edit(send, a_user("carol"), audience="Everybody")

    approve_send(send=send, by=bob, note="again", now=NOW + timedelta(hours=1))

    found = approval_of(Send.objects.get())
    assert found is not None
    assert (found.row.note, found.is_valid) == ("again", True)
    assert SendApproval.objects.count() == 2


def test_a_send_that_nobody_is_known_to_have_planned_is_approved_by_anybody_who_may() -> None:
    send = a_send(status="ready")
    a_message(send)

    assert approve(send, a_user("bob", MAY)).send == send


def test_a_live_send_whose_text_was_replaced_is_approved_again() -> None:
    send, bob = a_ready_send(), a_user("bob", MAY)
    approve(send, bob)
    Send.objects.update(status="live")
    replace_message(
        message=send.messages.get(), body="New {link} STOP", destination_url="", by=None, now=NOW
    )

    approve_send(send=send, by=bob, note="", now=NOW + timedelta(hours=1))

    found = approval_of(Send.objects.get())
    assert found is not None
    assert found.is_valid
