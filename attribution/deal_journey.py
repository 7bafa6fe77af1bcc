"""A deal's journey: the touches of all channels, events and stage changes on one timeline.

The people are those on the deal, or all of its company's where it has none or where the rule
looks at them all; each touch carries what it earned of this deal under every rule, and why it
earned nothing under the one that is explained.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import Sum

from attribution.deal_explanation import OutcomeExplained, explain_deal
from attribution.deal_steps import steps_of
from attribution.explanation import TouchStep
from attribution.explanation_words import verdict_in_words
from attribution.models import Bucket, CreditEntry, CreditRule, Outcome
from campaigns.models import Channel, Message, Send
from campaigns.money import display_amount
from crm_sync.models import Contact, Deal, DealChange, DealRefund
from links.models import Link, RecipientLink
from tracking.models import Event, Identity, Touchpoint

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
Credit = dict[str, dict[str, int]]
"""Minor units by rule and goal."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: `touch`, `exposure`, `event`, `stage` or `refund`."""

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
    message: Message | None = None
    click_id: UUID | None = None
    utm: dict[str, str] = field(default_factory=dict)
    credit: Credit = field(default_factory=dict)
    note: str = ""
    """Of a touch: why it earns nothing of the outcome that is explained."""
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
    """A deal, everything that happened, what nobody earned, and its outcomes explained.

    `shown` is the outcome whose reasons stand beside the touches; `rule` is None, and nothing
    is explained, where no rule is active.
    """

    deal: Deal
    moments: list[Moment]
    unearned: list[Unearned]
    rules: list[CreditRule]
    rule: CreditRule | None = None
    as_of: datetime | None = None
    explained: list[OutcomeExplained] = field(default_factory=list)
    shown: OutcomeExplained | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rule explains, as of when (None: now), which outcome's reasons stand beside the
    touches (None: the deal's latest), and whether names and addresses may be shown.
    """

    rule: CreditRule | None
    as_of: datetime | None = None
    outcome_id: UUID | None = None
    unmasked: bool = False


def journey_of(deal: Deal, asked: Asked) -> DealTimeline:
    """Return a deal's timeline, earliest first. A fixed number of queries.

    Raises:
        InvalidRuleError: the rule's parameters mean nothing.
    """
    names = _people(deal, asked)
    explained = (
        explain_deal(deal, rule=asked.rule, people=names, as_of=asked.as_of) if asked.rule else []
    )
    shown = _shown(explained, asked.outcome_id)
    credit, unearned = _credit(deal, asked.as_of)
    moments = chain(
        _touches(names, credit, asked, shown),
        _exposures(names),
        _events(names, asked),
        _changes(deal, asked),
        _refunds(deal, asked.as_of),
    )
    order = {"exposure": 0, "touch": 1, "event": 2, "stage": 3, "refund": 4}
    return DealTimeline(
        deal=deal,
        moments=sorted(
            moments, key=lambda one: (one.occurred_at, order[one.kind], one.place, one.id)
        ),
        unearned=unearned,
        rules=list(CreditRule.objects.active()),
        rule=asked.rule,
        as_of=asked.as_of,
        explained=explained,
        shown=shown,
    )


def _shown(explained: list[OutcomeExplained], wanted: UUID | None) -> OutcomeExplained | None:
    """Return the outcome that was asked for, or the deal's win, opportunity or lead."""
    by_rank = {kind: rank for rank, kind in enumerate(("lead", "refund", "opportunity", "win"))}
    standing = [one for one in explained if one.outcome.exclusion != Outcome.Exclusion.WITHDRAWN]
    chosen = [one for one in explained if one.outcome.pk == wanted]
    ranked = sorted(standing or explained, key=lambda one: by_rank[one.outcome.kind])
    return next(iter(chosen or ranked[-1:]), None)


def _people(deal: Deal, asked: Asked) -> dict[UUID, str]:
    """Return the names of the deal's people by person."""
    contacts = Contact.objects.filter(deleted_at__isnull=True).select_related("identity")
    named = list(contacts.filter(deal_contacts__deal=deal))
    mode = asked.rule.contact_mode if asked.rule else ""
    looks_at_company = mode == CreditRule.ContactMode.COMPANY
    if (looks_at_company or not named) and deal.company_id is not None:
        named += contacts.filter(company=deal.company_id)
    return {contact.identity.person_id: _name(contact, asked) for contact in named}


def _name(contact: Contact, asked: Asked) -> str:
    """Return a contact's name, or only how it begins for whoever may see no personal data."""
    return str(contact) if asked.unmasked else f"{str(contact)[:1]}•••"


def _credit(deal: Deal, as_of: datetime | None) -> tuple[dict[UUID, Credit], list[Unearned]]:
    entries = CreditEntry.objects.filter(outcome__deal=deal)
    if as_of is not None:
        entries = entries.filter(batch__posted_at__lte=as_of)
    rows = (
        entries.order_by("rule__position", "rule__slug", "outcome__kind")
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


def _touches(
    names: dict[UUID, str],
    credit: dict[UUID, Credit],
    asked: Asked,
    shown: OutcomeExplained | None,
) -> list[Moment]:
    touches = Touchpoint.objects.filter(identity__person__in=names).select_related(
        "identity", "channel", "send", "link__domain", "message"
    )
    steps = _steps(shown)
    return [
        Moment(
            kind="touch",
            id=touch.pk,
            occurred_at=touch.occurred_at,
            title=f"Tap on {touch.link}" if touch.link else touch.get_kind_display(),
            detail=_detail(touch, asked),
            person=names[touch.identity.person_id],
            person_id=touch.identity.person_id,
            channel=touch.channel,
            send=touch.send,
            link=touch.link,
            message=touch.message,
            click_id=touch.click_id,
            utm={name: getattr(touch, name) for name in UTM if getattr(touch, name)},
            credit={rule: dict(goals) for rule, goals in credit.get(touch.pk, {}).items()},
            note=_why_nothing(touch, steps.get(touch.pk), asked.rule) if shown else "",
        )
        for touch in touches
        if touch.identity
    ]


def _steps(shown: OutcomeExplained | None) -> dict[UUID, TouchStep]:
    if shown is None or shown.explanation is None:
        return {}
    return {shown.touch_ids[step.row]: step for step in shown.explanation.steps}


def _detail(touch: Touchpoint, asked: Asked) -> str:
    parts = [str(touch.send) if touch.send else "", touch.utm_content, _page(touch.page_url, asked)]
    return " · ".join(part for part in parts if part)


def _page(url: str, asked: Asked) -> str:
    """Return a page's address; its query may name a person."""
    return url if asked.unmasked else url.partition("?")[0].partition("#")[0]


def _why_nothing(touch: Touchpoint, step: TouchStep | None, rule: CreditRule | None) -> str:
    """Say why a touch earns nothing of the outcome; nothing where it earns."""
    if rule is None:
        return ""
    if step is None:
        return "" if not touch.exclusion else f"Excluded as {touch.get_exclusion_display().lower()}"
    if step.division and not step.division.amount_minor and not step.division.count_micro:
        return f"Earns nothing: no weight under “{rule.name}”"
    return verdict_in_words(
        step, lookback_days=rule.lookback_days, exclusion=touch.get_exclusion_display()
    )


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


def _events(names: dict[UUID, str], asked: Asked) -> list[Moment]:
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
            detail=_page(event.page_url, asked),
            person=names[event.identity.person_id],
            person_id=event.identity.person_id,
            send=event.send,
            utm={name: str(value) for name, value in event.utm.items() if value},
            note="Counts as a lead" if event.goal else "",
        )
        for event in events
        if event.identity
    ]


def _changes(deal: Deal, asked: Asked) -> Sequence[Moment]:
    changes = list(deal.changes.all())
    for change in changes:
        if change.field == DealChange.Field.CONTACTS and not asked.unmasked:
            change.old_value = change.new_value = ""
    return [
        Moment(
            kind="stage",
            id=step.id,
            occurred_at=step.occurred_at,
            title=step.title,
            place=place,
        )
        for place, step in enumerate(steps_of(changes))
    ]


def _refunds(deal: Deal, as_of: datetime | None) -> list[Moment]:
    known = DealRefund.objects.known_at(as_of) if as_of else DealRefund.objects.standing()
    return [
        Moment(
            kind="refund",
            id=refund.pk,
            occurred_at=refund.refunded_at,
            title=f"{refund.get_reason_display()}: "
            f"{display_amount(-refund.amount_minor, refund.currency)}",
        )
        for refund in known.filter(deal=deal)
    ]
