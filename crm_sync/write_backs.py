"""The outbox: a lead's originating campaign, written to properties of the CRM's contact.

A row is the wish that a contact carries these values. Wishes for one contact collapse into one
while they wait. Delivery claims rows with SKIP LOCKED, so that workers share the work; a row
whose worker died is freed after twenty minutes. What the CRM refuses waits for a person.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from crm_sync.connections import open_connection
from crm_sync.http import ApiError
from crm_sync.models import Connection, Contact, WriteBack
from links.secrets import UnreadableSecretError
from tracking.models import Person

STUCK_AFTER = timedelta(minutes=20)
LONGEST_PAUSE = timedelta(hours=6)
_BATCH = 500

Status = WriteBack.Status


class WriteBackNotRefusedError(Exception):
    """Only a delivery that the CRM refused can be asked for again."""


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What a delivery did: written, refused by the CRM, put off until later."""

    written: int = 0
    refused: int = 0
    postponed: int = 0

    def plus(self, status: str) -> "DeliveryCounts":
        """Return the counts with one more delivery that ended so."""
        return DeliveryCounts(
            self.written + (status == Status.WRITTEN),
            self.refused + (status == Status.REFUSED),
            self.postponed + (status == Status.PENDING),
        )


def origin_values(person: Person) -> dict[str, str]:
    """Return the CRM properties that name a person's origin; all of them, empty or not.

    Costs queries unless `original_channel` and `original_campaign` were selected along.
    """
    campaign = person.original_campaign
    channel = person.original_channel
    return {
        "sms_first_campaign": campaign.name if campaign else person.original_utm_campaign,
        "sms_first_channel": channel.name if channel else "",
        "sms_first_touch_at": _wire_time(person.originated_at),
        "sms_utm_source": person.original_utm_source,
        "sms_utm_medium": person.original_utm_medium,
        "sms_utm_campaign": person.original_utm_campaign,
        "sms_utm_content": person.original_utm_content,
        "sms_utm_term": person.original_utm_term,
    }


def enqueue_write_backs(*, connection: Connection, now: datetime) -> int:
    """Ask for a delivery to each contact whose origin is not what was last written.

    Returns how many deliveries were added or changed. A refused one is not repeated until
    the origin changes or a person asks for it.
    """
    contacts = (
        Contact.objects.filter(
            connection=connection,
            deleted_at__isnull=True,
            identity__person__originated_at__isnull=False,
            identity__person__erased_at__isnull=True,
        )
        .select_related("identity__person__original_channel")
        .select_related("identity__person__original_campaign")
        .order_by("pk")
    )
    batches = _batches(contacts.iterator(chunk_size=_BATCH))
    return sum(_enqueue_batch(batch, now) for batch in batches)


@transaction.atomic
def _enqueue_batch(contacts: Sequence[Contact], now: datetime) -> int:
    latest: dict[UUID, WriteBack] = {}
    rows = WriteBack.objects.filter(contact__in=contacts).order_by("pk")
    for row in rows.select_for_update():
        if row.contact_id not in latest or latest[row.contact_id].status != Status.PENDING:
            latest[row.contact_id] = row
    added: list[WriteBack] = []
    changed: list[WriteBack] = []
    for contact in contacts:
        values = origin_values(contact.identity.person)
        standing = latest.get(contact.pk)
        if standing is not None and standing.values == values:
            continue
        if standing is not None and standing.status == Status.PENDING:
            standing.values, standing.next_attempt_at = values, now
            changed.append(standing)
        else:
            added.append(WriteBack(contact=contact, values=values, next_attempt_at=now))
    WriteBack.objects.bulk_create(added, ignore_conflicts=True)
    WriteBack.objects.bulk_update(changed, ["values", "next_attempt_at"])
    return len(added) + len(changed)


def retry_write_back(*, write_back: WriteBack, now: datetime) -> None:
    """Let a refused delivery try again.

    Raises:
        WriteBackNotRefusedError: it was not refused, or a newer delivery waits already.
    """
    with transaction.atomic():
        row = WriteBack.objects.select_for_update().get(pk=write_back.pk)
        if row.status != Status.REFUSED or _has_pending(row):
            raise WriteBackNotRefusedError("This delivery is not waiting for a decision.")
        row.status, row.error, row.attempts, row.next_attempt_at = Status.PENDING, "", 0, now
        row.save(update_fields=["status", "error", "attempts", "next_attempt_at"])


def release_stuck(*, now: datetime) -> int:
    """Free deliveries whose worker began more than twenty minutes ago. Return how many."""
    stuck = WriteBack.objects.filter(status=Status.IN_FLIGHT, started_at__lt=now - STUCK_AFTER)
    with transaction.atomic():
        rows = list(stuck.select_for_update(skip_locked=True))
        for row in rows:
            _put_back(row, "The delivery was interrupted.", now)
    return len(rows)


def deliver_write_backs(*, now: datetime, limit: int = _BATCH) -> DeliveryCounts:
    """Deliver what is due, of active connections that write back. Return what became of it."""
    release_stuck(now=now)
    counts = DeliveryCounts()
    for connection, rows in _by_connection(_claim(now=now, limit=limit)):
        for status in _deliver(connection, rows, now):
            counts = counts.plus(status)
    return counts


@transaction.atomic
def _claim(*, now: datetime, limit: int) -> list[WriteBack]:
    due = (
        WriteBack.objects.due(now=now)
        .filter(contact__connection__is_active=True, contact__connection__writes_back=True)
        .select_related("contact__connection")
        .order_by("next_attempt_at")
    )
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
    for row in rows:
        row.status, row.started_at, row.attempts = Status.IN_FLIGHT, now, row.attempts + 1
    WriteBack.objects.bulk_update(rows, ["status", "started_at", "attempts"])
    return rows


def _deliver(connection: Connection, rows: list[WriteBack], now: datetime) -> list[str]:
    """Write one connection's rows; trouble with the connection puts all of them back."""
    try:
        provider = open_connection(connection)
        provider.prepare_contact_properties()
        verdicts = provider.write_contact_properties(
            {row.contact.external_id: row.values for row in rows}
        )
    except (ApiError, UnreadableSecretError) as error:
        with transaction.atomic():
            return [_put_back(row, str(error), now) for row in rows]
    with transaction.atomic():
        return [_settle(row, verdicts[row.contact.external_id], now) for row in rows]


def _settle(row: WriteBack, refusal: ApiError | None, now: datetime) -> str:
    row.status = Status.REFUSED if refusal else Status.WRITTEN
    row.error = refusal.message if refusal else ""
    row.written_at = None if refusal else now
    row.save(update_fields=["status", "error", "written_at"])
    return row.status


def _put_back(row: WriteBack, reason: str, now: datetime) -> str:
    """Let a row wait again, longer each time; a newer wish for its contact replaces it."""
    row.status, row.error = Status.PENDING, reason
    row.next_attempt_at = now + min(LONGEST_PAUSE, timedelta(minutes=2 ** min(row.attempts, 10)))
    try:
        with transaction.atomic():
            row.save(update_fields=["status", "error", "next_attempt_at"])
    except IntegrityError:
        row.delete()
    return Status.PENDING


def _has_pending(row: WriteBack) -> bool:
    return WriteBack.objects.filter(contact=row.contact_id, status=Status.PENDING).exists()


def _by_connection(rows: Iterable[WriteBack]) -> Iterator[tuple[Connection, list[WriteBack]]]:
    grouped: dict[UUID, tuple[Connection, list[WriteBack]]] = {}
    for row in rows:
        connection = row.contact.connection
        grouped.setdefault(connection.pk, (connection, []))[1].append(row)
    yield from grouped.values()


def _batches(contacts: Iterable[Contact]) -> Iterator[list[Contact]]:
    batch: list[Contact] = []
    for contact in contacts:
        batch.append(contact)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _wire_time(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
