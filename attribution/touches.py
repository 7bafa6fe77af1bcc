"""The facts behind outcomes, gathered in bulk: their people, those people's touches, anchors.

The number of queries is the same for one outcome and for thousands. Touches come as columns, by
PostgreSQL's binary COPY; people and deals, of which there are fewer, as pairs of texts.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Min
from django.db.models.functions import Lower
from numpy.typing import NDArray

from attribution.bulk_reads import read_columns
from attribution.division import DIVISIBLE
from attribution.facts import ID, NO_ID, PLACE, Facts, id_of, nowhere
from attribution.free_mail import FREE_MAIL_DOMAINS
from attribution.journeys import NO_TIME, Members, Outcomes, Touches
from attribution.models import CreditRule, Outcome
from attribution.weights import TOUCH_KINDS
from crm_sync.models import Contact, Deal, DealContact
from tracking.models import Event

Pairs = list[tuple[str, str]]
"""(deal or outcome, person)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MODES = CreditRule.ContactMode

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


def gather(outcomes: Sequence[Outcome], modes: Iterable[str]) -> Facts:
    """Return the facts behind these outcomes, with their people under each contact mode.

    Nobody stands behind an outcome that is not divided.
    """
    divided = [outcome for outcome in outcomes if outcome.exclusion in DIVISIBLE]
    pairs = {mode: people_behind(divided, mode) for mode in sorted(set(modes))}
    people = sorted({person for each in pairs.values() for _, person in each})
    rows = _touch_rows(people)
    number = {person: row for row, person in enumerate(people)}
    leads, created = _lead_times(people), _creation_times(outcomes)
    return Facts(
        outcomes={
            mode: _outcome_columns(outcomes, created, _earliest(each, leads))
            for mode, each in pairs.items()
        },
        touches=_touch_columns(rows),
        places=_places(rows),
        members={mode: _members(outcomes, each, number) for mode, each in pairs.items()},
    )


def microseconds(moment: datetime | None) -> int:
    """Return a moment as the engine counts it, or `NO_TIME`."""
    return NO_TIME if moment is None else (moment - _EPOCH) // _MICROSECOND


def _text(value: object) -> str:
    """Return an id as text, empty for none."""
    return "" if value is None else str(value)


def people_behind(outcomes: Sequence[Outcome], mode: str) -> Pairs:
    """Pair outcomes with the people behind them under a contact mode."""
    pairs = [(str(o.pk), _text(o.person_id)) for o in outcomes if _text(o.person_id)]
    of_deal: dict[str, list[str]] = {}
    for outcome in outcomes:
        of_deal.setdefault(_text(outcome.deal_id), []).append(str(outcome.pk))
    of_deal.pop("", None)
    for deal, person in _deal_people(list(of_deal), mode):
        pairs += [(outcome, person) for outcome in of_deal[deal]]
    return pairs


def _deal_people(deals: list[str], mode: str) -> Pairs:
    if not deals:
        return []
    if mode == _MODES.COMPANY:
        return _company_people(deals)
    links = DealContact.objects.filter(deal_id__in=deals, contact__deleted_at__isnull=True)
    if mode == _MODES.PRIMARY:
        links = links.filter(is_primary=True)
    named = links.order_by().values_list("deal_id", "contact__identity__person_id")
    pairs = [(str(deal), str(person)) for deal, person in named]
    if mode == _MODES.ROLES_ELSE_COMPANY:
        settled = {deal for deal, _ in pairs}
        pairs += _company_people([deal for deal in deals if deal not in settled])
    return pairs


def _company_people(deals: list[str]) -> Pairs:
    """Pair deals with everybody at their company; a free-mail domain makes no company."""
    at_company = (
        Contact.objects.filter(company__deals__in=deals, deleted_at__isnull=True)
        .annotate(domain=Lower("company__domain"))
        .exclude(domain__in=FREE_MAIL_DOMAINS)
        .order_by()
        .values_list("company__deals", "identity__person_id")
        .distinct()
    )
    wanted = set(deals)
    return [(str(deal), str(person)) for deal, person in at_company if str(deal) in wanted]


def _touch_rows(people: list[str]) -> NDArray[Any]:
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


def _members(outcomes: Sequence[Outcome], pairs: Pairs, number: dict[str, int]) -> Members:
    place = {str(outcome.pk): row for row, outcome in enumerate(outcomes)}
    return Members(
        outcome=_column(place[outcome] for outcome, _ in pairs),
        person=_column(number[person] for _, person in pairs),
    )


def _outcome_columns(
    outcomes: Sequence[Outcome], created: dict[str, int], leads: dict[str, int]
) -> Outcomes:
    """Return times and anchors. A lead is its own lead creation and has no opportunity."""
    times = [microseconds(outcome.credited_at) for outcome in outcomes]
    is_lead = [outcome.kind == Outcome.Kind.LEAD for outcome in outcomes]
    return Outcomes(
        time=_column(times),
        lead_time=_column(
            time if own else leads.get(str(outcome.pk), NO_TIME)
            for outcome, time, own in zip(outcomes, times, is_lead, strict=True)
        ),
        opportunity_time=_column(
            created.get(_text(outcome.deal_id), NO_TIME) for outcome in outcomes
        ),
    )


def _creation_times(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return when the CRM says each deal was created."""
    deals = {_text(outcome.deal_id) for outcome in outcomes} - {""}
    created = Deal.objects.filter(pk__in=deals).order_by().values_list("pk", "deal_created_at")
    return {str(deal): microseconds(moment) for deal, moment in created}


def _lead_times(people: list[str]) -> dict[str, int]:
    """Return each person's earliest lead creation: the first event that was a goal."""
    earliest = (
        Event.objects.filter(goal__isnull=False, identity__person_id__in=people)
        .order_by()
        .values_list("identity__person_id")
        .annotate(Min("occurred_at"))
    )
    return {str(person): microseconds(moment) for person, moment in earliest}


def _earliest(pairs: Pairs, leads: dict[str, int]) -> dict[str, int]:
    """Return each outcome's earliest lead creation among its people."""
    times: dict[str, int] = {}
    for outcome, person in pairs:
        if person in leads:
            times[outcome] = min(times.get(outcome, leads[person]), leads[person])
    return times


def _column(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, np.int64)
