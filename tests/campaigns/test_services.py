"""The door to planning: one send's whole life through it."""

from datetime import timedelta

import pytest

from campaigns import preflight, send_followers
from campaigns.models import Message, Send, SendingPolicy
from campaigns.services import (
    TransitionRefusedError,
    approve_send,
    clone_send,
    replace_message,
    save_send,
    transition_send,
)
from tests.campaigns.builders import NOW, a_user, an_unsaved_send

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"


def test_a_send_is_planned_approved_sent_reworded_finished_and_planned_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = {name: preflight._checks[name] for name in ("plan", "policy", "neighbours")}
    monkeypatch.setattr(preflight, "_checks", own)
    monkeypatch.setattr(send_followers, "_followers", {})
    SendingPolicy.objects.update(needs_approval=True)
    alice, bob = a_user("alice"), a_user("bob", "campaigns.approve_send")

    send = save_send(
        send=an_unsaved_send(audience_size=10),
        messages=[Message(body=TEXT), Message(body=TEXT)],
        by=alice,
        now=NOW,
    )
    transition_send(send=send, to="ready", by=alice, now=NOW)
    with pytest.raises(TransitionRefusedError, match="Needs a second person’s approval"):
        transition_send(send=send, to="live", by=alice, now=NOW)
    approve_send(send=send, by=bob, note="", now=NOW)
    transition_send(send=send, to="live", by=alice, now=NOW)
    replace_message(
        message=send.messages.all()[0], body=TEXT + "!", destination_url="", by=alice, now=NOW
    )
    done = transition_send(send=send, to="done", by=alice, now=NOW + timedelta(days=1))
    again = clone_send(send=done, by=bob, now=NOW + timedelta(days=40))

    assert Send.objects.get(pk=send.pk).status == "done"
    assert again.utm_campaign == "trial-reengagement-july"
    assert [(m.utm_content, m.share) for m in again.messages.all()] == [
        ("version-a", 50),
        ("version-b", 50),
    ]
