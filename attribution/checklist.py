"""The mission's six steps, ticked off from the data: what holds, what does not, what is still to do.

Nothing here is a matter of opinion: every line counts rows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from attribution import checklist_money, checklist_reach
from attribution.checklist_lines import Line, State


@dataclass(frozen=True, slots=True)
class Item:
    """One step with its evidence. It holds when every line of it does."""

    number: int
    title: str
    success: str
    lines: list[Line]

    @property
    def state(self) -> State:
        """The weakest line decides: a contradiction before what is still to do."""
        states = {line.state for line in self.lines}
        return next((state for state in (State.BROKEN, State.OPEN) if state in states), State.HOLDS)


class _Title(StrEnum):
    CONVENTION = "The convention is configured, documented and followed"
    LINKS = "Links are verified on phone and desktop"
    CAPTURE = "SMS is a channel of its own"
    CRM = "Hidden fields are filled and written to the CRM as structured fields"
    REVENUE = "Pipeline reports show SMS revenue, not only clicks"
    CHANNELS = "All channels are compared by one logic"


_SUCCESS = {
    _Title.CONVENTION: "Every link has a complete, consistent string, and the whole team can read "
    "the rules.",
    _Title.LINKS: "Each short link lands on the right page with every parameter intact, on both.",
    _Title.CAPTURE: "Nothing SMS sits in Direct or Unassigned, and conversions arrive tied to "
    "their campaign.",
    _Title.CRM: "Contacts from SMS show the originating campaign in a field of its own.",
    _Title.REVENUE: "One report with spend, leads, pipeline and revenue that moves as deals "
    "progress.",
    _Title.CHANNELS: "SMS stands beside every other channel under one rule, on one timeline.",
}


def build(*, now: datetime) -> list[Item]:
    """Return the six items. Constant in queries, below forty."""
    report = checklist_money.report_of_channels(now)
    lines = {
        _Title.CONVENTION: checklist_reach.convention(),
        _Title.LINKS: checklist_reach.links(),
        _Title.CAPTURE: checklist_reach.capture(),
        _Title.CRM: checklist_money.crm(),
        _Title.REVENUE: checklist_money.revenue(report),
        _Title.CHANNELS: checklist_money.channels(report),
    }
    return [
        Item(number, title.value, _SUCCESS[title], lines[title])
        for number, title in enumerate(_Title, start=1)
    ]
