"""A text as a phone shows it, piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.phone_texts import forced_letters, pieces_of
from campaigns.sms_text import count_segments

LINK = "https://go.example.com/k7Qm2Xa"


def kinds(body: str) -> list[tuple[str, str]]:
    forced = count_segments(body.replace("{link}", "")).forced_by
    return [(piece.kind, piece.text) for piece in pieces_of(body, LINK, forced)]


def test_the_short_link_stands_in_its_place() -> None:
    assert kinds("See {link} now") == [("text", "See "), ("link", LINK), ("text", " now")]


def test_dear_letters_stand_by_themselves_with_their_name() -> None:
    body = "It’s 🎉🎉 {link}"
    found = pieces_of(body, LINK, ("’", "🎉"))

    assert [(piece.kind, piece.text) for piece in found] == [
        ("text", "It"),
        ("forced", "’"),
        ("text", "s "),
        ("forced", "🎉🎉"),
        ("text", " "),
        ("link", LINK),
    ]
    assert found[1].title == "right single quotation mark"


def test_an_empty_text_has_no_pieces() -> None:
    assert kinds("") == []


def test_each_link_mark_is_a_link() -> None:
    assert [kind for kind, _ in kinds("{link}{link}")] == ["link", "link"]


@pytest.mark.parametrize(
    ("letter", "plain", "shown"),
    [
        ("’", "'", "’"),
        ("\N{ZERO WIDTH SPACE}", "", "zero width space"),
        ("\N{NO-BREAK SPACE}", " ", "no-break space"),
        ("🎉", None, "🎉"),
    ],
)
def test_a_dear_letter_has_a_cheap_one_where_one_says_the_same(
    letter: str, plain: str | None, shown: str
) -> None:
    (found,) = forced_letters([letter])

    assert (found.plain, found.shown) == (plain, shown)


@given(st.lists(st.sampled_from(["’", "a", "{link}", "🎉", "\n", "]", "^", "-"]), max_size=12))
def test_nothing_of_the_text_is_lost(parts: list[str]) -> None:
    body = "".join(parts)

    assert "".join(text for _, text in kinds(body)) == body.replace("{link}", LINK)


@given(st.text(max_size=60))
def test_plain_letters_are_never_forced(body: str) -> None:
    forced = count_segments(body).forced_by
    plain = "".join(letter.plain or "" for letter in forced_letters(forced))

    assert not count_segments(plain).is_unicode
