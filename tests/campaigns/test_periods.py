"""The forms of a period."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.periods import PERIOD_FORMS, described, example_of, is_period, rewritten, written_on

TODAY = datetime.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("form", "example"),
    [
        ("month", "june"),
        ("quarter", "q2"),
        ("half", "h1"),
        ("season", "summer"),
        ("week", "w25"),
        ("year", "2026"),
        ("month-year", "june-2026"),
        ("year-month", "2026-06"),
        ("year-quarter", "2026-q2"),
        ("date", "2026-06-15"),
    ],
)
def test_a_form_has_its_example(form: str, example: str) -> None:
    assert example_of(form) == example


@pytest.mark.parametrize("text", ["june", "jun", "q2-2026", "w07", "2026-12-31", "fall"])
def test_any_form_is_a_period_where_none_is_named(text: str) -> None:
    assert is_period(text)


@pytest.mark.parametrize(
    "text", ["", "q5", "w0", "w00", "w54", "2026-13", "june-26", "june-2026-x"]
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert not is_period(text)


def test_forms_that_nobody_knows_match_nothing() -> None:
    assert not is_period("june", ("fortnight",))
    assert written_on(TODAY, ("fortnight",)) == []
    assert rewritten("june", ("fortnight",), today=TODAY) == ""


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)))
def test_every_form_knows_what_it_writes_and_no_stricter_one_does(day: datetime.date) -> None:
    for form, text in zip(PERIOD_FORMS, written_on(day), strict=True):
        assert is_period(text, (form,))
        assert [other for other in PERIOD_FORMS if is_period(text, (other,))] == [form]


@pytest.mark.parametrize(
    ("text", "forms", "expected"),
    [
        ("june", ("quarter",), "q2"),
        ("jun", ("year-month",), "2026-06"),
        ("june-2027", ("month", "year-month"), "2027-06"),
        ("june-2027", ("year", "month"), "june"),
        ("june", ("year",), "2026"),
        ("2026-06-15", ("half-year",), "h1-2026"),
        ("q3", ("half",), "h2"),
        ("q3", ("month",), ""),
        ("summer", ("year-season",), "2026-summer"),
        ("w7", ("week-year",), "w7-2026"),
        ("2025", ("year",), "2025"),
        ("trial", ("year",), ""),
    ],
)
def test_a_period_is_rewritten_where_nothing_is_guessed_but_the_year(
    text: str, forms: tuple[str, ...], expected: str
) -> None:
    assert rewritten(text, forms, today=TODAY) == expected


def test_forms_are_described_by_examples() -> None:
    assert described(("quarter", "year-month")) == "a period such as q2 or 2026-06"
    assert "june" in described(())
