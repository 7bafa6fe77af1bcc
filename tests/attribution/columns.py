"""Journeys as plain lists, made into the columns that the engine reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from attribution.journeys import (
    DAY,
    NO_TIME,
    Journeys,
    Members,
    Outcomes,
    Touches,
    eligible_journeys,
)


@dataclass(frozen=True)
class SimpleTouch:
    """A touch with what the engine looks at; `time` in microseconds."""

    time: int
    person: int = 0
    grade: int = 1
    priority: int = 0
    id: int = 0
    click: int = -1
    kind: int = 0
    is_excluded: bool = False
    is_direct: bool = False
    channel: int = 0
    campaign: int = -1


def touch_columns(touches: Sequence[SimpleTouch]) -> Touches:
    """Return the columns of touches."""
    return Touches(
        person=np.array([t.person for t in touches], np.int64),
        time=np.array([t.time for t in touches], np.int64),
        grade=np.array([t.grade for t in touches], np.int64),
        priority=np.array([t.priority for t in touches], np.int64),
        id_high=np.array([t.id >> 64 for t in touches], np.uint64),
        id_low=np.array([t.id & (2**64 - 1) for t in touches], np.uint64),
        click=np.array([t.click for t in touches], np.int64),
        kind=np.array([t.kind for t in touches], np.int64),
        is_excluded=np.array([t.is_excluded for t in touches], bool),
        is_direct=np.array([t.is_direct for t in touches], bool),
        channel=np.array([t.channel for t in touches], np.int64),
        campaign=np.array([t.campaign for t in touches], np.int64),
        channel_ids=tuple(f"channel-{n}" for n in range(_codes(t.channel for t in touches))),
        campaign_ids=tuple(f"campaign-{n}" for n in range(_codes(t.campaign for t in touches))),
    )


def _codes(values: Iterable[int]) -> int:
    """Return how many names codes up to the largest need."""
    return max(values, default=-1) + 1


def outcome_columns(
    times: Sequence[int],
    *,
    lead_times: Sequence[int] | None = None,
    opportunity_times: Sequence[int] | None = None,
) -> Outcomes:
    """Return the columns of outcomes; moments not given do not exist."""
    none = [NO_TIME] * len(times)
    return Outcomes(
        time=np.array(times, np.int64),
        lead_time=np.array(none if lead_times is None else lead_times, np.int64),
        opportunity_time=np.array(
            none if opportunity_times is None else opportunity_times, np.int64
        ),
    )


def member_columns(pairs: Sequence[tuple[int, int]]) -> Members:
    """Return the columns of (outcome, person) pairs."""
    return Members(
        outcome=np.array([outcome for outcome, _ in pairs], np.int64),
        person=np.array([person for _, person in pairs], np.int64),
    )


def one_journey(
    touches: Sequence[SimpleTouch],
    *,
    at: int,
    lookback_days: int | None = 90,
    keeps_direct: bool = False,
) -> Journeys:
    """Return the journey of one outcome of person 0."""
    return eligible_journeys(
        touches=touch_columns(touches),
        outcomes=outcome_columns([at]),
        members=member_columns([(0, 0)]),
        lookback_days=lookback_days,
        keeps_direct=keeps_direct,
    )


def daily_touches(count: int) -> list[SimpleTouch]:
    """Return touches on days 1, 2, … of person 0."""
    return [SimpleTouch(time=day * DAY, id=day) for day in range(1, count + 1)]
