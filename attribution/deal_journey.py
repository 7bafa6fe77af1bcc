"""A deal's journey: the touches of all channels, events and stage changes on one timeline.

The people are those on the deal, or all of its company's where it has none; each touch carries
what it earned of this deal under every active rule.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import Sum

from attribution.deal_steps import steps_of
from attribution.models import Bucket, CreditEntry, CreditRule
from campaigns.models import Channel, Send
from crm_sync.models import Contact, Deal
from links.models import Link, RecipientLink
from tracking.models import Event, Identity, Touchpoint

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
Credit = dict[str, dict[str, int]]
"""Minor units by rule and goal."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: `touch`, `exposure`, `event` or `stage`."""

    kind: str
    id: UUID
    occurred_at: datetime
    title: str
    detail: str = ""
    person: str = ""
    person_id: UUID | None = None
    channel: Channel | None = None
    send: Send | None = None
    link: Link | None = None
    utm: dict[str, str] = field(default_factory=dict)
    credit: Credit = field(default_factory=dict)
    note: str = ""
    place: int = 0
    """Its place among the deal's own steps, which tells apart those of one time."""


@dataclass(frozen=True, slots=True)
class Unearned:
    """An amount of the deal that no touch earned, and why."""

    rule: str
    goal: str
    bucket: str
    reason: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DealTimeline:
    """A deal, everything that happened, and what nobody earned."""

    deal: Deal
    moments: list[Moment]
    unearned: list[Unearned]
    rules: list[CreditRule]


def journey_of(deal: Deal) -> DealTimeline:
    """Return a deal's timeline, earliest first. A fixed number of queries."""
    names = _people(deal)
    credit, unearned = _credit(deal)
    moments = chain(
        _touches(names, credit, deal), _exposures(names), _events(names), _changes(deal)
    )
    order = {"exposure": 0, "touch": 1, "event": 2, "stage": 3}
    return DealTimeline(
        deal=deal,
        moments=sorted(
            moments, key=lambda one: (one.occurred_at, order[one.kind], one.place, one.id)
        ),
        unearned=unearned,
        rules=list(CreditRule.objects.active()),
    )


def _people(deal: Deal) -> dict[UUID, str]:
    """Return the names of the deal's people by person."""
    contacts = Contact.objects.filter(deleted_at__isnull=True).select_related("identity")
    named = list(contacts.filter(deal_contacts__deal=deal))
    if not named and deal.company_id is not None:
        named = list(contacts.filter(company=deal.company_id))
    return {contact.identity.person_id: str(contact) for contact in named}


def _credit(deal: Deal) -> tuple[dict[UUID, Credit], list[Unearned]]:
    rows = (
        CreditEntry.objects.filter(outcome__deal=deal, rule__retired_at__isnull=True)
        .order_by("rule__position", "outcome__kind")
        .values_list("touch", "rule__slug", "outcome__kind", "bucket", "reason")
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    )
    earned: dict[UUID, Credit] = defaultdict(lambda: defaultdict(dict))
    unearned = []
    for touch, rule, goal, bucket, reason, amount, micro in rows:
        if not amount and not micro:
            continue
        if bucket == Bucket.ATTRIBUTED:
            earned[touch][rule][goal] = amount
        else:
            unearned.append(Unearned(rule, goal, bucket, reason, amount))
    return earned, unearned


def _touches(names: dict[UUID, str], credit: dict[UUID, Credit], deal: Deal) -> list[Moment]:
    touches = Touchpoint.objects.filter(identity__person__in=names).select_related(
        "identity", "channel", "send", "link__domain"
    )
    return [
        Moment(
            kind="touch",
            id=touch.pk,
            occurred_at=touch.occurred_at,
            title=f"Tap on {touch.link}" if touch.link else touch.get_kind_display(),
            detail=_detail(touch),
            person=names[touch.identity.person_id],
            person_id=touch.identity.person_id,
            channel=touch.channel,
            send=touch.send,
            link=touch.link,
            utm={name: getattr(touch, name) for name in UTM if getattr(touch, name)},
            credit={rule: dict(goals) for rule, goals in credit.get(touch.pk, {}).items()},
            note="" if touch.pk in credit else _why_nothing(touch, deal),
        )
        for touch in touches
        if touch.identity
    ]


def _detail(touch: Touchpoint) -> str:
    parts = [str(touch.send) if touch.send else "", touch.utm_content, touch.page_url]
    return " · ".join(part for part in parts if part)


def _why_nothing(touch: Touchpoint, deal: Deal) -> str:
    """Say why a touch earned nothing of this deal, where one touch alone can tell."""
    if touch.exclusion:
        return f"Earns nothing: {touch.get_exclusion_display().lower()}"
    latest = deal.closed_at if deal.outcome == "won" else deal.deal_created_at
    if latest and touch.occurred_at > latest:
        return "After the deal was won" if deal.outcome == "won" else "After the deal was created"
    if touch.channel.slug == "direct":
        return "Direct earns only when every touch is direct"
    return "Earned nothing under the active rules"


def _exposures(names: dict[UUID, str]) -> list[Moment]:
    """Return the sends that recipient links name these people for."""
    identities = Identity.objects.filter(person__in=names, kind=Identity.Kind.RECIPIENT)
    owners = {
        UUID(value): person
        for value, person in identities.values_list("value", "person_id")
        if _is_uuid(value)
    }
    recipients = RecipientLink.objects.filter(
        pk__in=owners, link__send__live_at__isnull=False
    ).select_related("link__domain", "link__send__channel")
    return [
        Moment(
            kind="exposure",
            id=recipient.pk,
            occurred_at=send.live_at,
            title=f"Received “{send.name}”",
            person=names[owners[recipient.pk]],
            person_id=owners[recipient.pk],
            channel=send.channel,
            send=send,
            link=recipient.link,
        )
        for recipient in recipients
        if (send := recipient.link.send) and send.live_at
    ]


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _events(names: dict[UUID, str]) -> list[Moment]:
    """Return what these people did besides touching; visits are touches already."""
    events = (
        Event.objects.filter(identity__person__in=names)
        .exclude(name="visit")
        .select_related("identity", "goal", "send")
    )
    return [
        Moment(
            kind="event",
            id=event.pk,
            occurred_at=event.occurred_at,
            title=event.goal.name if event.goal else event.name.replace("-", " ").capitalize(),
            detail=event.page_url,
            person=names[event.identity.person_id],
            person_id=event.identity.person_id,
            send=event.send,
            utm={name: str(value) for name, value in event.utm.items() if value},
            note="Counts as a lead" if event.goal else "",
        )
        for event in events
        if event.identity
    ]


def _changes(deal: Deal) -> Sequence[Moment]:
    return [
        Moment(
            kind="stage",
            id=step.id,
            occurred_at=step.occurred_at,
            title=step.title,
            place=place,
        )
        for place, step in enumerate(steps_of(deal.changes.all()))
    ]
