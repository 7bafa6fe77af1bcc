"""Changing what a live send says."""

from typing import Any

import pytest

from campaigns import send_followers
from campaigns.models import Message, Send
from campaigns.services import ConventionBrokenError, NotReplaceableError, replace_message
from tests.campaigns.builders import NOW, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
NEW = "Better words: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})


def a_live_message(status: str = "live", **fields: Any) -> Message:
    return a_message(a_send(status=status), **fields)


def replace(message: Message, body: str = NEW, url: str = "", by: Any = None) -> Message:
    return replace_message(message=message, body=body, destination_url=url, by=by, now=NOW)


def test_the_new_version_takes_over_and_the_old_one_is_kept() -> None:
    old = a_live_message(utm_content="version-a", share=60)
    a_message(old.send, utm_content="version-b", share=40)
    alice = a_user("alice")

    new = replace(old, url="https://example.com/new", by=alice)

    old.refresh_from_db()
    assert (new.utm_content, new.share, new.replaces, new.retired_at) == (
        "version-c",
        60,
        old,
        None,
    )
    assert (new.body, new.destination_url) == (NEW, "https://example.com/new")
    assert (old.body, old.share, old.retired_at) == (
        "Your trial waits: {link} Reply STOP to opt out",
        60,
        NOW,
    )
    newest = old.history.first()
    assert (newest.history_user, newest.history_change_reason) == (alice, "Replaced by version-c")
    assert new.history.get().history_change_reason == "Replaces version-a"


def test_the_only_version_without_a_name_is_followed_by_the_first_name() -> None:
    assert replace(a_live_message()).utm_content == "version-a"


def test_a_name_is_never_used_twice() -> None:
    first = a_live_message(utm_content="version-a")

    second = replace(first)
    third = replace(second, body="Third {link} STOP")

    assert [second.utm_content, third.utm_content] == ["version-b", "version-c"]


def test_followers_are_told() -> None:
    seen: list[Send] = []
    send_followers.register("test", lambda send, now: seen.append(send))

    new = replace(a_live_message())

    assert seen == [new.send]


@pytest.mark.parametrize(
    ("status", "advice"), [("draft", "Change the message itself"), ("ready", "itself")]
)
def test_before_it_is_out_the_message_itself_is_changed(status: str, advice: str) -> None:
    with pytest.raises(NotReplaceableError, match=advice):
        replace(a_live_message(status))


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_what_is_over_is_not_changed(status: str) -> None:
    with pytest.raises(NotReplaceableError, match=f"is {status}; only a live send"):
        replace(a_live_message(status))


def test_what_was_replaced_is_not_replaced_again() -> None:
    old = a_live_message(utm_content="version-a")
    replace(old)

    with pytest.raises(NotReplaceableError, match="version-a was already replaced on 1 June 2026"):
        replace(old)


@pytest.mark.parametrize(
    ("body", "url", "field", "rule"),
    [
        ("No link. STOP", "", "body", "link-mark"),
        ("Two {link} {link} STOP", "", "body", "link-mark"),
        ("", "", "body", "link-mark"),
        ("x" * 1600 + "{link}", "", "body", "too-long"),
        ("Your trial waits: {link} Reply STOP to opt out", "", "body", "unchanged"),
        (NEW, "ftp://example.com/a", "destination_url", "scheme-not-allowed"),
        (NEW, "https://me:secret@example.com/", "destination_url", "credentials-in-address"),
    ],
)
def test_a_text_that_cannot_go_out_is_refused_and_nothing_changes(
    body: str, url: str, field: str, rule: str
) -> None:
    message = a_live_message()

    with pytest.raises(ConventionBrokenError) as caught:
        replace(message, body, url)

    assert [(v.field, v.rule) for v in caught.value.violations] == [(field, rule)]
    assert Message.objects.get().retired_at is None


def test_a_text_without_its_link_gets_a_suggestion_that_passes() -> None:
    message = a_live_message()
    with pytest.raises(ConventionBrokenError) as caught:
        replace(message, "{link} twice {link}. STOP")

    suggestion = caught.value.violations[0].suggestion

    assert replace(message, suggestion).body == suggestion
