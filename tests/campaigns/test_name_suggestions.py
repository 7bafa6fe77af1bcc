"""Campaign names that pass, made from whatever was typed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from campaigns.convention_rules import Convention, broken_campaign
from campaigns.name_format import NamePart
from campaigns.name_suggestions import (
    example_campaign,
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


@settings(max_examples=200, deadline=None)
@given(conventions, nasty)
def test_every_suggested_name_passes(convention: Convention, value: str) -> None:
    assert broken_campaign(suggest_campaign(value, convention), convention) == []
    assert broken_campaign(example_campaign(convention), convention) == []
