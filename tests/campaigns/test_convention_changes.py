"""What a new version changes, told in sentences."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from campaigns.convention_changes import changes_between
from campaigns.convention_rules import Convention
from campaigns.name_format import NamePart
from tests.campaigns.convention_strategies import conventions
from tests.campaigns.test_conventions import SMS

GOAL = NamePart("goal", kind="vocabulary", words=("trial", "demo"), example="trial")
OLD = replace(SMS, parts=(GOAL, NamePart("period", kind="period", is_required=False)))


def told(new: Convention) -> list[tuple[str, str, str]]:
    return [(one.kind, one.field, one.sentence) for one in changes_between(OLD, new)]


def test_the_same_rules_differ_in_nothing() -> None:
    assert changes_between(OLD, replace(OLD, version=2)) == []


@pytest.mark.parametrize(
    ("change", "kind", "field", "sentence"),
    [
        (
            {"sources": ("sms", "rcs", "mms")},
            "added",
            "utm_source",
            "“rcs”, “mms”: new as an approved utm_source.",
        ),
        ({"mediums": ()}, "removed", "utm_medium", "“text”: no longer an approved utm_medium."),
        (
            {"reserved_words": ("shop", "video")},
            "removed",
            "utm_campaign",
            "“black-friday”: no longer a word to leave out of names.",
        ),
        (
            {"separator": "_"},
            "changed",
            "utm_campaign",
            "Names now read {goal}[_{period}]; they read {goal}[-{period}].",
        ),
        (
            {"campaign_max_length": 40},
            "changed",
            "utm_campaign",
            "A utm_campaign may have 40 characters; it was 60.",
        ),
        (
            {"content_numbering": "number"},
            "changed",
            "utm_content",
            "Versions are called “version-1”, “version-2”; they were “version-a”, “version-b”.",
        ),
        ({"requires_term": True}, "changed", "utm_term", "utm_term must be named now."),
        ({"term_words": ("all",)}, "changed", "utm_term", "utm_term is now one of “all”."),
        (
            {"term_max_length": 20},
            "changed",
            "utm_term",
            "A utm_term may have 20 characters; it was 50.",
        ),
    ],
)
def test_a_changed_rule_is_told(
    change: dict[str, Any], kind: str, field: str, sentence: str
) -> None:
    assert told(replace(OLD, **change)) == [(kind, field, sentence)]


@pytest.mark.parametrize(
    ("goal", "kind", "sentence"),
    [
        ({"words": ("trial", "demo", "upsell")}, "added", "“upsell”: new as a word for {goal}."),
        ({"words": ("trial",)}, "removed", "“demo”: no longer a word for {goal}."),
        (
            {"max_length": 9},
            "changed",
            "{goal} may have at most 9 characters; it was any number.",
        ),
        ({"example": "demo"}, "changed", "{goal} has the example “demo”."),
        ({"example": ""}, "changed", "{goal} has no example any more."),
        (
            {"kind": "number"},
            "changed",
            "{goal} is now a number; it was one of trial, demo.",
        ),
    ],
)
def test_a_changed_part_is_told(goal: dict[str, Any], kind: str, sentence: str) -> None:
    new = replace(OLD, parts=(replace(GOAL, **goal), OLD.parts[1]))

    assert told(new) == [(kind, "utm_campaign", sentence)]


def test_a_part_that_must_be_named_is_told() -> None:
    new = replace(OLD, parts=(GOAL, replace(OLD.parts[1], is_required=True)))

    assert told(new)[1] == ("changed", "utm_campaign", "{period} must be named now.")


def test_parts_that_come_and_go_are_told() -> None:
    new = replace(OLD, parts=(GOAL, NamePart("wave", kind="number", is_required=False)))

    assert told(new)[1:] == [
        ("added", "utm_campaign", "New part {wave}, which may be left out: a number."),
        ("removed", "utm_campaign", "The part {period} is gone."),
    ]


def test_period_forms_that_change_are_told() -> None:
    period = replace(OLD.parts[1], words=("quarter",))

    assert told(replace(OLD, parts=(GOAL, period))) == [
        (
            "changed",
            "utm_campaign",
            (
                "{period} is now a period such as q2; "
                "it was a period such as june, q2, summer-2026 or 2026-06."
            ),
        )
    ]


def test_a_separator_that_no_form_shows_is_told() -> None:
    free = replace(SMS, parts=())

    (change,) = changes_between(free, replace(free, separator="."))

    assert change.sentence == "“.” joins the parts of a name; it was “-”."


@settings(max_examples=100)
@given(conventions, conventions)
def test_any_two_versions_are_told_apart_both_ways(old: Convention, new: Convention) -> None:
    there, back = changes_between(old, new), changes_between(new, old)

    assert bool(there) == bool(back)
    assert all(one.sentence.endswith(".") and one.field.startswith("utm_") for one in there)
