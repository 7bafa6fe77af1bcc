"""Writes a batch of checked events: rows, people, touches, notes. One transaction's work.

An event's row is inserted first and decides by its unique (origin, event id) whether anything
else happens, so the same event told twice at once has its effects once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from tracking.confirmations import confirm_taps
from tracking.event_fields import ParsedEvent
from tracking.event_people import EventPeople, joins_of, keys_of, people_of, unique_joins
from tracking.identity import ensure_identities, join_all
from tracking.models import Click, Event, Goal, Identity, Touchpoint
from tracking.origins import note_touched
from tracking.visits import (
    Visit,
    clicks_without_touch,
    is_visit,
    make_touches,
    send_of,
    sends_named_by,
)


@dataclass(slots=True)
class Told:
    """One new event with its row and whom it speaks of."""

    parsed: ParsedEvent
    row: Event
    people: EventPeople = field(default_factory=lambda: EventPeople({}))


def take_events(
    *, origin: str, events: Sequence[ParsedEvent], edge_kind: str, now: datetime
) -> set[str]:
    """Write events and what follows from them; return the ids of those that were new.

    Call inside a transaction. `edge_kind` says what ties a name to a browser: a form post or a
    server's word.
    """
    told = _insert(origin, events, now=now)
    if not told:
        return set()
    known = ensure_identities(dict.fromkeys(k for one in told for k in keys_of(one.parsed)), now)
    # First the taps: whose link it was must be known before a browser is tied to the tap.
    confirmed = confirm_taps({one.row.click_id for one in told if one.row.click_id}, now=now)
    _join(told, known, edge_kind=edge_kind, now=now)
    touches = _touch(told, confirmed)
    _complete(told, touches)
    _note(told, now=now)
    return {one.parsed.event_id for one in told}


def _insert(origin: str, events: Sequence[ParsedEvent], *, now: datetime) -> list[Told]:
    goals = {goal.event_name: goal for goal in Goal.objects.filter(is_active=True)}
    told = [Told(event, _row(origin, event, goals.get(event.name), now)) for event in events]
    told.sort(key=lambda one: one.parsed.event_id)
    Event.objects.bulk_create([one.row for one in told], ignore_conflicts=True)
    inserted = set(
        Event.objects.filter(pk__in=[one.row.pk for one in told]).values_list("pk", flat=True)
    )
    order = {event.event_id: place for place, event in enumerate(events)}
    new = [one for one in told if one.row.pk in inserted]
    return sorted(new, key=lambda one: order[one.parsed.event_id])


def _row(origin: str, event: ParsedEvent, goal: Goal | None, now: datetime) -> Event:
    value, currency = event.value_minor, event.currency
    if value is None and goal is not None and goal.value_minor is not None:
        value, currency = goal.value_minor, settings.REPORTING_CURRENCY
    return Event(
        origin=origin,
        event_id=event.event_id,
        name=event.name,
        occurred_at=event.occurred_at,
        received_at=now,
        goal=goal,
        click_id=event.click_id,
        page_url=event.page_url,
        referrer=event.referrer or "",
        utm=event.utm,
        value_minor=value,
        currency=currency,
        properties=event.properties,
    )


def _join(
    told: Sequence[Told],
    known: Mapping[tuple[str, str], Identity],
    *,
    edge_kind: str,
    now: datetime,
) -> None:
    requests = []
    for one in told:
        one.people = people_of(one.parsed, known)
        requests += joins_of(one.people, edge_kind=edge_kind, evidence=f"event {one.parsed.name}")
    join_all(unique_joins(requests), now=now)


def _touch(told: Sequence[Told], confirmed: Mapping[UUID, Touchpoint]) -> dict[str, Touchpoint]:
    """Return each event's touch by event id: its confirmed tap's, or one made for a visit."""
    carried = {one.parsed.click_id for one in told if one.parsed.click_id}
    untouched = clicks_without_touch(carried - confirmed.keys())
    visits: list[Visit] = []
    found: dict[str, Touchpoint] = {}
    for one in told:
        click_id = one.parsed.click_id
        tap = confirmed.get(click_id) if click_id else None
        if tap is not None:
            found[one.parsed.event_id] = tap
        elif is_visit(one.parsed) and (click_id is None or click_id in untouched):
            click = untouched.pop(click_id) if click_id else None
            visits.append(Visit(one.parsed, one.people.subject, click))
    return found | make_touches(visits)


def _complete(told: Sequence[Told], touches: dict[str, Touchpoint]) -> None:
    """Write to each row whom and which touch it belongs to."""
    carried = [one.parsed.click_id for one in told if one.parsed.click_id]
    sends: dict[UUID | None, UUID | None] = dict(
        Click.objects.filter(pk__in=carried, link__isnull=False).values_list("pk", "link__send_id")
    )
    named = sends_named_by(one.parsed.utm for one in told)
    for one in told:
        touch = touches.get(one.parsed.event_id)
        send_id = touch.send_id if touch else sends.get(one.parsed.click_id)
        if send_id is None and (send := send_of(one.parsed.utm, named)):
            send_id = send.pk
        one.row.identity = one.people.subject
        one.row.touchpoint = touch
        one.row.send_id = send_id  # type: ignore[assignment]  # the stubs take it for required
    Event.objects.bulk_update(
        [one.row for one in told], ["identity", "touchpoint", "send"], batch_size=500
    )


def _note(told: Sequence[Told], *, now: datetime) -> None:
    """Note whose journey grew and who became a lead, and refresh where they came from."""
    touches = [one.row.touchpoint for one in told if one.row.touchpoint]
    touched = {touch.identity.pk for touch in touches if touch.identity}
    leads = {one.row.identity.pk for one in told if one.row.goal and one.row.identity}
    note_touched(touched, cause="late_touch", now=now)
    note_touched(leads, cause="new_outcome", now=now)
