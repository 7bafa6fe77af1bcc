"""Visits become touches: classified by the channel rules, or joined to a touch just made."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Lower

from campaigns.models import Channel, Send
from tracking.channels import RuleSet, TouchInputs, classify
from tracking.event_fields import UTM_LENGTHS, ParsedEvent
from tracking.models import Click, Identity, Touchpoint
from tracking.rule_sets import load_rules
from tracking.source_categories import host_of

SAME_VISIT: Final = timedelta(minutes=30)
"""The same person with the same tags within this time is the same visit."""

VISIT_PRIORITY: Final = 1
"""Behind a tap at the very same moment."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit event, whose it is, and our own link where a tap without a touch led to it."""

    event: ParsedEvent
    identity: Identity | None
    click: Click | None = None


_Key = tuple[UUID | None, tuple[str, ...], str]


def is_visit(event: ParsedEvent) -> bool:
    """Tell whether an event can make a touch: a visit that says where it came from.

    An empty `referrer` says that the visitor came directly; without the field nothing is said.
    """
    said = event.utm or event.ad_click_ids or event.referrer is not None or event.click_id
    return event.name == "visit" and bool(said)


def make_touches(visits: Sequence[Visit]) -> dict[str, Touchpoint]:
    """Return each visit's touch by event id, made where the same visit has none yet."""
    if not visits:
        return {}
    rules, channels = load_rules(), dict(Channel.objects.values_list("slug", "pk"))
    sends = sends_named_by(visit.event.utm for visit in visits)
    recent = _recent_touches(visits)
    found: dict[str, Touchpoint] = {}
    fresh: list[Touchpoint] = []
    for visit in visits:
        touch = _same_visit(visit, recent)
        if touch is None:
            touch = _new_touch(visit, rules, channels, sends)
            fresh.append(touch)
            recent.setdefault(_key_of(touch), []).append(touch)
        found[visit.event.event_id] = touch
    Touchpoint.objects.bulk_create(fresh)
    return found


def _key_of(touch: Touchpoint) -> _Key:
    tags = tuple(getattr(touch, name).casefold() for name in UTM_LENGTHS)
    return touch.identity_id, tags, "" if any(tags) else host_of(touch.referrer)


def _visit_key(visit: Visit) -> _Key:
    tags = tuple(visit.event.utm.get(name, "").casefold() for name in UTM_LENGTHS)
    identity_id = visit.identity.pk if visit.identity else None
    return identity_id, tags, "" if any(tags) else host_of(visit.event.referrer or "")


def _recent_touches(visits: Sequence[Visit]) -> dict[_Key, list[Touchpoint]]:
    identities = {visit.identity.pk for visit in visits if visit.identity}
    moments = [visit.event.occurred_at for visit in visits]
    rows = Touchpoint.objects.select_related("identity").filter(
        identity__in=identities,
        occurred_at__range=(min(moments) - SAME_VISIT, max(moments) + SAME_VISIT),
    )
    found: dict[_Key, list[Touchpoint]] = {}
    for touch in rows:
        found.setdefault(_key_of(touch), []).append(touch)
    return found


def _same_visit(visit: Visit, recent: Mapping[_Key, list[Touchpoint]]) -> Touchpoint | None:
    if visit.identity is None or visit.click is not None:
        return None
    for touch in recent.get(_visit_key(visit), []):
        if abs(touch.occurred_at - visit.event.occurred_at) <= SAME_VISIT:
            return touch
    return None


def sends_named_by(tags: Iterable[Mapping[str, str]]) -> dict[str, Send]:
    """Return the sends of these UTM sets by case-folded `utm_campaign`. One query at most."""
    names = {utm.get("utm_campaign", "").casefold() for utm in tags} - {""}
    if not names:
        return {}
    rows = Send.objects.annotate(tag=Lower("utm_campaign")).filter(tag__in=names)
    return {send.utm_campaign.casefold(): send for send in rows}


def send_of(utm: Mapping[str, str], sends: Mapping[str, Send]) -> Send | None:
    """Return the send whose campaign, source and medium a visit's tags repeat."""
    send = sends.get(utm.get("utm_campaign", "").casefold())
    if send is None:
        return None
    named = (utm.get("utm_source", "").casefold(), utm.get("utm_medium", "").casefold())
    return send if named == (send.utm_source, send.utm_medium) else None


def _new_touch(
    visit: Visit, rules: RuleSet, channels: Mapping[str, UUID], sends: Mapping[str, Send]
) -> Touchpoint:
    event, link = visit.event, visit.click.link if visit.click else None
    send = link.send if link else send_of(event.utm, sends)
    verdict = classify(
        TouchInputs.of_utm(
            event.utm,
            referrer=event.referrer or "",
            click_ids=frozenset(event.ad_click_ids),
            own_channel=send.channel.slug if link and send else "",
        ),
        rules,
    )
    return Touchpoint(
        identity=visit.identity,
        kind=Touchpoint.Kind.VISIT,
        occurred_at=event.occurred_at,
        click=visit.click,
        link=link,
        message_id=link.message_id if link else None,
        send=send,
        campaign_id=send.campaign_id if send else None,
        channel_id=channels[verdict.channel_slug],
        channel_rule_id=verdict.rule_id,
        rule_set_version=verdict.rule_set_version,
        **{name: event.utm.get(name, "") for name in UTM_LENGTHS},
        page_url=event.page_url,
        referrer=event.referrer or "",
        click_ids=event.ad_click_ids,
        evidence_grade=0,
        source_priority=VISIT_PRIORITY,
    )


def clicks_without_touch(click_ids: Collection[UUID]) -> dict[UUID, Click]:
    """Return taps that were read and made no touch, such as a prefetch a person then opened."""
    rows = Click.objects.select_related("link__send__channel").filter(
        pk__in=click_ids, touchpoint=None, link__isnull=False
    )
    return {click.pk: click for click in rows}
