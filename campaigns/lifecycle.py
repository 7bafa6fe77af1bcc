"""The send's states, and which may follow which. Pure; the one table of transitions."""

from collections.abc import Mapping

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    "draft": ("ready", "cancelled"),
    "ready": ("live", "draft", "cancelled"),
    "live": ("done", "cancelled"),
    "done": (),
    "cancelled": (),
}
VERBS: Mapping[str, str] = {
    "ready": "Mark as ready",
    "live": "Go live",
    "draft": "Back to draft",
    "done": "Mark as done",
    "cancelled": "Cancel the send",
}
FROZEN = frozenset({"live", "done", "cancelled"})
"""States in which links are out or history is written: what a link carries never changes."""


def may_follow(state: str) -> tuple[str, ...]:
    """Return the states a send may move to, the usual next step first."""
    return TRANSITIONS.get(state, ())


def is_frozen(state: str) -> bool:
    """Say whether UTM values, destination, channel and messages are fixed in this state."""
    return state in FROZEN


def is_over(state: str) -> bool:
    """Say whether nothing follows this state."""
    return not may_follow(state)
