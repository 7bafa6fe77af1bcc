"""The registry of what follows when a send is saved, such as making its short links."""

from collections.abc import Callable
from datetime import datetime

from campaigns.models import Send

Follower = Callable[[Send, datetime], None]

_followers: dict[str, Follower] = {}


def register(name: str, follower: Follower) -> None:
    """Call `follower` inside the transaction that saves a send or one of its messages."""
    _followers[name] = follower


def follow(send: Send, *, now: datetime) -> None:
    """Tell every follower that the send was saved."""
    for follower in _followers.values():
        follower(send, now)
