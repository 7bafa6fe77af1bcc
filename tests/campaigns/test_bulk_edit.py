"""Many sends at once, each for itself."""

from typing import Any

import pytest

from campaigns import preflight, send_followers
from campaigns.import_rows import Change
from campaigns.models import NamingConvention, Send
from campaigns.preflight import CheckResult, Level
from campaigns.services import edit_sends, move_sends
from tests.campaigns.builders import NOW, a_campaign, a_message, a_send, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})


def a_whole_send(name: str, **fields: Any) -> Send:
    send = a_send(name, **fields)
    a_message(send)
    return send


def edit(*sends: Send, dry_run: bool = False, **changes: Any) -> list[tuple[str, list[str]]]:
    results = edit_sends(sends=sends, changes=changes, by=None, now=NOW, dry_run=dry_run)
    return [(row.status, [error.code for error in row.errors]) for row in results]


def move(*sends: Send, to: str, dry_run: bool = False) -> list[tuple[str, list[str]]]:
    results = move_sends(sends=sends, to=to, by=None, now=NOW, dry_run=dry_run)
    return [(row.status, [error.code for error in row.errors]) for row in results]


def stored(name: str) -> list[Any]:
    return list(Send.objects.order_by("utm_campaign").values_list(name, flat=True))


def test_only_the_given_values_change() -> None:
    sends = [a_whole_send(f"{letter}-june", utm_term="old") for letter in "ab"]

    assert edit(*sends, audience="Everybody") == [("updated", []), ("updated", [])]
    assert stored("audience") == ["Everybody", "Everybody"]
    assert stored("utm_term") == ["old", "old"]


def test_what_changes_is_told_and_history_says_who() -> None:
    send, alice = a_whole_send("a-june", audience="Few"), a_user("alice")
    other = a_campaign("Another campaign")

    (row,) = edit_sends(
        sends=[send], changes={"campaign": other, "audience": "Many"}, by=alice, now=NOW
    )

    assert row.changes == (
        Change("campaign", "Trial win-back", "Another campaign"),
        Change("audience", "Few", "Many"),
    )
    assert send.history.first().history_user == alice


def test_what_has_the_values_already_is_left_alone() -> None:
    send = a_whole_send("a-june", audience="Many")
    entries = send.history.count()

    assert edit(send, audience="Many") == [("unchanged", [])]
    assert send.history.count() == entries


def test_one_that_refuses_keeps_all_of_its_own_and_does_not_hold_up_the_others() -> None:
    sends = [
        a_whole_send("a-june"),
        a_whole_send("b-june", status="live"),
        a_whole_send("c-june"),
    ]

    assert edit(*sends, utm_term="lapsed", audience="Many") == [
        ("updated", []),
        ("rejected", ["frozen"]),
        ("updated", []),
    ]
    assert stored("audience") == ["Many", "", "Many"]
    assert stored("utm_term") == ["lapsed", "", "lapsed"]


def test_a_value_that_breaks_the_convention_is_refused_with_rule_value_and_suggestion() -> None:
    (row,) = edit_sends(
        sends=[a_whole_send("a-june")], changes={"utm_source": "SMS"}, by=None, now=NOW
    )

    (error,) = row.errors
    assert (error.field, error.code, error.value, error.suggestion) == (
        "utm_source",
        "approved-values",
        "SMS",
        "sms",
    )
    assert stored("utm_source") == ["sms"]


def test_without_a_convention_every_send_says_so() -> None:
    send = a_whole_send("a-june")
    NamingConvention.objects.update(status="retired")

    assert edit(send, audience="Many") == [("rejected", ["convention-missing"])]


def test_a_ready_send_that_is_not_complete_any_more_is_told_to_go_back() -> None:
    send = a_send("a-june", status="ready")

    (row,) = edit_sends(sends=[send], changes={"audience": "Many"}, by=None, now=NOW)

    assert row.changes[-1] == Change("status", "Ready", "Draft")


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    sends = [a_whole_send("a-june"), a_whole_send("b-june", status="live")]

    assert edit(*sends, utm_term="lapsed", dry_run=True) == [
        ("updated", []),
        ("rejected", ["frozen"]),
    ]
    assert stored("utm_term") == ["", ""]


def test_sends_move_on_each_for_itself() -> None:
    sends = [a_whole_send("a-june"), a_send("b-june"), a_whole_send("c-june", status="done")]

    assert move(*sends, to="ready") == [
        ("updated", []),
        ("rejected", ["message-missing"]),
        ("rejected", ["transition-not-allowed"]),
    ]
    assert stored("status") == ["ready", "draft", "done"]


def test_a_dry_run_of_a_move_moves_nothing() -> None:
    assert move(a_whole_send("a-june"), to="ready", dry_run=True) == [("updated", [])]
    assert stored("status") == ["draft"]


def test_nothing_goes_live_in_bulk_while_an_error_stands() -> None:
    bad = CheckResult("link-unchecked", Level.ERROR, "The link was never checked.")
    preflight.register("links", lambda send, now: [bad])

    assert move(a_whole_send("a-june", status="ready"), to="live") == [
        ("rejected", ["link-unchecked"])
    ]
    assert stored("status") == ["ready"]
