"""New texts of a live send, where a second person has to agree."""

from typing import Any

import pytest

from campaigns import send_followers
from campaigns.approvals import approval_of
from campaigns.models import Message, ProposedText, Send, SendingPolicy
from campaigns.proposed_texts import waiting_texts, why_not_accept
from campaigns.services import (
    ApprovalRefusedError,
    ConventionBrokenError,
    NotReplaceableError,
    accept_text,
    change_live_text,
    decline_text,
)
from tests.campaigns.builders import NOW, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
NEW = "Better words: {link} Reply STOP to opt out"
MAY = "campaigns.approve_send"


@pytest.fixture(autouse=True)
def _policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})
    SendingPolicy.objects.update_or_create(
        channel=a_send(status="live").channel, defaults={"needs_approval": True}
    )


def a_live_message() -> Message:
    return a_message(Send.objects.get(), utm_content="version-a")


def change(message: Message, body: str = NEW, by: Any = None) -> Message | ProposedText:
    return change_live_text(message=message, body=body, destination_url="", by=by, now=NOW)


def propose(message: Message, body: str = NEW, by: Any = None) -> ProposedText:
    made = change(message, body, by)
    assert isinstance(made, ProposedText)
    return made


def accept(proposal: ProposedText, by: Any) -> Message:
    return accept_text(proposal=proposal, by=by, now=NOW)


def decline(proposal: ProposedText, by: Any) -> None:
    decline_text(proposal=proposal, by=by, now=NOW)


def test_without_a_second_person_the_text_goes_out_at_once() -> None:
    SendingPolicy.objects.update(needs_approval=False)
    message = a_live_message()

    made = change(message)

    assert isinstance(made, Message)
    assert made.replaces == message
    assert not ProposedText.objects.exists()


def test_a_proposed_text_goes_to_nobody() -> None:
    message, alice = a_live_message(), a_user("alice")

    proposal = propose(message, by=alice)

    message.refresh_from_db()
    assert message.retired_at is None
    assert Message.objects.get() == message
    assert list(waiting_texts(message.send)) == [proposal]
    assert (proposal.proposed_by, proposal.proposed_at) == (alice, NOW)


def test_an_accepted_text_goes_out_in_the_name_of_whoever_wrote_it() -> None:
    message, alice, bob = a_live_message(), a_user("alice"), a_user("bob", MAY)

    new = accept(propose(message, by=alice), bob)

    message.refresh_from_db()
    assert (message.retired_at, new.body, new.replaces) == (NOW, NEW, message)
    assert new.history.get().history_user == alice
    stored = ProposedText.objects.get()
    assert (stored.is_accepted, stored.decided_by, stored.decided_at) == (True, bob, NOW)
    assert not waiting_texts(message.send).exists()


def test_accepting_approves_the_send_as_it_then_is() -> None:
    bob = a_user("bob", MAY)

    accept(propose(a_live_message(), by=a_user("alice")), bob)

    found = approval_of(Send.objects.get())
    assert found is not None
    assert (found.is_valid, found.row.approved_by) == (True, bob)


def test_nobody_accepts_their_own_text() -> None:
    alice = a_user("alice", MAY)
    proposal = propose(a_live_message(), by=alice)

    with pytest.raises(ApprovalRefusedError, match="You proposed this text"):
        accept(proposal, alice)
    assert why_not_accept(proposal, a_user("bob", MAY)) == ""


def test_accepting_needs_the_right() -> None:
    proposal = propose(a_live_message(), by=a_user("alice"))

    with pytest.raises(ApprovalRefusedError, match="Can approve"):
        accept(proposal, a_user("bob"))


def test_a_text_is_decided_once() -> None:
    bob = a_user("bob", MAY)
    proposal = propose(a_live_message(), by=a_user("alice"))
    decline(proposal, bob)

    with pytest.raises(ApprovalRefusedError, match="declined already"):
        accept(proposal, bob)


def test_an_accepted_text_is_not_declined_afterwards() -> None:
    bob = a_user("bob", MAY)
    proposal = propose(a_live_message(), by=a_user("alice"))
    accept(proposal, bob)

    with pytest.raises(ApprovalRefusedError, match="accepted already"):
        decline(proposal, bob)


def test_a_declined_text_leaves_everything_as_it_was() -> None:
    message = a_live_message()

    decline(propose(message), a_user("bob", MAY))

    message.refresh_from_db()
    assert message.retired_at is None
    assert Message.objects.count() == 1


def test_whoever_proposed_a_text_takes_it_back() -> None:
    alice = a_user("alice")

    decline(propose(a_live_message(), by=alice), alice)

    assert ProposedText.objects.get().is_accepted is False


def test_others_without_the_right_decline_nothing() -> None:
    proposal = propose(a_live_message(), by=a_user("alice"))

    with pytest.raises(ApprovalRefusedError, match="Declining needs"):
        decline(proposal, a_user("bob"))


def test_a_newer_proposal_takes_the_place_of_one_that_waits() -> None:
    message, alice = a_live_message(), a_user("alice")
    first = propose(message, by=alice)

    second = propose(message, "Even better: {link} Reply STOP to opt out", by=alice)

    first.refresh_from_db()
    assert (first.is_accepted, first.decided_by) == (False, alice)
    assert list(waiting_texts(message.send)) == [second]


def test_a_text_that_could_not_go_out_is_not_proposed() -> None:
    message = a_live_message()

    with pytest.raises(ConventionBrokenError, match=r"needs \{link\} once"):
        propose(message, "No link at all. Reply STOP to opt out")
    assert not ProposedText.objects.exists()


def test_a_text_of_a_send_that_is_over_is_not_accepted() -> None:
    bob = a_user("bob", MAY)
    proposal = propose(a_live_message(), by=a_user("alice"))
    Send.objects.update(status="done")

    with pytest.raises(NotReplaceableError, match="only a live send"):
        accept(proposal, bob)
    assert ProposedText.objects.get().decided_at is None
