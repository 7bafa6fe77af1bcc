"""The registry of what follows when a send is saved."""

import pytest

from campaigns import send_followers
from campaigns.models import Send
from campaigns.send_followers import follow, register
from tests.campaigns.builders import NOW


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})


def test_every_follower_is_told_of_the_send_in_order() -> None:
    told: list[tuple[str, str]] = []
    register("links", lambda send, now: told.append(("links", send.name)))
    register("audience", lambda send, now: told.append(("audience", send.name)))

    follow(Send(name="June"), now=NOW)

    assert told == [("links", "June"), ("audience", "June")]


def test_what_a_follower_raises_ends_the_saving() -> None:
    def refuse(send: Send, now: object) -> None:
        raise LookupError(send.name)

    register("links", refuse)

    with pytest.raises(LookupError, match="June"):
        follow(Send(name="June"), now=NOW)
