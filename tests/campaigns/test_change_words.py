"""Values in words, and the changed part of a long text."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.change_words import FieldChange, TextPart, difference, field_change, in_words

LONG = "Hi Ann, your trial waits for you until Friday night: {link} Reply STOP to opt out"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("", ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (12500, "12,500"),
        (Decimal("0.008300"), "0.0083"),
        (Decimal("1200.00"), "1,200"),
        (Decimal(1200), "1,200"),
        (datetime(2026, 6, 10, 9, 5, tzinfo=UTC), "10 June 2026, 09:05"),
        (date(2026, 6, 10), "10 June 2026"),
        (time(21, 0), "21:00"),
        (["sms", "text"], "sms, text"),
        ([], ""),
        ("sms", "sms"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, words: str) -> None:
    assert in_words(value) == words


def test_what_says_the_same_is_no_change() -> None:
    assert field_change("name", "Name", "June", "June") is None


def test_a_short_change_is_just_old_and_new() -> None:
    assert field_change("name", "Name", "June", "July") == FieldChange(
        "name", "Name", "June", "July"
    )


def test_a_long_text_shows_its_changed_part() -> None:
    change = field_change("body", "Text", LONG, LONG.replace("Friday night", "Sunday"))

    assert change is not None
    assert change.parts == (
        TextPart("left-out", "Hi Ann, your trial "),
        TextPart("kept", "waits for you until "),
        TextPart("removed", "Friday night"),
        TextPart("added", "Sunday"),
        TextPart("kept", ": {link} "),
        TextPart("left-out", "Reply STOP to opt out"),
    )


@pytest.mark.parametrize(("old", "new"), [("", LONG), (LONG, "")])
def test_a_text_that_came_or_went_is_not_compared(old: str, new: str) -> None:
    change = field_change("body", "Text", old, new)

    assert change is not None
    assert change.parts == ()


def test_a_text_replaced_as_a_whole_keeps_nothing() -> None:
    assert [part.kind for part in difference("one two", "three four")] == ["removed", "added"]


TEXTS = st.text(alphabet="ab {}.\n", max_size=80)


@given(old=TEXTS, new=TEXTS)
def test_the_parts_make_both_texts(old: str, new: str) -> None:
    parts = difference(old, new)

    assert "".join(part.text for part in parts if part.kind != "added") == old
    assert "".join(part.text for part in parts if part.kind != "removed") == new


def test_the_longest_text_is_compared() -> None:
    old = "word " * 320

    assert [part.kind for part in difference(old, f"{old}more")] == ["left-out", "kept", "added"]
