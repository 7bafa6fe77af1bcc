"""Who came and what they did: taps, touches, events, and the people behind them."""

from tracking.models.events import Event, Goal, PendingChange, Source, new_write_key
from tracking.models.exclusions import TrafficExclusion
from tracking.models.people import Identity, IdentityEdge, Person
from tracking.models.taps import Click, ClickTotal, JournalCursor, OrphanTotal, TapBreakdown
from tracking.models.touches import ChannelRule, Touchpoint

__all__ = [
    "ChannelRule",
    "Click",
    "ClickTotal",
    "Event",
    "Goal",
    "Identity",
    "IdentityEdge",
    "JournalCursor",
    "OrphanTotal",
    "PendingChange",
    "Person",
    "Source",
    "TapBreakdown",
    "Touchpoint",
    "TrafficExclusion",
    "new_write_key",
]
