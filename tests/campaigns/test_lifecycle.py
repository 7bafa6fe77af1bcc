"""The send's states."""

import pytest

from campaigns.lifecycle import TRANSITIONS, VERBS, is_frozen, is_over, may_follow
from campaigns.models import Send


@pytest.mark.parametrize(
    ("state", "following"),
    [
        ("draft", ("ready", "cancelled")),
        ("ready", ("live", "draft", "cancelled")),
        ("live", ("done", "cancelled")),
        ("done", ()),
        ("cancelled", ()),
        ("unheard-of", ()),
    ],
)
def test_only_these_states_follow(state: str, following: tuple[str, ...]) -> None:
    assert may_follow(state) == following


def test_every_state_of_the_model_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Send.Status.values)


def test_every_transition_has_a_verb_for_its_button() -> None:
    assert {state for states in TRANSITIONS.values() for state in states} == set(VERBS)


def test_what_is_out_is_frozen() -> None:
    assert [state for state in TRANSITIONS if is_frozen(state)] == ["live", "done", "cancelled"]


def test_what_nothing_follows_is_over() -> None:
    assert [state for state in TRANSITIONS if is_over(state)] == ["done", "cancelled"]
