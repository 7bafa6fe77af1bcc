"""Forgetting a person: what names a human being goes, what the totals rest on stays.

Identities become tombstones, so touches, events and credit keep their person and every sum
stays as it was. An app to the right that keeps personal data of its own registers an eraser.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from links.audience_erasure import forget_recipients
from tracking.models import Click, Event, Identity, IdentityEdge, Person, Touchpoint
from tracking.people import current_person
from tracking.shown_identities import TOMBSTONE

Eraser = Callable[[Collection[UUID], datetime], int]
"""Takes the ids of the person's identities; returns how many rows it cleared."""

_erasers: dict[str, Eraser] = {}


class PersonAlreadyErasedError(ValueError):
    """This person was forgotten before."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows lost their personal data."""

    person: Person
    identities: int
    recipient_links: int
    events: int
    touches: int
    others: int


def register(name: str, eraser: Eraser) -> None:
    """Call this function, inside the transaction, when a person is forgotten."""
    _erasers[name] = eraser


def erase_person(*, person: Person, now: datetime) -> Erasure:
    """Forget a person; the totals stay.

    Raises:
        PersonAlreadyErasedError: it was done before.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=current_person(person).pk)
        if person.erased_at is not None:
            raise PersonAlreadyErasedError(f"This person was forgotten on {person.erased_at:%F}.")
        identities = list(Identity.objects.select_for_update().filter(person=person))
        ids = [identity.pk for identity in identities]
        erasure = Erasure(
            person=person,
            identities=len(ids),
            recipient_links=_clear_recipients(identities),
            events=_clear_events(ids),
            touches=_clear_touches(ids),
            others=sum(eraser(ids, now) for eraser in _erasers.values()),
        )
        _bury(ids)
        person.erased_at = now
        person.save(update_fields=["erased_at"])
    return erasure


_TOMBSTONE_OF_ROW: Final = Concat(Value(TOMBSTONE), Cast(F("id"), CharField()))


def _bury(ids: Collection[UUID]) -> None:
    """Replace values by tombstones and the evidence on edges, which may quote an address."""
    Identity.objects.filter(pk__in=ids).update(value=_TOMBSTONE_OF_ROW, is_frozen=True)
    IdentityEdge.objects.filter(a__in=ids).update(evidence="")


def _clear_recipients(identities: Collection[Identity]) -> int:
    # A frozen number or address is one that several people share: it names nobody
    own = [one for one in identities if not one.is_frozen]
    return forget_recipients(
        recipient_ids=[one.value for one in identities if one.kind == Identity.Kind.RECIPIENT],
        phones=[one.value for one in own if one.kind == Identity.Kind.PHONE],
        emails=[one.value for one in own if one.kind == Identity.Kind.EMAIL],
    )


def _clear_events(ids: Collection[UUID]) -> int:
    return Event.objects.filter(identity__in=ids).update(properties={}, page_url="", referrer="")


def _clear_touches(ids: Collection[UUID]) -> int:
    """Addresses may carry an e-mail; the channel, the tags and the time stay."""
    Click.objects.filter(touchpoint__identity__in=ids).update(
        query="", address_hash="", user_agent="", referrer=""
    )
    return Touchpoint.objects.filter(identity__in=ids).update(
        page_url="", referrer="", click_ids={}
    )
