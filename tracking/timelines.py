"""A person's journey as one list: sends received, taps, visits and events, oldest first.

`register_credit` lets the app that divides credit say what each touch earned, because this app
does not know it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from campaigns.models import Channel, Send
from links.models import Link, RecipientLink
from tracking.models import Event, Identity, Person, Touchpoint

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

Credit = Callable[[Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]
"""Ids of touches in; per touch, what it earned under each rule out."""

_credits: list[Credit] = []


def register_credit(credit: Credit) -> None:
    """Ask this function for the credit of touches from now on."""
    if credit not in _credits:
        _credits.append(credit)


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened: `exposure`, `touch` or `event`."""

    kind: str
    id: UUID
    occurred_at: datetime
    title: str
    channel: Channel | None = None
    send: Send | None = None
    link: Link | None = None
    utm: dict[str, str] = field(default_factory=dict)
    grade: str = ""
    goal: str = ""
    exclusion: str = ""
    """Of a touch: why it earns nothing of any outcome, such as “Machine”."""
    credit: Mapping[str, Any] = field(default_factory=dict)


def timeline_of(person: Person) -> list[TimelineItem]:
    """Return everything known of a person. A fixed number of queries."""
    touches = list(
        Touchpoint.objects.filter(identity__person=person).select_related(
            "channel", "send", "link__domain"
        )
    )
    credit = credit_of([touch.pk for touch in touches])
    events = Event.objects.filter(identity__person=person).select_related("goal", "send")
    items = [
        *_exposures(person),
        *(_touch_item(touch, credit.get(touch.pk, {})) for touch in touches),
        *(_event_item(event) for event in events if event.name != "visit"),
    ]
    return sorted(items, key=lambda item: (item.occurred_at, item.kind != "exposure", item.id))


def credit_of(touch_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what registered apps say that touches earned."""
    found: dict[UUID, dict[str, Any]] = {}
    for credit in _credits:
        for touch_id, earned in credit(touch_ids).items():
            found.setdefault(touch_id, {}).update(earned)
    return found


def _exposures(person: Person) -> list[TimelineItem]:
    """Return the sends whose recipient links this person has opened."""
    values = Identity.objects.filter(person=person, kind=Identity.Kind.RECIPIENT)
    recipients = RecipientLink.objects.filter(
        pk__in=[value for value in values.values_list("value", flat=True) if _is_uuid(value)],
        link__send__live_at__isnull=False,
    ).select_related("link__domain", "link__send__channel")
    return [
        TimelineItem(
            kind="exposure",
            id=recipient.pk,
            occurred_at=recipient.link.send.live_at,
            title=f"Received “{recipient.link.send.name}”",
            channel=recipient.link.send.channel,
            send=recipient.link.send,
            link=recipient.link,
        )
        for recipient in recipients
        if recipient.link.send and recipient.link.send.live_at
    ]


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _touch_item(touch: Touchpoint, credit: Mapping[str, Any]) -> TimelineItem:
    where = f" of {touch.link}" if touch.link else ""
    is_tap = touch.kind == Touchpoint.Kind.TAP
    return TimelineItem(
        kind="touch",
        id=touch.pk,
        occurred_at=touch.occurred_at,
        title=f"Tap{where}" if is_tap else "Visit",
        channel=touch.channel,
        send=touch.send,
        link=touch.link,
        utm={name: getattr(touch, name) for name in UTM if getattr(touch, name)},
        grade="confirmed" if touch.evidence_grade == 0 else "likely",
        exclusion=touch.get_exclusion_display() if touch.exclusion else "",
        credit=credit,
    )


def _event_item(event: Event) -> TimelineItem:
    return TimelineItem(
        kind="event",
        id=event.pk,
        occurred_at=event.occurred_at,
        title=event.goal.name if event.goal else event.name.replace("-", " ").capitalize(),
        send=event.send,
        utm=event.utm,
        goal=event.goal.event_name if event.goal else "",
    )
