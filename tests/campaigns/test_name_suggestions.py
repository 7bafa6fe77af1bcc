"""Campaign names that pass, made from whatever was typed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from campaigns.convention_rules import Convention, broken_campaign
from campaigns.name_format import NamePart
from campaigns.name_suggestions import (
    example_campaign,
    numbered_names,
    shortest_length,
    simplest_name,
    suggest_campaign,
)
from tests.campaigns.convention_strategies import conventions, nasty
from tests.campaigns.test_conventions import SMS

STRICT = replace(
    SMS,
    parts=(
        NamePart("goal", kind="vocabulary", words=("trial", "demo-invite")),
        NamePart("audience", is_required=False, max_length=12),
        NamePart("period", kind="period", words=("quarter", "year-month")),
    ),
)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("trial-it-admins-q2", "trial-it-admins-q2"),
        ("Demo Invite IT Admins June 2027", "demo-invite-it-admins-2027-06"),
        ("june demo invit", "demo-invite-q2"),
        ("trial for everyone in the world q2", "trial-for-everyone-q2"),
        ("shop", "trial-q1"),
        ("", "trial-q1"),
        ("trial " * 300 + "q3", "trial-trial-trial-q3"),
    ],
)
def test_a_name_keeps_what_may_stay(value: str, name: str) -> None:
    assert suggest_campaign(value, STRICT) == name


def test_a_long_name_loses_whole_words_and_keeps_its_period() -> None:
    short = replace(STRICT, campaign_max_length=18)

    assert suggest_campaign("trial returning users q2", short) == "trial-returning-q2"
    assert (
        suggest_campaign("demo invite returning users q2", replace(short)) == "demo-invite-ret-q2"
    )


def test_words_that_only_together_are_reserved_are_taken_apart() -> None:
    assert suggest_campaign("trial black friday q2", STRICT) == "trial-q2"


def test_the_simplest_name_has_required_parts_only() -> None:
    assert simplest_name(STRICT) == "trial-q1"
    assert simplest_name(replace(STRICT, parts=())) == "send"


def test_where_every_part_is_optional_one_stands_alone() -> None:
    loose = tuple(replace(part, is_required=False) for part in STRICT.parts)

    assert simplest_name(replace(STRICT, parts=loose)) == "trial"


def test_reserved_words_are_walked_around() -> None:
    parts = (NamePart("topic"),)

    assert simplest_name(replace(SMS, parts=parts, reserved_words=("topic",))) == "topic2"


def test_a_convention_that_nothing_can_follow_has_no_name() -> None:
    assert simplest_name(replace(STRICT, campaign_max_length=3)) == ""


def test_the_shortest_name_is_measured() -> None:
    assert shortest_length(STRICT) == len("trial-q1")


@pytest.mark.parametrize(
    ("name", "convention", "numbered"),
    [
        ("trial-june", SMS, ["trial-june-2", "trial-2-june"]),
        ("trial_q2", replace(STRICT, separator="_"), ["trial_2_q2", "trial_3_q2"]),
        ("trial-it-admins-q2", STRICT, ["trial-it-admins-2-q2", "trial-it-admins-3-q2"]),
        (
            "trial-7",
            replace(STRICT, parts=(STRICT.parts[0], NamePart("wave", kind="number"))),
            ["trial-2", "trial-3"],
        ),
        ("x" * 60, SMS, ["x" * 58 + "-2", "x" * 58 + "-3"]),
        ("trial-q2", replace(STRICT, parts=(STRICT.parts[0], STRICT.parts[2])), []),
    ],
)
def test_a_taken_name_is_numbered_where_the_convention_has_room(
    name: str, convention: Convention, numbered: list[str]
) -> None:
    assert list(numbered_names(name, convention))[:2] == numbered


@settings(max_examples=200)
@given(conventions, nasty)
def test_every_numbered_name_passes_and_is_another(convention: Convention, value: str) -> None:
    name = suggest_campaign(value, convention)

    for numbered in list(numbered_names(name, convention))[:6]:
        assert broken_campaign(numbered, convention) == []
        assert numbered != name


@settings(max_examples=200)
@given(conventions, nasty)
def test_every_suggested_name_passes(convention: Convention, value: str) -> None:
    assert broken_campaign(suggest_campaign(value, convention), convention) == []
    assert broken_campaign(example_campaign(convention), convention) == []
