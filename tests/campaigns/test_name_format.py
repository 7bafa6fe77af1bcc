"""Campaign names in parts."""

import pytest

from campaigns.name_format import NamePart, default_for, fit, form_of, misfit

GOAL = NamePart("goal", kind="vocabulary", words=("trial", "demo-invite", "upsell"))
AUDIENCE = NamePart("audience", is_required=False)
PERIOD = NamePart("period", kind="period")


@pytest.mark.parametrize(
    "text",
    [
        "june",
        "q2",
        "2026",
        "2026-06",
        "2026-06-15",
        "summer-2026",
        "q4-2026",
        "w7",
        "h1",
        "2026-q2",
    ],
)
def test_a_period_is_known(text: str) -> None:
    assert PERIOD.accepts(text)


@pytest.mark.parametrize("text", ["q5", "2026-13", "1999", "juneteenth", "w60", ""])
def test_what_is_no_period_is_not(text: str) -> None:
    assert not PERIOD.accepts(text)


def test_a_number_is_digits_only() -> None:
    number = NamePart("wave", kind="number")

    assert number.accepts("12")
    assert not number.accepts("1a")
    assert not number.accepts("٣")


def test_the_form_shows_optional_parts_in_brackets() -> None:
    assert form_of([GOAL, AUDIENCE, PERIOD]) == "{goal}[-{audience}]-{period}"


@pytest.mark.parametrize(
    "name", ["trial-june", "demo-invite-june", "demo-invite-it-managers-2026-06", "upsell-x-q2"]
)
def test_a_name_of_the_form_fits(name: str) -> None:
    assert misfit(name, [GOAL, AUDIENCE, PERIOD]) == ""


@pytest.mark.parametrize(
    ("name", "lack"),
    [
        ("trial-admins", "{period} is missing"),
        ("june", "{goal} is missing"),
        ("trial-june-extra", "words that belong to no part"),
    ],
)
def test_a_name_of_another_form_is_told_what_lacks(name: str, lack: str) -> None:
    assert lack in misfit(name, [GOAL, AUDIENCE, PERIOD])


def test_any_name_fits_a_convention_without_parts() -> None:
    assert misfit("what-ever", []) == ""


def test_words_in_the_wrong_order_are_put_in_place() -> None:
    words = ["june", "admins", "trial"]
    parts = [GOAL, AUDIENCE, PERIOD]

    assert fit(words, parts, ["upsell", "", "q1"]) == ["trial", "admins", "june"]


def test_free_words_go_to_the_free_part() -> None:
    parts = [GOAL, NamePart("audience"), PERIOD]

    assert fit(["it", "admins", "upsell", "q2"], parts, ["trial", "all", "q1"]) == [
        "upsell",
        "it-admins",
        "q2",
    ]


def test_a_misspelt_word_of_the_vocabulary_is_understood() -> None:
    assert fit(["upsel", "q2"], [GOAL, PERIOD], ["trial", "q1"]) == ["upsell", "q2"]


def test_what_nothing_was_found_for_gets_its_default() -> None:
    assert fit([], [GOAL, AUDIENCE, PERIOD], ["trial", "", "q1"]) == ["trial", "", "q1"]


def test_a_default_is_the_example_unless_it_is_reserved() -> None:
    topic = NamePart("topic", example="launch")

    assert default_for(topic, period="q1", reserved=[]) == "launch"
    assert default_for(topic, period="q1", reserved=["launch"]) == "topic"
    assert default_for(topic, period="q1", reserved=["launch", "topic"]) == "topic2"
