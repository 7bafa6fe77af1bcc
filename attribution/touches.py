"""The facts behind outcomes, gathered in bulk: their people, those people's touches, anchors.

The number of queries is the same for one outcome and for thousands. Ids are text here: they are
hashed, compared and written millions of times, which Python's UUID objects are too slow for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.db.models.functions import Lower
from numpy.typing import NDArray

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

# Text ids and whole microseconds straight from PostgreSQL: half the time of the ORM's objects.
_TOUCHES = """
    SELECT t.id::text, i.person_id::text, (extract(epoch FROM t.occurred_at) * 1000000)::bigint,
           t.evidence_grade, t.source_priority, t.click_id::text, t.kind, t.exclusion <> '',
           c.slug = 'direct', t.channel_id::text, t.campaign_id::text, t.send_id::text,
           t.message_id::text, t.link_id::text, ((t.occurred_at AT TIME ZONE %s)::date)::text
    FROM tracking_touchpoint t
    JOIN tracking_identity i ON i.id = t.identity_id
    JOIN campaigns_channel c ON c.id = t.channel_id
    WHERE i.person_id = ANY(%s::uuid[])
"""


class Place(NamedTuple):
    """Where credit is earned: the touch and all that a report groups by. Ids and days as text."""

    touch_id: str | None = None
    channel_id: str | None = None
    campaign_id: str | None = None
    send_id: str | None = None
    message_id: str | None = None
    link_id: str | None = None
    touch_date: str | None = None


NOWHERE = Place()
"""The place of what nobody earned."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine divides by. `places[i]` is row `i` of `touches`.

    People differ by contact mode, and with them the members and the lead anchor.
    """

    outcomes: dict[str, Outcomes]
    touches: Touches
    places: list[Place]
    members: dict[str, Members]


def gather(outcomes: Sequence[Outcome], modes: Iterable[str]) -> Facts:
    """Return the facts behind these outcomes, with their people under each contact mode."""
    pairs = {mode: _people(outcomes, mode) for mode in sorted(set(modes))}
    people = sorted({person for each in pairs.values() for _, person in each})
    rows = _touch_rows(people)
    number = {person: row for row, person in enumerate(people)}
    leads, created = _lead_times(people), _creation_times(outcomes)
    return Facts(
        outcomes={
            mode: _outcome_columns(outcomes, created, _earliest(each, leads))
            for mode, each in pairs.items()
        },
        touches=_touch_columns(rows, number),
        places=[Place(row[0], *row[9:]) for row in rows],
        members={mode: _members(outcomes, each, number) for mode, each in pairs.items()},
    )


def microseconds(moment: datetime | None) -> int:
    """Return a moment as the engine counts it, or `NO_TIME`."""
    return NO_TIME if moment is None else (moment - _EPOCH) // _MICROSECOND


def _text(value: object) -> str:
    """Return an id as text, empty for none."""
    return "" if value is None else str(value)


def _people(outcomes: Sequence[Outcome], mode: str) -> Pairs:
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


def _touch_rows(people: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHES, [settings.TIME_ZONE, people])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _touch_columns(rows: list[tuple[Any, ...]], number: dict[str, int]) -> Touches:
    columns = list(zip(*rows, strict=True)) or [()] * 15
    ids, people, times, grades, priorities, clicks, kinds, excluded, direct = columns[:9]
    channel_ids, campaign_ids = (tuple(dict.fromkeys(filter(None, c))) for c in columns[9:11])
    code = {click: row for row, click in enumerate(dict.fromkeys(clicks)) if click}
    halves = np.frombuffer(bytes.fromhex("".join(ids).replace("-", "")), ">u8").reshape(-1, 2)
    return Touches(
        person=np.array([number[person] for person in people], np.int64),
        time=np.array(times, np.int64),
        grade=np.array(grades, np.int64),
        priority=np.array(priorities, np.int64),
        id_high=halves[:, 0].astype(np.uint64),
        id_low=halves[:, 1].astype(np.uint64),
        click=np.array([code.get(click, -1) for click in clicks], np.int64),
        kind=np.array([TOUCH_KINDS.index(kind) for kind in kinds], np.int64),
        is_excluded=np.array(excluded, bool),
        is_direct=np.array(direct, bool),
        channel=_codes(columns[9], channel_ids),
        campaign=_codes(columns[10], campaign_ids),
        channel_ids=channel_ids,
        campaign_ids=campaign_ids,
    )


def _codes(values: Iterable[str | None], known: tuple[str, ...]) -> NDArray[np.int64]:
    """Return each value's place among the known ones, -1 for none."""
    place = {value: row for row, value in enumerate(known)}
    return np.array([-1 if value is None else place[value] for value in values], np.int64)


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
