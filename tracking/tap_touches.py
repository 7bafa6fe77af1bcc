"""Makes the touches of taps: names their people, keeps who came first, tells who settles credit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tracking.changes import note_changes
from tracking.exclusion_marks import mark_touches
from tracking.identity import JoinRequest, join_all
from tracking.models import Identity, IdentityEdge, PendingChange
from tracking.origins import refresh_origins
from tracking.pipeline import Tap, click_value
from tracking.recipients import name_recipients
from tracking.tap_facts import load_click_identities, load_tapped_identities
from tracking.tap_rows import (
    earliest_taps,
    insert_touches,
    name_touch_of_events,
    origin_fields,
    set_earlier_origins,
)


def make_tap_touches(taps: Sequence[Tap], *, now: datetime) -> list[Tap]:
    """Write a touch for each tap; return those by which recipients came to be counted.

    Their clicks must be written by now. Call inside a transaction.
    """
    _name_people(taps, now=now)
    first_taps = _first_taps(taps)
    insert_touches(taps)
    name_touch_of_events([tap.record.click_id for tap in taps if tap.is_confirmed])
    _tell_of_people(taps, now=now)
    return first_taps


def _first_taps(touches: Sequence[Tap]) -> list[Tap]:
    """Return the taps by which recipients come to be among those who tapped.

    A recipient who was forgotten since (neither number nor mailbox) was counted before.
    """
    first: dict[UUID, Tap] = {}
    for tap in touches:
        if tap.identity_id and tap.recipient and (tap.recipient.phone or tap.recipient.email):
            first.setdefault(tap.identity_id, tap)
    counted = load_tapped_identities(first)
    return [tap for identity_id, tap in first.items() if identity_id not in counted]


def _name_people(touches: Sequence[Tap], *, now: datetime) -> None:
    """Give each touch the identity it is known by: its recipient's, or the reported click's."""
    by_click = load_click_identities([tap.record.click_id for tap in touches if tap.is_confirmed])
    recipients = {tap.recipient.id: tap.recipient for tap in touches if tap.recipient}
    first = earliest_taps((tap.recipient.id, tap) for tap in touches if tap.recipient)
    by_recipient = name_recipients(
        list(recipients.values()),
        origins={recipient_id: origin_fields(tap) for recipient_id, tap in first.items()},
        now=now,
    )
    carried: dict[UUID, tuple[UUID, Tap]] = {}
    for tap in touches:
        click_identity = by_click.get(tap.record.click_id)
        tap.identity_id = by_recipient[tap.recipient.id] if tap.recipient else click_identity
        if tap.recipient and tap.identity_id and click_identity:
            carried[click_identity] = (tap.identity_id, tap)
    _join_carried(carried, now=now)


def _join_carried(carried: Mapping[UUID, tuple[UUID, Tap]], *, now: datetime) -> None:
    """Tie the reported click ids of recipients' taps to the recipients."""
    ends = {*carried, *(recipient for recipient, _ in carried.values())}
    identities = Identity.objects.in_bulk(list(ends)) if ends else {}
    join_all(
        [
            JoinRequest(
                identities[click],
                identities[recipient],
                IdentityEdge.Kind.CLICK_ID,
                click_value(tap),
            )
            for click, (recipient, tap) in carried.items()
        ],
        now=now,
    )


def _tell_of_people(touches: Sequence[Tap], *, now: datetime) -> None:
    """Bring the origins of the people concerned up to date and note that their journeys grew."""
    identity_ids = {tap.identity_id for tap in touches if tap.identity_id}
    if not identity_ids:
        return
    people: dict[UUID, UUID] = dict(
        Identity.objects.filter(pk__in=identity_ids).values_list("pk", "person_id")
    )
    set_earlier_origins(
        earliest_taps((people[tap.identity_id], tap) for tap in touches if tap.identity_id)
    )
    refresh_origins(mark_touches(set(people.values())))
    note_changes(
        subject=PendingChange.Subject.PERSON,
        ids=sorted(set(people.values())),
        cause="late_touch",
        now=now,
    )
