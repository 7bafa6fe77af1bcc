"""The facts behind outcomes, gathered in bulk: their people, those people's touches, anchors.

The number of queries is the same for one outcome and for thousands. All come as columns,
by PostgreSQL's binary COPY.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from attribution.bulk_reads import read_columns
from attribution.division import DIVISIBLE
from attribution.facts import ID, NO_ID, PLACE, Facts, id_of, nowhere
from attribution.journeys import NO_TIME, Members, Outcomes, Touches
from attribution.members import deal_array, numbered, people_behind
from attribution.models import Outcome
from attribution.weights import TOUCH_KINDS
from tracking.copying import array_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).max

# A row per touch, every field of fixed width, so that the answer is read as columns at once.
_TOUCHES = """
    SELECT (p.row - 1)::int8, (extract(epoch FROM t.occurred_at) * 1000000)::int8,
           t.evidence_grade::int4, t.source_priority::int4,
           (array_position(%(kinds)s::text[], t.kind::text) - 1)::int4,
           (t.exclusion <> '')::int4, (c.slug = 'direct')::int4,
           coalesce(t.click_id, %(none)s::uuid), t.id, t.channel_id,
           coalesce(t.campaign_id, %(none)s::uuid), coalesce(t.send_id, %(none)s::uuid),
           coalesce(t.message_id, %(none)s::uuid), coalesce(t.link_id, %(none)s::uuid),
           (t.occurred_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01'
    FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS p(id, row)
    JOIN tracking_identity i ON i.person_id = p.id
    JOIN tracking_touchpoint t ON t.identity_id = i.id
    JOIN campaigns_channel c ON c.id = t.channel_id
"""
_TOUCH = np.dtype(
    [
        ("person", ">i8"), ("time", ">i8"), ("grade", ">i4"), ("priority", ">i4"), ("kind", ">i4"),
        ("is_excluded", ">i4"), ("is_direct", ">i4"), ("click_id", ID),
        *((name, PLACE[name]) for name in PLACE.names or ()),
    ]
)  # fmt: skip


_TIME = np.dtype([("row", ">i8"), ("time", ">i8")])
# The first event that was a goal.
_LEADS = """
    SELECT p.row - 1, (extract(epoch FROM min(e.occurred_at)) * 1000000)::int8
    FROM unnest(%(people)s::uuid[]) WITH ORDINALITY AS p(id, row)
    JOIN tracking_identity i ON i.person_id = p.id
    JOIN tracking_event e ON e.identity_id = i.id AND e.goal_id IS NOT NULL
    GROUP BY p.row
"""
_CREATIONS = """
    SELECT o.row - 1, (extract(epoch FROM d.deal_created_at) * 1000000)::int8
    FROM unnest(%(deals)s::uuid[]) WITH ORDINALITY AS o(deal, row)
    JOIN crm_sync_deal d ON d.id = o.deal AND d.deal_created_at IS NOT NULL
"""


def gather(outcomes: Sequence[Outcome], modes: Iterable[str]) -> Facts:
    """Return the facts behind these outcomes, with their people under each contact mode.

    Nobody stands behind an outcome that is not divided.
    """
    divided = [outcome if outcome.exclusion in DIVISIBLE else None for outcome in outcomes]
    names = sorted(set(modes))
    pairs = [people_behind(divided, mode) for mode in names]
    people, places = numbered(pairs)
    members = {
        mode: Members(outcome=each["outcome"].astype(np.int64), person=person)
        for mode, each, person in zip(names, pairs, places, strict=True)
    }
    asked = array_text(map(id_of, people))
    rows, leads = _touch_rows(asked), _lead_times(asked, len(people))
    created = _creation_times(outcomes)
    return Facts(
        outcomes={
            mode: _outcome_columns(outcomes, created, leads, each) for mode, each in members.items()
        },
        touches=_touch_columns(rows),
        places=_places(rows),
        members=members,
        people=people,
    )


def microseconds(moment: datetime | None) -> int:
    """Return a moment as the engine counts it, or `NO_TIME`."""
    return NO_TIME if moment is None else (moment - _EPOCH) // _MICROSECOND


def _touch_rows(people: str) -> NDArray[Any]:
    asked = {
        "kinds": list(TOUCH_KINDS), "none": NO_ID.hex(), "zone": settings.TIME_ZONE,
        "people": people,
    }  # fmt: skip
    return read_columns(_TOUCHES, asked, _TOUCH)


def _touch_columns(rows: NDArray[Any]) -> Touches:
    halves = np.ascontiguousarray(rows["touch_id"]).view(">u8").reshape(-1, 2)
    channel, channel_ids = _codes(rows["channel_id"])
    campaign, campaign_ids = _codes(rows["campaign_id"])
    names = ("person", "time", "grade", "priority", "kind")
    return Touches(
        **{name: rows[name].astype(np.int64) for name in names},
        id_high=halves[:, 0].astype(np.uint64),
        id_low=halves[:, 1].astype(np.uint64),
        click=_codes(rows["click_id"])[0],
        is_excluded=rows["is_excluded"] != 0,
        is_direct=rows["is_direct"] != 0,
        channel=channel,
        campaign=campaign,
        channel_ids=channel_ids,
        campaign_ids=campaign_ids,
    )


def _places(rows: NDArray[Any]) -> NDArray[Any]:
    """Return where each touch earns, and behind them nowhere."""
    places = np.empty(len(rows), PLACE)
    for name in PLACE.names or ():
        places[name] = rows[name]
    return np.concatenate((places, nowhere()))


def _codes(ids: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return each id's place among the known ones (-1 for none), and those as text."""
    known, codes = np.unique(np.ascontiguousarray(ids).view("S16"), return_inverse=True)
    texts = [str(id_of(raw) or "") for raw in known.view(ID)]
    if texts[:1] == [""]:
        return codes - 1, tuple(texts[1:])
    return codes, tuple(texts)


def _outcome_columns(
    outcomes: Sequence[Outcome],
    created: NDArray[np.int64],
    leads: NDArray[np.int64],
    members: Members,
) -> Outcomes:
    """Return times and anchors. A lead is its own lead creation and has no opportunity."""
    time = np.fromiter((microseconds(one.credited_at) for one in outcomes), np.int64)
    is_lead = np.fromiter((one.kind == Outcome.Kind.LEAD for one in outcomes), bool)
    earliest = np.full(len(outcomes), _NEVER)
    np.minimum.at(earliest, members.outcome, leads[members.person])
    lead_time = np.where(earliest == _NEVER, NO_TIME, earliest)
    return Outcomes(
        time=time, lead_time=np.where(is_lead, time, lead_time), opportunity_time=created
    )


def _creation_times(outcomes: Sequence[Outcome]) -> NDArray[np.int64]:
    """Return when the CRM says that each outcome's deal was created, or `NO_TIME`."""
    found = read_columns(_CREATIONS, {"deals": deal_array(outcomes)}, _TIME)
    times = np.full(len(outcomes), NO_TIME)
    times[found["row"]] = found["time"]
    return times


def _lead_times(people: str, count: int) -> NDArray[np.int64]:
    """Return each person's earliest lead creation, or `_NEVER`."""
    found = read_columns(_LEADS, {"people": people}, _TIME)
    times = np.full(count, _NEVER)
    times[found["row"]] = found["time"]
    return times
