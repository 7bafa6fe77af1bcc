"""The top of a send's page: its way, its approval, its checks and their answers, its clone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import preflight, send_followers, send_page
from campaigns.models import AcknowledgedWarning, Message, Send, SendApproval, SendingPolicy
from campaigns.preflight import CheckResult, Level
from campaigns.services import (
    acknowledge_warning,
    approve_send,
    change_live_text,
    replace_message,
    save_send,
    transition_send,
)
from tests.campaigns.builders import (
    NOW,
    a_manager,
    a_message,
    a_send,
    a_superuser,
    a_user,
    an_unsaved_send,
    signed_in,
)

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
WARNING = CheckResult("long", Level.WARNING, "It is long.", "/fix")


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    own = {name: preflight._checks[name] for name in ("plan", "policy")}
    monkeypatch.setattr(preflight, "_checks", own)
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(send_page, "_panels", {})
    SendingPolicy.objects.update(quiet_from=None, quiet_until=None)


def a_ready_send(by: Any) -> Send:
    planned = an_unsaved_send(audience_size=10)
    send = save_send(send=planned, messages=[Message(body=TEXT)], by=by, now=NOW)
    return transition_send(send=send, to="ready", by=by, now=NOW)


def page_of(client: Client, send: Send) -> str:
    return client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()


def do(client: Client, send: Send, name: str, **data: str) -> str:
    address = reverse("admin:campaigns_send_do", args=[send.pk, name])
    return client.post(address, data, follow=True).content.decode()


def test_each_step_says_who_took_it() -> None:
    maria = a_manager()

    page = page_of(signed_in(maria), a_ready_send(maria))

    assert page.count("by maria, ") == 2
    assert '<li class="is-now" aria-current="step"><b>Ready</b>' in page


def test_every_version_of_a_stored_send_is_in_its_form() -> None:
    send = a_send()
    for letter in "abc":
        a_message(send, f"Text {letter}: {{link}} STOP", utm_content=f"version-{letter}")

    page = page_of(signed_in(a_manager()), send)

    assert [f"Text {letter}: {{link}} STOP</textarea>" in page for letter in "abc"] == [True] * 3


def test_a_cancelled_send_shows_how_far_it_came() -> None:
    maria = a_manager()
    send = transition_send(send=a_ready_send(maria), to="cancelled", by=maria, now=NOW)

    page = page_of(signed_in(maria), send)

    assert '<li class="is-past"><b>Ready</b>' in page
    assert '<li class="is-now" aria-current="step"><b>Cancelled</b>' in page
    assert "<b>Live</b>" not in page


def test_without_the_policy_nobody_is_asked_for_approval() -> None:
    maria = a_manager()

    assert "Second person’s approval" not in page_of(signed_in(maria), a_ready_send(maria))


def test_a_second_person_approves_with_a_note_and_it_is_shown() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    send, bob = a_ready_send(a_manager()), signed_in(a_manager("bob"))
    assert ">Approve<" in " ".join(page_of(bob, send).split()).replace("> Approve <", ">Approve<")

    page = do(bob, send, "approve", note="Nice words")

    assert "You approved “Trial re-engagement, June” as it is now." in page
    assert "Approved by bob" in page
    assert "“Nice words”" in page
    assert SendApproval.objects.get().approved_by.get_username() == "bob"  # type: ignore[union-attr]


def test_who_planned_it_is_told_that_somebody_else_approves() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria = a_manager()
    send, client = a_ready_send(maria), signed_in(maria)

    assert "You planned this send, so a second person has to approve it." in page_of(client, send)
    assert "You planned this send" in do(client, send, "approve")
    assert not SendApproval.objects.exists()


def test_who_has_not_the_right_is_offered_nothing_and_refused() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    send = a_ready_send(a_manager())
    editor = signed_in(a_user("eve", "campaigns.view_send", "campaigns.change_send"))

    assert 'id="approval-note"' not in page_of(editor, send)
    address = reverse("admin:campaigns_send_do", args=[send.pk, "approve"])
    assert editor.post(address).status_code == 403


def test_who_may_only_look_and_approve_does_that() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    send = a_ready_send(a_manager())
    boss = signed_in(a_user("boss", "campaigns.view_send", "campaigns.approve_send"))

    assert 'id="approval-note"' in page_of(boss, send)
    assert "Go live" not in page_of(boss, send)
    assert "Approved by boss" in do(boss, send, "approve")


def test_a_later_change_is_shown_as_void() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria, bob = a_manager(), a_manager("bob")
    send = a_ready_send(maria)
    approve_send(send=send, by=bob, note="", now=NOW)
    send.audience = "Everybody"
    save_send(send=send, messages=None, by=maria, now=NOW)

    page = page_of(signed_in(maria), send)

    assert "Void: it changed since bob approved it" in page
    assert "Needs a second person’s approval again" in page


def test_a_replaced_text_of_a_live_send_asks_for_a_new_approval() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria, bob = a_manager(), a_manager("bob")
    send = a_ready_send(maria)
    approve_send(send=send, by=bob, note="", now=NOW)
    transition_send(send=send, to="live", by=maria, now=NOW)
    replace_message(
        message=send.messages.get(), body="New {link} STOP", destination_url="", by=maria, now=NOW
    )

    assert 'id="approval-note"' in page_of(signed_in(bob), send)


def test_a_new_text_waits_on_the_page_until_a_second_person_accepts_it() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria, bob = a_manager(), a_manager("bob")
    send = a_ready_send(maria)
    approve_send(send=send, by=bob, note="", now=NOW)
    transition_send(send=send, to="live", by=maria, now=NOW)
    proposal = change_live_text(
        message=send.messages.get(), body="New {link} STOP", destination_url="", by=maria, now=NOW
    )
    own_page = page_of(signed_in(maria), send)
    assert "Take it back" in own_page
    assert "You proposed this text" in own_page
    assert "Send this text from now on" in page_of(signed_in(bob), send)

    page = do(signed_in(bob), send, "accept-text", proposal=proposal.pk)

    assert "goes out from now on." in page
    assert send.messages.filter(body="New {link} STOP", retired_at=None).exists()


def test_a_declined_text_leaves_the_page() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria = a_manager()
    send = a_ready_send(maria)
    Send.objects.update(status="live")
    proposal = change_live_text(
        message=send.messages.get(), body="New {link} STOP", destination_url="", by=maria, now=NOW
    )

    page = do(signed_in(maria), send, "decline-text", proposal=proposal.pk)

    assert "The new text is declined" in page
    assert "New text waits" not in page


def test_a_decision_on_no_text_is_refused_in_words() -> None:
    maria = a_manager()

    page = do(signed_in(maria), a_ready_send(maria), "decline-text", proposal="what?")

    assert "There is no such text to decide on." in page


def test_a_send_does_not_go_live_by_its_button_without_approval() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    maria = a_manager()
    send = a_ready_send(maria)

    page = do(signed_in(maria), send, "live")

    assert "Needs a second person’s approval" in page
    send.refresh_from_db()
    assert send.status == "ready"


def test_every_warning_has_a_form_and_an_accepted_one_its_reason() -> None:
    preflight.register("x", lambda send, now: [WARNING])
    maria = a_manager()
    send, client = a_ready_send(maria), signed_in(maria)
    assert 'name="reason"' in page_of(client, send)

    page = do(
        client, send, "accept-warning", code="long", message="It is long.", reason="Legal <b> asks"
    )

    assert "Accepted. Your reason stays beside the warning." in page
    assert "“Legal &lt;b&gt; asks”" in page
    assert 'name="reason"' not in page
    assert AcknowledgedWarning.objects.get().acknowledged_by == maria


def test_a_reason_that_says_nothing_is_refused_in_words() -> None:
    preflight.register("x", lambda send, now: [WARNING])
    maria = a_manager()
    send = a_ready_send(maria)

    page = do(
        signed_in(maria), send, "accept-warning", code="long", message="It is long.", reason="ok"
    )

    assert "Write why, in 5 to 300 characters; this has 2." in page
    assert not AcknowledgedWarning.objects.exists()


def test_who_may_only_look_is_offered_no_form() -> None:
    preflight.register("x", lambda send, now: [WARNING])
    send = a_ready_send(a_manager())

    page = page_of(signed_in(a_user("viewer", "campaigns.view_send")), send)

    assert "It is long." in page
    assert 'name="reason"' not in page


def test_where_warnings_need_answers_the_next_step_counts_them() -> None:
    SendingPolicy.objects.update(warnings_need_reason=True)
    preflight.register("x", lambda send, now: [WARNING])
    maria = a_manager()
    send, client = a_ready_send(maria), signed_in(maria)

    assert "Not yet: mend or answer the 1 point marked ! below" in page_of(client, send)
    assert "It is long." in do(client, send, "live")

    acknowledge_warning(
        send=send, code="long", message="It is long.", reason="It is fine", by=maria, now=NOW
    )
    assert "is now live" in do(client, send, "live")


def test_the_accepted_reason_of_a_user_who_is_gone_stays() -> None:
    preflight.register("x", lambda send, now: [WARNING])
    send, eve = a_ready_send(a_manager()), a_user("eve")
    acknowledge_warning(
        send=send, code="long", message="It is long.", reason="It is fine", by=eve, now=NOW
    )
    eve.delete()

    assert "Accepted by a user who is gone" in page_of(signed_in(a_manager("bob")), send)


@pytest.mark.parametrize("status", Send.Status.values)
def test_a_send_in_every_state_is_cloned_with_a_button_onto_the_clones_page(status: str) -> None:
    send = a_send(status=status)
    a_message(send)

    page = do(signed_in(a_manager()), send, "clone")

    copy = Send.objects.get(cloned_from=send)
    assert f"A draft like “{send.name}”, named {copy.utm_campaign}" in page
    assert "cloned from" in page


def test_a_clone_that_the_convention_cannot_name_is_refused_in_words() -> None:
    send = a_send()
    Send.objects.filter(pk=send.pk).update(status="done")
    send.convention.__class__.objects.update(status="retired")

    assert "has no published naming convention" in do(signed_in(a_manager()), send, "clone")


def test_who_may_not_add_sends_is_offered_no_clone() -> None:
    send = a_send()
    editor = signed_in(a_user("eve", "campaigns.view_send", "campaigns.change_send"))

    assert "Clone" not in page_of(editor, send)
    address = reverse("admin:campaigns_send_do", args=[send.pk, "clone"])
    assert editor.post(address).status_code == 403


def test_what_it_was_expected_to_cost_is_shown() -> None:
    send = a_send(status="live", planned_cost_minor=830, planned_cost_currency="EUR")

    assert "expected to cost €8.30 when it went live" in page_of(signed_in(a_manager()), send)


def test_a_missing_rate_links_to_the_policy_for_whoever_may_set_it() -> None:
    send = a_send()

    assert "#id_segment_rate" in page_of(signed_in(a_superuser()), send)
    assert "#id_segment_rate" not in page_of(signed_in(a_manager()), send)
