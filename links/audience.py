"""Uploads an audience: one recipient link per phone number, in batches of constant memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from campaigns.models import Send, Suppression
from campaigns.phone_numbers import InvalidPhoneError, hash_phone, normalise_phone
from campaigns.public_ids import new_id
from links.codes import random_suffixes
from links.models import Link, RecipientLink
from links.version_split import NoSharesError, VersionSplit

BATCH_SIZE = 5000
_SUFFIX_ATTEMPTS = 10
_LENGTHS = {"email": 254, "external_id": 120, "name": 120}

Row = Mapping[str, str]


class AudienceClosedError(ValueError):
    """The send is over, nobody can be added to it."""


class NoLinkForAudienceError(ValueError):
    """The send has no message with a link that recipients could get."""


class RowStatus(StrEnum):
    """What became of one row."""

    NEW = "new"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    OPTED_OUT = "opted-out"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row, counted from 1 without the heading."""

    row: int
    status: RowStatus
    message: str = ""


@dataclass(slots=True)
class UploadResult:
    """How many rows were new, duplicate, invalid or opted out, and each row where kept."""

    counts: Counter[RowStatus] = field(default_factory=Counter)
    results: list[RowResult] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows were read."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Person:
    row: int
    phone: str
    phone_hash: str
    link_id: UUID
    details: tuple[str, str, str]


class _RowError(ValueError):
    """A row cannot become a recipient."""


def upload_recipients(
    *,
    send: Send,
    rows: Iterable[Row],
    now: datetime,
    on_batch: Callable[[list[RowResult]], None] | None = None,
) -> UploadResult:
    """Give every row's phone number its own link of the send: all rows or, on an error, none.

    Rows have `phone` and may have `email`, `external_id` and `name`. Results come in the
    rows' order: to `on_batch` where given, so that a million rows need no memory, else in
    the answer. `version_split` says who gets which version; whoever has a link keeps it.

    Raises:
        AudienceClosedError: the send is done or cancelled.
        NoLinkForAudienceError: no message of the send has a link.
    """
    if send.status in {Send.Status.DONE, Send.Status.CANCELLED}:
        raise AudienceClosedError(f"“{send.name}” is {send.get_status_display().lower()}.")
    versions = _Versions(send)
    upload = UploadResult()
    with transaction.atomic():
        for batch in _batches(rows):
            results = _upload_batch(batch, send=send, versions=versions, now=now)
            upload.counts.update(result.status for result in results)
            (on_batch or upload.results.extend)(results)
    return upload


class _Versions:
    """The links of the versions still handed out, and who gets which."""

    def __init__(self, send: Send) -> None:
        current = Link.objects.of_current_versions(send)
        rows = list(current.values_list("message__utm_content", "message__share", "pk"))
        self._links: dict[str, UUID] = {name: pk for name, _, pk in rows}
        try:
            self._split = VersionSplit(send.pk, {name: share for name, share, _ in rows})
        except NoSharesError as error:
            raise NoLinkForAudienceError(
                f"“{send.name}” has no message with a short link yet: save it with a message first."
            ) from error

    def choose(self, phone_hash: str) -> UUID:
        """Return the link of the version that a phone's keyed hash gets."""
        return self._links[self._split.choose(phone_hash)]


def _batches(rows: Iterable[Row]) -> Iterator[list[tuple[int, Row]]]:
    numbered = enumerate(rows, start=1)
    while batch := list(islice(numbered, BATCH_SIZE)):
        yield batch


def _upload_batch(
    batch: list[tuple[int, Row]], *, send: Send, versions: _Versions, now: datetime
) -> list[RowResult]:
    results: dict[int, RowResult] = {}
    people: dict[str, _Person] = {}
    for number, row in batch:
        try:
            person = _read(number, row, versions)
        except (_RowError, InvalidPhoneError) as error:
            results[number] = RowResult(number, RowStatus.INVALID, str(error))
            continue
        if person.phone_hash in people:
            first = people[person.phone_hash].row
            results[number] = RowResult(number, RowStatus.DUPLICATE, f"Same number as row {first}.")
        else:
            people[person.phone_hash] = person
    for status, message, hashes in (
        (RowStatus.OPTED_OUT, "This number has opted out.", _suppressed(people)),
        (RowStatus.DUPLICATE, "Already in this send's audience.", _present(people, send)),
    ):
        for phone_hash in hashes & people.keys():
            row_number = people.pop(phone_hash).row
            results[row_number] = RowResult(row_number, status, message)
    results.update(_store(people, send=send, now=now))
    return [results[number] for number, _ in batch]


def _read(number: int, row: Row, versions: _Versions) -> _Person:
    phone = normalise_phone((row.get("phone") or "").strip())
    details = []
    for name, length in _LENGTHS.items():
        value = (row.get(name) or "").strip().replace("\0", "")
        if len(value) > length:
            raise _RowError(f"{name} is longer than {length} characters.")
        details.append(value)
    if details[0] and "@" not in details[0]:
        raise _RowError(f"“{details[0][:40]}” is not an e-mail address.")
    phone_hash = hash_phone(phone, settings.HASH_KEY)
    email, external_id, name = details
    return _Person(
        number, phone, phone_hash, versions.choose(phone_hash), (email.lower(), external_id, name)
    )


def _suppressed(people: Mapping[str, _Person]) -> set[str]:
    rows = Suppression.objects.filter(phone_hash__in=people)
    return set(rows.values_list("phone_hash", flat=True))


def _present(people: Mapping[str, _Person], send: Send) -> set[str]:
    rows = RecipientLink.objects.filter(link__send=send, phone_hash__in=people)
    return set(rows.values_list("phone_hash", flat=True))


def _store(people: dict[str, _Person], *, send: Send, now: datetime) -> dict[int, RowResult]:
    """Write the people; a suffix that is taken is drawn again."""
    results = {person.row: RowResult(person.row, RowStatus.NEW) for person in people.values()}
    missing = people
    for _ in range(_SUFFIX_ATTEMPTS):
        if not missing:
            return results
        written = _copy(list(missing.values()), now)
        missing = {key: person for key, person in missing.items() if key not in written}
        for phone_hash in _present(missing, send):  # another upload was faster
            row = missing.pop(phone_hash).row
            results[row] = RowResult(row, RowStatus.DUPLICATE, "Already in this send's audience.")
    raise NoLinkForAudienceError("No free recipient codes were found.")


def _copy(people: Sequence[_Person], now: datetime) -> set[str]:
    """COPY into a staging table and take over what collides with nothing; return the hashes.

    Five times as fast as `bulk_create`, which cannot say either which rows it left out.
    """
    columns = "id, link_id, suffix, phone, phone_hash, email, external_id, name, created_at"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS links_staged_recipient"
            " (LIKE links_recipientlink) ON COMMIT DROP"
        )
        cursor.execute("TRUNCATE links_staged_recipient")
        with cursor.copy(f"COPY links_staged_recipient ({columns}) FROM STDIN") as copy:
            suffixes = random_suffixes(len(people))
            for person, suffix in zip(people, suffixes, strict=True):
                copy.write_row(
                    (
                        new_id(), person.link_id, suffix, person.phone, person.phone_hash,
                        *person.details, now,
                    )
                )  # fmt: skip
        cursor.execute(
            f"INSERT INTO links_recipientlink ({columns})"  # noqa: S608  (our own names)
            f" SELECT {columns} FROM links_staged_recipient ORDER BY phone_hash"
            " ON CONFLICT DO NOTHING RETURNING phone_hash"
        )
        return {phone_hash for (phone_hash,) in cursor.fetchall()}
