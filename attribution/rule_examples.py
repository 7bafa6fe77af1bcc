"""Example journeys, divided by the engine, for whoever is making a rule. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from attribution.allocation import divide
from attribution.journeys import (
    DAY,
    NO_TIME,
    Journeys,
    Members,
    Outcomes,
    Touches,
    eligible_journeys,
)
from attribution.weights import TOUCH_KINDS, Weighting, anchor_places, touch_weights

AMOUNT_MINOR = 1_000_000
"""10,000.00: what every example divides."""

_WON_AT = 1_000 * DAY
_LABELS = {
    "first": "First",
    "lead": "Lead creation",
    "opportunity": "Opportunity creation",
    "last": "Last",
}


@dataclass(frozen=True, slots=True)
class ExampleTouch:
    """A touch so many days before the win; `channel` by its slug, `kind` as in `TOUCH_KINDS`."""

    days_before: int
    channel: str
    kind: str = "visit"


@dataclass(frozen=True, slots=True)
class Example:
    """A journey to a won deal. Days are counted back from the win; None: it never happened."""

    name: str
    touches: tuple[ExampleTouch, ...]
    lead_days_before: int | None = None
    opportunity_days_before: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one touch earns of an example, and which milestones it holds or why it earns nothing."""

    touch: ExampleTouch
    amount_minor: int
    notes: tuple[str, ...]


EXAMPLES: dict[str, Example] = {
    "four": Example(
        "Four touches, with lead and opportunity",
        (
            ExampleTouch(60, "paid-search"),
            ExampleTouch(40, "sms", "tap"),
            ExampleTouch(25, "email", "tap"),
            ExampleTouch(5, "sms", "tap"),
        ),
        lead_days_before=38,
        opportunity_days_before=20,
    ),
    "one": Example("One touch", (ExampleTouch(10, "sms", "tap"),), lead_days_before=9),
    "long": Example(
        "A long journey of nine touches",
        (
            ExampleTouch(120, "organic-search"),
            ExampleTouch(85, "paid-social"),
            ExampleTouch(70, "sms", "tap"),
            ExampleTouch(55, "email", "tap"),
            ExampleTouch(40, "paid-search"),
            ExampleTouch(30, "referral"),
            ExampleTouch(21, "sms", "tap"),
            ExampleTouch(9, "direct"),
            ExampleTouch(2, "email", "tap"),
        ),
        lead_days_before=54,
        opportunity_days_before=28,
    ),
    "no_lead": Example(
        "Bought without a lead or an opportunity before",
        (
            ExampleTouch(45, "display"),
            ExampleTouch(20, "sms", "tap"),
            ExampleTouch(3, "email", "tap"),
        ),
    ),
    "direct_end": Example(
        "A text message, then direct visits",
        (ExampleTouch(14, "sms", "tap"), ExampleTouch(6, "direct"), ExampleTouch(1, "direct")),
        lead_days_before=6,
        opportunity_days_before=4,
    ),
    "direct": Example(
        "Only direct visits",
        (ExampleTouch(30, "direct"), ExampleTouch(12, "direct"), ExampleTouch(1, "direct")),
        lead_days_before=12,
        opportunity_days_before=10,
    ),
}
"""By their keys; the first is shown first."""


def divided_example(
    example: Example,
    *,
    weighting: Weighting,
    lookback_days: int | None,
    channel_ids: Mapping[str, str],
) -> list[Part]:
    """Divide 10,000.00 over an example's touches, in their order, as the ledger would.

    `channel_ids` are the ids of channels by their slugs, for rules that know channels.
    """
    touches, outcomes = _touches(example, channel_ids), _outcomes(example)
    journeys = eligible_journeys(
        touches=touches,
        outcomes=outcomes,
        members=Members(outcome=np.zeros(1, np.int64), person=np.zeros(1, np.int64)),
        lookback_days=lookback_days,
        keeps_direct=weighting.keeps_direct,
    )
    weights = touch_weights(
        weighting=weighting, journeys=journeys, touches=touches, outcomes=outcomes
    )
    parts = divide(amounts=np.array([AMOUNT_MINOR]), start=journeys.start, weights=weights)
    earned = dict(zip(journeys.touch.tolist(), parts.tolist(), strict=True))
    notes = _milestones(weighting, journeys, touches, outcomes)
    return [
        Part(
            touch,
            earned.get(row, 0),
            tuple(notes.get(row, ())) if row in earned else (_why_not(touch, lookback_days),),
        )
        for row, touch in enumerate(example.touches)
    ]


def _milestones(
    weighting: Weighting, journeys: Journeys, touches: Touches, outcomes: Outcomes
) -> dict[int, list[str]]:
    """Return the milestones that each touch holds, of those the rule weighs."""
    times = touches.time[journeys.touch]
    found: dict[int, list[str]] = {}
    for name, label in _LABELS.items():
        place = int(anchor_places(name, journeys, times, outcomes)[0])
        if name in weighting.anchors and place >= 0:
            found.setdefault(int(journeys.touch[place]), []).append(label)
    return found


def _why_not(touch: ExampleTouch, lookback_days: int | None) -> str:
    if lookback_days is not None and touch.days_before > lookback_days:
        return "Older than the lookback"
    return "Direct earns only where every touch is direct"


def _touches(example: Example, channel_ids: Mapping[str, str]) -> Touches:
    count = len(example.touches)
    ids = tuple(channel_ids.get(touch.channel, touch.channel) for touch in example.touches)
    zeros = np.zeros(count, np.int64)
    return Touches(
        person=zeros,
        time=np.array([_WON_AT - touch.days_before * DAY for touch in example.touches]),
        grade=zeros,
        priority=zeros,
        id_high=np.zeros(count, np.uint64),
        id_low=np.arange(count, dtype=np.uint64),
        click=np.full(count, -1),
        kind=np.array([TOUCH_KINDS.index(touch.kind) for touch in example.touches]),
        is_excluded=np.zeros(count, bool),
        is_direct=np.array([touch.channel == "direct" for touch in example.touches]),
        channel=np.arange(count),
        campaign=np.full(count, -1),
        channel_ids=ids,
        campaign_ids=(),
    )


def _outcomes(example: Example) -> Outcomes:
    return Outcomes(
        time=np.array([_WON_AT]),
        lead_time=np.array([_moment(example.lead_days_before)]),
        opportunity_time=np.array([_moment(example.opportunity_days_before)]),
    )


def _moment(days_before: int | None) -> int:
    return NO_TIME if days_before is None else _WON_AT - days_before * DAY
