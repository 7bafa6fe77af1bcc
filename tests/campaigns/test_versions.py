"""Versions of a text: their names, and how they share the recipients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.convention_rules import Convention
from campaigns.models import Message
from campaigns.versions import (
    MOST_VERSIONS,
    active,
    assign_versions,
    check_versions,
    free_names,
    spread,
)
from tests.campaigns.builders import NOW

RULES = Convention(channel="SMS", version=1, sources=("sms",), mediums=("text",))


def versions(*shares: int, names: str = "") -> list[Message]:
    return [
        Message(body="x", share=share, utm_content=f"version-{names[i]}" if names else "")
        for i, share in enumerate(shares)
    ]


def assigned(messages: list[Message]) -> list[tuple[str, int]]:
    assign_versions(messages, RULES)
    return [(message.utm_content, message.share) for message in messages]


def broken(messages: list[Message]) -> list[tuple[str, str, str]]:
    return [(v.field, v.rule, v.suggestion) for v in check_versions(messages, RULES)]


def test_one_text_needs_no_name_and_goes_to_everybody() -> None:
    assert assigned(versions(40)) == [("", 100)]


def test_no_text_at_all_is_no_mistake_here() -> None:
    assert assigned([]) == []
    assert broken([]) == []


def test_unnamed_versions_get_the_next_free_names() -> None:
    messages = versions(100, 100, 100)
    messages[1].utm_content = "version-a"

    assert [name for name, _ in assigned(messages)] == ["version-b", "version-a", "version-c"]


@pytest.mark.parametrize(
    ("count", "shares"),
    [(2, [50, 50]), (3, [34, 33, 33]), (4, [25, 25, 25, 25]), (5, [20, 20, 20, 20, 20])],
)
def test_untouched_shares_are_made_even(count: int, shares: list[int]) -> None:
    assert [share for _, share in assigned(versions(*[100] * count))] == shares


@pytest.mark.parametrize(
    ("given_shares", "stored"),
    [((33, 33, 33), [34, 33, 33]), ((34, 33, 34), [33, 33, 34]), ((70, 30), [70, 30])],
)
def test_what_rounding_left_goes_to_the_first(
    given_shares: tuple[int, ...], stored: list[int]
) -> None:
    assert [share for _, share in assigned(versions(*given_shares))] == stored


def test_a_real_gap_is_not_filled() -> None:
    messages = versions(50, 20, names="ab")

    assert assigned(messages) == [("version-a", 50), ("version-b", 20)]
    assert broken(messages) == [("messages.1.share", "shares-sum", "50")]


def test_shares_that_leave_nothing_for_the_last_have_no_suggestion() -> None:
    assert broken(versions(90, 20, 30, names="abc")) == [("messages.2.share", "shares-sum", "")]


def test_the_sixth_version_is_one_too_many() -> None:
    messages = versions(*[100] * 6)
    assign_versions(messages, RULES)

    assert broken(messages) == [("messages.5.utm_content", "too-many-versions", "")]


def test_five_named_versions_pass() -> None:
    messages = versions(*[100] * MOST_VERSIONS)
    assign_versions(messages, RULES)

    assert broken(messages) == []


def test_two_of_one_name_are_refused_with_a_free_one() -> None:
    messages = versions(50, 50, names="aa")

    assert broken(messages) == [("messages.1.utm_content", "already-used", "version-b")]


def test_an_unnamed_one_among_several_is_refused() -> None:
    messages = versions(50, 50)

    assert ("messages.0.utm_content", "required", "version-a") in broken(messages)


def test_replaced_versions_count_for_names_and_not_for_shares() -> None:
    messages = versions(100, 100, names="ab")
    messages[0].retired_at = NOW

    assert active(messages) == [messages[1]]
    assert broken(messages) == []
    assert next(free_names(messages, RULES)) == "version-c"


@given(
    weights=st.lists(st.integers(1, 100), min_size=1, max_size=MOST_VERSIONS),
    total=st.integers(MOST_VERSIONS, 100),
)
def test_spreading_fills_exactly_what_there_is_and_leaves_nobody_out(
    weights: list[int], total: int
) -> None:
    messages = versions(*weights)

    spread(messages, total)

    assert sum(message.share for message in messages) == total
    assert all(message.share >= 1 for message in messages)


@given(weights=st.lists(st.integers(1, 100), min_size=1, max_size=MOST_VERSIONS))
def test_assigning_twice_changes_nothing(weights: list[int]) -> None:
    messages = versions(*weights)

    assert assigned(messages) == assigned(messages)
