"""Which campaign names are so alike that one was probably meant to be the other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.name_likeness import is_one_slip_apart, likeness, read_name, stem

TODAY = date(2026, 6, 10)
WORDS = st.lists(
    st.sampled_from(["trial", "demo", "invite", "offers", "june", "q2", "2026-06", "2", "a"]),
    min_size=1,
    max_size=5,
)


def rule(one: str, other: str, *, day: date = TODAY) -> str:
    found = likeness(read_name(one, day=TODAY), read_name(other, day=day))
    return found.rule if found else ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("june-trial", "trial-june", "same-words"),
        ("trial_june", "trial-june", "same-words"),
        ("trial-jun", "trial-june", "period"),
        ("trial-2026-06", "trial-june", "period"),
        ("trial-june-2026", "trial-2026-06", "period"),
        ("trial-w07", "trial-w7", "period"),
        ("trial-fall", "trial-autumn", "period"),
        ("demo-invites-q2", "demo-invite-q2", "plural"),
        ("parties-q2", "party-q2", "plural"),
        ("demo-invtie-q2", "demo-invite-q2", "typing-error"),
        ("demo-inviite-q2", "demo-invite-q2", "typing-error"),
        ("trial-junr", "trial-june", "typing-error"),
        ("trial-june-2", "trial-june", "number"),
        ("trial-june-2", "trial-june-3", "number"),
        ("trial-2-june", "trial-june", "number"),
    ],
)
def test_names_that_people_mix_up_are_alike(one: str, other: str, expected: str) -> None:
    assert rule(one, other) == rule(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo-invite-q2", "demo-invite-q2"),
        ("demo-invite-q2", "DEMO-INVITE-Q2"),
        ("demo-invite-q2", "demo-invite-q1"),
        ("trial-may", "trial-mar"),
        ("news-2026-06", "news-2026-07"),
        ("trial-june", "webinar-june"),
        ("trial-june-2025", "trial-june-2026"),
        ("trial-a-june", "trial-b-june"),
        ("june", "jun"),
        ("abc", "abd"),
        ("", "x"),
    ],
)
def test_names_that_differ_on_purpose_are_not(one: str, other: str) -> None:
    assert rule(one, other) == rule(other, one) == ""


def test_a_period_without_a_year_is_of_the_year_it_was_used_in() -> None:
    assert rule("trial-2026-06", "trial-june", day=date(2026, 5, 20)) == "period"
    assert not rule("trial-2026-06", "trial-june", day=date(2025, 6, 20))


def test_two_periods_without_a_year_are_alike_whenever_they_were_used() -> None:
    assert rule("trial-jun", "trial-june", day=date(2024, 6, 20)) == "period"


def test_the_reason_is_said_in_words() -> None:
    found = likeness(read_name("trial-june", day=TODAY), read_name("trial-jun", day=TODAY))

    assert found is not None
    assert found.why == "the same name with the period written as “jun”"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("offers", "offer"), ("parties", "party"), ("boxes", "box"), ("bus", "bus"), ("less", "less")],
)
def test_a_plural_has_its_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(WORDS, WORDS)
def test_likeness_does_not_depend_on_which_name_came_first(
    one: list[str], other: list[str]
) -> None:
    assert rule("-".join(one), "-".join(other)) == rule("-".join(other), "-".join(one))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_makes_it_fail(one: str, other: str) -> None:
    rule(one, other)


@given(st.text("abcde", min_size=2, max_size=12), st.data())
def test_every_single_slip_is_seen(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("xyz"))
    slips = [
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
    ]
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    assert all(is_one_slip_apart(word, slip) for slip in slips)
    assert is_one_slip_apart(word, swapped) or swapped == word


@given(st.text("ab", max_size=8))
def test_a_word_is_no_slip_of_itself(word: str) -> None:
    assert not is_one_slip_apart(word, word)
