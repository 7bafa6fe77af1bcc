"""What makes a draft impossible to follow."""

from dataclasses import replace

import pytest

from campaigns.convention_faults import faults_of
from campaigns.name_format import NamePart
from tests.campaigns.test_conventions import SMS

GOAL = NamePart("goal", kind="vocabulary", words=("trial", "demo"))


def test_a_sound_convention_has_no_faults() -> None:
    assert faults_of(SMS) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sources": ()}, "Name at least one utm_source"),
        ({"mediums": ()}, "Name at least one utm_medium"),
        ({"mediums": ("Text",)}, "“Text” in utm_medium must be lower-case"),
        ({"sources": ("paid__social",)}, "“paid__social” in utm_source"),
        ({"term_words": ("It Admins",)}, "“It Admins” in utm_term"),
        ({"term_words": ("lapsed-trials",), "term_max_length": 5}, "longer than the 5 characters"),
        ({"reserved_words": ("a b",)}, "“a b” in the reserved words"),
        ({"content_prefix": "V"}, "the word for versions"),
        ({"content_prefix": ""}, "“” in the word for versions"),
        ({"campaign_max_length": 0}, "must be 1 to 100 characters, not 0"),
        ({"term_max_length": 101}, "must be 1 to 100 characters, not 101"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_named(change: dict[str, object], fault: str) -> None:
    assert any(fault in found for found in faults_of(replace(SMS, **change)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (replace(GOAL, words=()), "{goal} needs its list of words"),
        (replace(GOAL, words=("Demo",)), "“Demo” in the words of {goal}"),
        (replace(GOAL, words=("shop-now",)), "has the reserved word “shop”"),
        (
            replace(GOAL, max_length=4),
            "“trial” of {goal} has 5 characters, and the part may have 4",
        ),
        (replace(GOAL, max_length=0), "{goal} must be allowed at least one character"),
        (replace(GOAL, example="upsell"), "The example “upsell” of {goal} is not one of trial"),
        (NamePart("when", kind="period", words=("fortnight",)), "“fortnight” of {when} is no form"),
    ],
)
def test_a_part_that_cannot_be_filled_is_named(part: NamePart, fault: str) -> None:
    assert any(fault in found for found in faults_of(replace(SMS, parts=(part,))))


def test_a_name_too_short_for_its_parts_is_told_how_long_it_must_be() -> None:
    crowded = replace(SMS, parts=(GOAL, NamePart("wave", kind="number")), campaign_max_length=5)

    (fault,) = faults_of(crowded)
    assert "its parts take at least 6 characters, and 5 are allowed" in fault


def test_reserved_words_that_leave_nothing_are_told() -> None:
    blocked = replace(
        SMS,
        reserved_words=("trial-1", "demo-1"),
        parts=(replace(GOAL), NamePart("wave", kind="number", max_length=1)),
    )

    assert faults_of(blocked) == []

    numbers = tuple(f"{word}-{n}" for word in GOAL.words for n in range(10))
    assert (
        "the reserved words and lengths leave nothing for {goal}, {wave}"
        in faults_of(replace(blocked, reserved_words=numbers))[0]
    )
