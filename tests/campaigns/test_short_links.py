"""The registry of whoever knows a message's short link."""

from uuid import uuid4

import pytest

from campaigns import short_links
from campaigns.models import Message


@pytest.fixture(autouse=True)
def _nobody_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_links, "_finders", [])


def test_whoever_is_registered_is_asked() -> None:
    known, unknown = Message(pk=uuid4()), Message(pk=uuid4())
    short_links.register(
        lambda rows: {known.pk: "https://s.example/a"}, lambda: "https://s.example/x"
    )

    assert short_links.short_links_of([known, unknown]) == {known.pk: "https://s.example/a"}
    assert short_links.link_to_come() == "https://s.example/x"


def test_a_link_to_come_is_shown_even_where_nobody_knows_one() -> None:
    assert short_links.link_to_come().startswith("https://")
    short_links.register(lambda rows: {}, str)
    assert short_links.link_to_come().startswith("https://")
    assert short_links.short_links_of([]) == {}


def test_registering_twice_asks_once() -> None:
    for _ in range(2):
        short_links.register(dict.fromkeys, str)  # type: ignore[arg-type]

    assert len(short_links._finders) == 1


def test_the_longest_link_of_some_texts_counts_with_its_recipients_letters() -> None:
    short, long, new = (Message(pk=uuid4()) for _ in range(3))
    short._state.adding = long._state.adding = False
    stored = {short.pk: "https://s.example/a", long.pk: "https://much-longer.example/abcdefg"}
    short_links.register(lambda rows: {row.pk: stored[row.pk] for row in rows}, lambda: "https://x")
    known = short_links.known_links([short, long, new])

    assert known.longest([short]) == len("https://s.example/a") + 6
    assert known.longest([short, long]) == len("https://much-longer.example/abcdefg") + 6
    assert known.longest([new]) == known.longest([]) == len("https://x") + 6
