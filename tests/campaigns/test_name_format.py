"""Campaign names in parts."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.name_format import NamePart, compose, fit, form_of, misfit, part_values

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

    assert fit(words, [GOAL, AUDIENCE, PERIOD]) == ["trial", "admins", "june"]


def test_free_words_go_to_the_free_part() -> None:
    parts = [GOAL, NamePart("audience"), PERIOD]

    assert fit(["it", "admins", "upsell", "q2"], parts) == ["upsell", "it-admins", "q2"]


@pytest.mark.parametrize("word", ["upsel", "upsall", "uspell"])
def test_a_misspelt_word_of_the_vocabulary_is_understood(word: str) -> None:
    assert fit([word, "q2"], [GOAL, PERIOD]) == ["upsell", "q2"]


def test_a_misspelt_word_of_two_is_understood() -> None:
    assert fit(["demo", "invit", "q2"], [GOAL, PERIOD]) == ["demo-invite", "q2"]


def test_what_nothing_was_found_for_is_empty() -> None:
    assert fit([], [GOAL, AUDIENCE, PERIOD]) == ["", "", ""]


def test_a_period_in_another_form_is_rewritten() -> None:
    months = NamePart("period", kind="period", words=("year-month",))

    assert fit(["trial", "june"], [GOAL, months], today=date(2026, 3, 1)) == ["trial", "2026-06"]
    assert fit(["trial", "june", "2027"], [GOAL, months], today=date(2026, 3, 1)) == [
        "trial",
        "2027-06",
    ]


def test_a_period_keeps_its_year_where_it_can() -> None:
    period = NamePart("period", kind="period", words=("month", "year-month"))

    assert fit(["june", "2027"], [GOAL, period], today=date(2026, 3, 1)) == ["", "2027-06"]
    assert fit(["june"], [GOAL, period], today=date(2026, 3, 1)) == ["", "june"]


def test_a_part_has_its_longest_text() -> None:
    short = NamePart("topic", max_length=8)

    assert short.accepts("it-admin")
    assert not short.accepts("it-admins")
    assert "at most 8 characters" in misfit("administrators", [short])
    assert fit(["it", "admins"], [short]) == ["it"]


def test_a_number_has_its_most_digits() -> None:
    wave = NamePart("wave", kind="number", max_length=2)

    assert not wave.accepts("123")
    assert wave.described() == "a number, at most 2 digits"


def test_a_period_may_be_of_some_forms_only() -> None:
    quarters = NamePart("period", kind="period", words=("quarter", "quarter-year"))

    assert quarters.accepts("q2-2026")
    assert not quarters.accepts("june")
    assert quarters.described() == "a period such as q2 or q2-2026"


def test_another_separator_stands_between_the_parts_only() -> None:
    parts = [GOAL, AUDIENCE, PERIOD]

    assert form_of(parts, "_") == "{goal}[_{audience}]_{period}"
    assert misfit("demo-invite_it-admins_june", parts, "_") == ""
    assert "words that belong to no part" in misfit("trial_june_x", parts, "_")
    assert "{period} is missing" in misfit("trial-june", [AUDIENCE, PERIOD], ".")


def test_optional_parts_are_skipped_whatever_the_separator() -> None:
    parts = [AUDIENCE, NamePart("wave", kind="number", is_required=False), NamePart("topic")]

    for separator in "-_.":
        assert misfit(f"7{separator}trial", parts, separator) == ""


def test_a_name_is_made_of_its_parts() -> None:
    values = {"goal": "trial", "audience": " ", "period": " june "}

    assert compose([GOAL, AUDIENCE, PERIOD], values, "_") == "trial_june"


@pytest.mark.parametrize(
    ("name", "separator", "values"),
    [
        ("demo-invite-it-admins-june", "-", ["demo-invite", "it-admins", "june"]),
        ("trial-june", "-", ["trial", None, "june"]),
        ("trial_it-admins_2026-06", "_", ["trial", "it-admins", "2026-06"]),
        ("Trial_IT Admins_June", "_", ["trial", "it-admins", "june"]),
        ("june admins trial", "-", ["trial", "admins", "june"]),
        ("", "-", [None, None, None]),
    ],
)
def test_a_name_is_read_part_by_part(name: str, separator: str, values: list[str | None]) -> None:
    expected = dict(zip(["goal", "audience", "period"], values, strict=True))
    found = part_values(name, [GOAL, AUDIENCE, PERIOD], separator)

    assert found == {part: text for part, text in expected.items() if text}


texts = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
some_parts = st.lists(
    st.builds(
        NamePart,
        name=st.just("part"),
        kind=st.sampled_from(["slug", "number", "vocabulary"]),
        words=st.lists(texts, min_size=1, max_size=3).map(tuple),
        is_required=st.booleans(),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: [replace(part, name=f"p{i}") for i, part in enumerate(parts)])


@given(st.data(), some_parts, st.sampled_from("-_."))
def test_what_is_composed_is_read_as_the_same_name(
    data: st.DataObject, parts: list[NamePart], separator: str
) -> None:
    values = {}
    for part in parts:
        text = {"number": st.just("7"), "vocabulary": st.sampled_from(part.words or ("x",))}
        if part.is_required or data.draw(st.booleans()):
            values[part.name] = data.draw(text.get(part.kind, texts))
    name = compose(parts, values, separator)

    assert not values or misfit(name, parts, separator) == ""
    assert compose(parts, part_values(name, parts, separator), separator) == name


@given(st.text(max_size=60), some_parts, st.sampled_from("-_."))
def test_any_text_is_read_without_an_error(
    name: str, parts: list[NamePart], separator: str
) -> None:
    found = part_values(name, parts, separator)

    assert set(found) <= {part.name for part in parts}
    assert all(part.accepts(found[part.name]) for part in parts if part.name in found)
