"""What a send's history tells."""

from datetime import timedelta

import pytest

from campaigns.models import Message, Send
from campaigns.send_history import content_editor, transitions_of
from campaigns.services import save_send, transition_send
from tests.campaigns.builders import NOW, a_send, a_user, an_unsaved_send

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"


def test_every_change_of_state_is_told_with_who_and_why() -> None:
    alice, bob = a_user("alice"), a_user("bob")
    send = save_send(send=an_unsaved_send(), messages=[Message(body=TEXT)], by=alice, now=NOW)
    transition_send(send=send, to="ready", by=bob, now=NOW)
    save_send(send=Send.objects.get(), messages=None, by=alice, now=NOW)
    transition_send(send=send, to="draft", by=alice, now=NOW)

    found = transitions_of([send])[send.pk]

    assert [(one.before, one.after, one.by, one.reason) for one in found] == [
        ("draft", "ready", bob, "Draft to ready"),
        ("ready", "draft", alice, "Ready to draft"),
    ]
    assert found[0].at < found[1].at


def test_many_sends_cost_one_query(django_assert_num_queries: object) -> None:
    sends = [a_send(f"send-{number}") for number in range(3)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = transitions_of(sends)

    assert found == {send.pk: [] for send in sends}


def test_who_made_a_send_is_its_first_editor() -> None:
    alice = a_user("alice")
    send = save_send(send=an_unsaved_send(), messages=None, by=alice, now=NOW)

    assert content_editor(send) == alice


def test_who_took_a_version_away_is_its_editor() -> None:
    alice, bob = a_user("alice"), a_user("bob")
    messages = [Message(body=TEXT), Message(body=TEXT)]
    send = save_send(send=an_unsaved_send(), messages=messages, by=alice, now=NOW)
    kept = send.messages.all()[0]
    kept.share = 100

    save_send(send=send, messages=[kept], by=bob, now=NOW + timedelta(hours=1))

    assert content_editor(send) == bob


def test_saving_without_a_change_is_no_edit() -> None:
    alice, bob = a_user("alice"), a_user("bob")
    send = save_send(send=an_unsaved_send(), messages=[Message(body=TEXT)], by=alice, now=NOW)

    save_send(send=send, messages=list(send.messages.all()), by=bob, now=NOW)

    assert content_editor(send) == alice


def test_without_a_name_in_history_nobody_is_known() -> None:
    assert content_editor(a_send()) is None
