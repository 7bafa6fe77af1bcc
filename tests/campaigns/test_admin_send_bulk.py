"""Many sends at once, from their list."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import preflight, send_followers
from campaigns.admin import send_bulk
from campaigns.models import Send
from campaigns.preflight import CheckResult, Level
from tests.campaigns.builders import (
    a_campaign,
    a_manager,
    a_message,
    a_send,
    a_user,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})


@pytest.fixture
def manager() -> Client:
    return signed_in(a_manager())


def a_whole_send(name: str, **fields: Any) -> Send:
    send = a_send(f"{name}-june", name=name.capitalize(), **fields)
    a_message(send)
    return send


def run(client: Client, action: str, *sends: Send, **data: str) -> str:
    address = reverse("admin:campaigns_send_changelist")
    chosen = {"action": action, "_selected_action": [str(send.pk) for send in sends], **data}
    return client.post(address, chosen, follow=True).content.decode()


def statuses() -> list[str]:
    return list(Send.objects.order_by("utm_campaign").values_list("status", flat=True))


def test_the_list_offers_the_actions_to_whoever_may_change(manager: Client) -> None:
    a_send()
    address = reverse("admin:campaigns_send_changelist")

    page = manager.get(address).content.decode()
    for name in ("make_ready", "go_live", "cancel", "edit_selected"):
        assert f'value="{name}"' in page
    viewer = signed_in(a_user("viewer", "campaigns.view_send")).get(address).content.decode()
    assert 'value="go_live"' not in viewer


def test_a_dry_run_comes_first_and_changes_nothing(manager: Client) -> None:
    page = run(manager, "make_ready", a_whole_send("alpha"), a_send("beta-june", name="Beta"))

    assert "1 of 2 sends will change" in page
    assert "Write at least one message." in page
    assert statuses() == ["draft", "draft"]


def test_then_each_is_done_and_who_refused_is_told(manager: Client) -> None:
    sends = (a_whole_send("alpha"), a_send("beta-june", name="Beta"))

    page = run(manager, "make_ready", *sends, step="do")

    assert "1 send was changed." in page
    assert "“Beta” stays as it is: Write at least one message." in page
    assert statuses() == ["ready", "draft"]


def test_nothing_goes_live_while_an_error_stands(manager: Client) -> None:
    bad = CheckResult("unchecked", Level.ERROR, "The link was never checked.")
    preflight.register("links", lambda send, now: [bad])
    send = a_whole_send("alpha", status="ready")

    assert "Nothing will change" in run(manager, "go_live", send)
    assert "The link was never checked." in run(manager, "go_live", send, step="do")
    assert statuses() == ["ready"]


def test_sound_sends_go_live_together(manager: Client) -> None:
    sends = [a_whole_send(name, status="ready") for name in ("alpha", "beta")]

    assert "This cannot be undone." in run(manager, "go_live", *sends)
    assert "2 sends were changed." in run(manager, "go_live", *sends, step="do")
    assert statuses() == ["live", "live"]


def test_sends_are_cancelled_together(manager: Client) -> None:
    sends = [a_whole_send("alpha"), a_whole_send("beta", status="done")]

    page = run(manager, "cancel", *sends, step="do")

    assert statuses() == ["cancelled", "done"]
    assert "“Beta” stays as it is: A done send cannot become cancelled." in page


def test_editing_asks_for_values_first(manager: Client) -> None:
    page = run(manager, "edit_selected", a_whole_send("alpha"))

    assert "an empty field changes nothing" in page
    assert "What would happen" not in page


def test_editing_without_values_is_refused(manager: Client) -> None:
    assert "Fill in what shall change." in run(
        manager, "edit_selected", a_whole_send("alpha"), step="look"
    )


def test_editing_shows_every_sends_result_before_it_happens(manager: Client) -> None:
    sends = [a_whole_send("alpha"), a_whole_send("beta", status="live")]

    page = run(manager, "edit_selected", *sends, step="look", utm_term="lapsed", audience="Many")

    assert "1 of 2 sends will change" in page
    assert "“Beta” is live; these stay as they are: utm_term." in page
    assert 'type="hidden" name="utm_term" value="lapsed"' in page
    assert set(Send.objects.values_list("utm_term", flat=True)) == {""}


def test_editing_writes_the_filled_fields_only(manager: Client) -> None:
    sends = [a_whole_send(name, audience="Few") for name in ("alpha", "beta")]
    other = a_campaign("Another")

    page = run(
        manager,
        "edit_selected",
        *sends,
        step="do",
        campaign=str(other.pk),
        utm_term="lapsed",
        scheduled_at_0="2026-06-10",
        scheduled_at_1="09:30",
    )

    assert "2 sends were changed." in page
    for send in Send.objects.all():
        assert (send.campaign, send.utm_term, send.audience) == (other, "lapsed", "Few")
        assert f"{send.scheduled_at:%Y-%m-%d %H:%M}" == "2026-06-10 09:30"


def test_a_value_that_breaks_the_convention_says_what_would_pass(manager: Client) -> None:
    page = run(manager, "edit_selected", a_whole_send("alpha"), step="look", utm_source="SMS")

    assert "“SMS” is not an approved utm_source" in page
    assert "Try “sms”." in page


def test_what_is_typed_wrong_is_kept(manager: Client) -> None:
    page = run(
        manager, "edit_selected", a_whole_send("alpha"), step="look", destination_url="no page"
    )

    assert 'value="no page"' in page
    assert "What would happen" not in page


def test_having_the_values_already_is_no_change(manager: Client) -> None:
    send = a_whole_send("alpha", audience="Many")

    assert "Has these values already." in run(
        manager, "edit_selected", send, step="look", audience="Many"
    )
    page = run(manager, "edit_selected", send, step="do", audience="Many")
    assert "Nothing changed: they have these values already." in page


def test_more_than_one_step_takes_are_left_for_the_next(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_bulk, "MOST_AT_ONCE", 1)
    sends = [a_whole_send("alpha"), a_whole_send("beta")]

    assert "1 of the selected is left out" in run(manager, "make_ready", *sends)


def test_a_viewer_moves_nothing() -> None:
    send = a_whole_send("alpha")

    run(signed_in(a_user("viewer", "campaigns.view_send")), "make_ready", send, step="do")

    assert statuses() == ["draft"]
