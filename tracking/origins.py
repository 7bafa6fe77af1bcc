"""Where a lead came from first: the fields of a person that name the originating campaign."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from tracking.changes import note_changes
from tracking.exclusion_marks import mark_touches
from tracking.models import Identity, PendingChange, Person, Touchpoint

_UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_FIELDS: Final = (
    "originated_at",
    "original_channel_id",
    "original_campaign_id",
    "original_send_id",
    *(f"original_{name}" for name in _UTM),
)


def refresh_origins(person_ids: Collection[UUID]) -> int:
    """Set each person's origin from the earliest eligible touch; return how many changed.

    Call inside the transaction that changed a touch, its identity or its person.
    """
    if not person_ids:
        return 0
    touches = _earliest_touches(person_ids)
    changed = []
    for person in Person.objects.filter(pk__in=person_ids).order_by("pk"):
        origin = _origin(touches.get(person.pk))
        if any(getattr(person, name) != value for name, value in origin.items()):
            for name, value in origin.items():
                setattr(person, name, value)
            changed.append(person)
    # One CASE per field and row: without a limit its cost grows with the square of the people.
    names = [name.removesuffix("_id") for name in _FIELDS]
    Person.objects.bulk_update(changed, names, batch_size=100)
    return len(changed)


def note_touched(identity_ids: Collection[UUID], *, cause: str, now: datetime) -> None:
    """Refresh the origins of these identities' people and note that their journeys changed."""
    people = set(Identity.objects.filter(pk__in=identity_ids).values_list("person_id", flat=True))
    mark_touches(people)
    refresh_origins(people)
    note_changes(subject=PendingChange.Subject.PERSON, ids=sorted(people), cause=cause, now=now)


def _earliest_touches(person_ids: Iterable[UUID]) -> dict[UUID, Touchpoint]:
    order = ("identity__person_id", "occurred_at", "evidence_grade", "source_priority", "id")
    touches = (
        Touchpoint.objects.eligible()
        .filter(identity__person__in=person_ids)
        .select_related("identity")
        .order_by(*order)
        .distinct("identity__person_id")
    )
    return {touch.identity.person_id: touch for touch in touches if touch.identity}


def _origin(touch: Touchpoint | None) -> dict[str, object]:
    if touch is None:
        blank: dict[str, object] = {f"original_{name}": "" for name in _UTM}
        return blank | dict.fromkeys(_FIELDS[:4])
    return {
        "originated_at": touch.occurred_at,
        "original_channel_id": touch.channel_id,
        "original_campaign_id": touch.campaign_id,
        "original_send_id": touch.send_id,
        **{f"original_{name}": getattr(touch, name) for name in _UTM},
    }
