"""Taps whose landing page has reported their click id: the strongest evidence there is.

An event may come before the consumer has read its tap. Then the event's row waits with its
click id and no touch; the consumer finds it, or `confirm_taps` does when it runs again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from campaigns.public_ids import encode_id
from tracking.bots import CIRCUMSTANTIAL
from tracking.identity import JoinRequest, join_all
from tracking.models import Click, Event, Identity, IdentityEdge, Touchpoint
from tracking.regrading import raise_to_confirmed

CONFIRMED_GRADE: Final = 0
REPEAT_WINDOW: Final = timedelta(seconds=10)
"""A recipient's second tap within this time made no touch of its own (`tracking.pipeline`)."""


def confirm_taps(click_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Touchpoint]:
    """Mark the taps behind these click ids as confirmed; return their touches by click id.

    A touch without a person gets the click's identity; one with a recipient's is tied to it,
    unless the link was opened by a browser that is somebody else's.
    """
    raise_to_confirmed(click_ids, now=now)
    touches = _touches_of(click_ids)
    if not touches:
        return {}
    ids = [touch.pk for touch in touches.values()]
    people = Click.objects.human().filter(pk__in=list(touches))
    people.update(grade=Click.Grade.CONFIRMED)
    Touchpoint.objects.filter(pk__in=ids).update(evidence_grade=CONFIRMED_GRADE)
    identities = _click_identities(touches)
    _name_touches(touches, identities)
    join_all(
        [
            JoinRequest(identities[click_id], touch.identity, IdentityEdge.Kind.CLICK_ID, "tap")
            for click_id, touch in touches.items()
            if click_id in identities and touch.identity is not None
        ],
        now=now,
    )
    return touches


def _touches_of(click_ids: Collection[UUID]) -> dict[UUID, Touchpoint]:
    """Return touches by click id, repeated taps under the touch of the first one."""
    wanted = set(click_ids)
    if not wanted:
        return {}
    rows = Touchpoint.objects.select_related("identity").filter(click__in=wanted)
    found = {touch.click_id: touch for touch in rows}
    repeats = Click.objects.filter(pk__in=wanted - found.keys(), recipient__isnull=False).exclude(
        grade=Click.Grade.MACHINE
    )
    for click in repeats:
        earlier = (
            Touchpoint.objects.select_related("identity")
            .filter(
                click__recipient=click.recipient_id,
                link=click.link_id,
                occurred_at__range=(click.occurred_at - REPEAT_WINDOW, click.occurred_at),
            )
            .last()
        )
        if earlier:
            found[click.pk] = earlier
    return found


def _click_identities(touches: Mapping[UUID, Touchpoint]) -> dict[UUID, Identity]:
    by_value = {encode_id(click_id): click_id for click_id in touches}
    rows = Identity.objects.filter(kind=Identity.Kind.CLICK, value__in=by_value)
    return {by_value[identity.value]: identity for identity in rows}


def _name_touches(touches: Mapping[UUID, Touchpoint], identities: Mapping[UUID, Identity]) -> None:
    unnamed: list[Touchpoint] = []
    for click_id, touch in touches.items():
        if touch.identity is None and click_id in identities:
            touch.identity = identities[click_id]
            unnamed.append(touch)
    Touchpoint.objects.bulk_update(unnamed, ["identity"])


def waiting_click_ids(*, since: datetime, limit: int) -> list[UUID]:
    """Return click ids of events that still lack a touch although their tap was read since."""
    has_touch = Touchpoint.objects.filter(Q(click=OuterRef("click_id")))
    looked_like_a_machine = Click.objects.filter(
        pk=OuterRef("click_id"), grade=Click.Grade.MACHINE, reason__in=CIRCUMSTANTIAL
    )
    rows = (
        Event.objects.filter(click_id__isnull=False, touchpoint=None, received_at__gte=since)
        .filter(Exists(has_touch) | Exists(looked_like_a_machine))
        .values_list("click_id", flat=True)
        .distinct()
        .order_by("click_id")
    )
    return [click_id for click_id in rows[:limit] if click_id is not None]
