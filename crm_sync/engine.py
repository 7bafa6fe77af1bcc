"""One pass over a CRM: windows of changes, a checkpoint per page, nothing half-written.

For each kind of record a `SyncCursor` holds the watermark (changes before it are here) and,
while a window is being read, its bounds and the provider's place inside it. A page's rows and
its checkpoint are one transaction, so a pass that breaks off repeats at most one page.

The next watermark is the server's own time from before the first request. A window begins ten
minutes before the watermark, because search indexes lag; taking a record twice changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from django.db import transaction

from crm_sync.deal_rereads import deals_with_other_contacts, refused_deals
from crm_sync.intake import (
    IntakeCounts,
    take_companies,
    take_contacts,
    take_deals,
    take_pipelines,
)
from crm_sync.leases import Lease
from crm_sync.models import Connection, Stage, SyncCursor, SyncRun
from crm_sync.problems import note_gaps, note_problems, resolve_problems
from crm_sync.providers.base import ApiError, Page, Provider, Window
from crm_sync.records import CompanyRecord, ContactRecord, DealRecord
from links.clock import Clock

OVERLAP = timedelta(minutes=10)
DELETIONS_EVERY = timedelta(hours=1)
# The Date header is cut to whole seconds; what changed within its second belongs in the window.
DATE_PRECISION = timedelta(seconds=1)
_DELETIONS = ("deleted_contacts", "deleted_deals")

Progress = Callable[[SyncRun], None]
R = TypeVar("R", CompanyRecord, ContactRecord, DealRecord)
R_contra = TypeVar("R_contra", contravariant=True)


class OutOfTimeError(Exception):
    """The pass used up its time; the next one goes on where it stopped."""


class _Take(Protocol[R_contra]):
    """An intake function, which writes a batch of records."""

    def __call__(
        self, *, connection: Connection, run: SyncRun, records: Sequence[R_contra], now: datetime
    ) -> IntakeCounts: ...


@dataclass(frozen=True, slots=True)
class _Stream(Generic[R]):
    """One kind of record: its cursor's name, what people read, how it is fetched and written."""

    name: str
    label: str
    read: Callable[[Window, str], Iterator[Page[R]]]
    take: _Take[R]

    @property
    def is_of_deletions(self) -> bool:
        return self.name in _DELETIONS


class SyncPass:
    """One pass over a connection. `run` counts; `progress` is called after each page."""

    def __init__(
        self,
        *,
        connection: Connection,
        provider: Provider,
        run: SyncRun,
        lease: Lease,
        clock: Clock,
        progress: Progress | None = None,
        time_limit: timedelta | None = None,
    ) -> None:
        self._connection = connection
        self._provider = provider
        self._run = run
        self._lease = lease
        self._clock = clock
        self._progress = progress
        self._time_limit = time_limit

    def execute(self) -> None:
        """Bring our rows up to date.

        Raises:
            ApiError: the CRM could not be read on; everything up to there is stored.
            LeaseLostError: another runner took over.
            OutOfTimeError: the time limit has passed; the next pass goes on from here.
        """
        self._say("Checking access")
        server_time = self._provider.check_access()
        self._say("Pipelines")
        self._take_pipelines()
        crm = self._provider
        self._sync(_Stream("companies", "Companies", crm.companies, take_companies), server_time)
        self._sync(_Stream("contacts", "Contacts", crm.contacts, take_contacts), server_time)
        self._sync(_Stream("deals", "Deals", crm.deals, take_deals), server_time)
        gone_contacts, gone_deals = _DELETIONS
        self._sync(
            _Stream(gone_contacts, "Deleted contacts", crm.deleted_contacts, take_contacts),
            server_time,
        )
        self._sync(_Stream(gone_deals, "Deleted deals", crm.deleted_deals, take_deals), server_time)
        self._say("Open deals")
        self._reread_deals()
        note_gaps(connection=self._connection, run=self._run, now=self._clock.now())

    def _sync(self, stream: _Stream[R], server_time: datetime) -> None:
        cursor, _ = SyncCursor.objects.get_or_create(
            connection=self._connection, object_type=stream.name
        )
        self._say(stream.label)
        if cursor.checkpoint:
            self._finish_window(stream, cursor)
        if stream.is_of_deletions and not self._are_deletions_due(cursor, server_time):
            return
        starts_at = cursor.watermark_at - OVERLAP if cursor.watermark_at else None
        cursor.checkpoint = {
            "starts_at": starts_at.isoformat() if starts_at else None,
            "ends_at": server_time.isoformat(),
            "place": "",
        }
        self._finish_window(stream, cursor)

    def _are_deletions_due(self, cursor: SyncCursor, server_time: datetime) -> bool:
        """Deletions cost a walk through the whole recycling bin: hourly, or when asked by hand.

        Before the first pass nothing was here, so that nothing can be missing.
        """
        if cursor.watermark_at is None:
            cursor.watermark_at = server_time
            cursor.save(update_fields=["watermark_at"])
            return False
        by_hand = self._run.trigger == SyncRun.Trigger.MANUAL
        return by_hand or server_time - cursor.watermark_at >= DELETIONS_EVERY

    def _finish_window(self, stream: _Stream[R], cursor: SyncCursor) -> None:
        place = cursor.checkpoint["place"]
        try:
            self._read_window(stream, cursor)
        except ApiError as error:
            is_stale = error.status == 400 and place and cursor.checkpoint["place"] == place
            if not is_stale:
                raise
            # The CRM no longer knows the place a broken pass came to: begin the window again.
            cursor.checkpoint["place"] = ""
            self._read_window(stream, cursor)

    def _read_window(self, stream: _Stream[R], cursor: SyncCursor) -> None:
        checkpoint: dict[str, Any] = cursor.checkpoint
        starts_at, ends_at = checkpoint["starts_at"], datetime.fromisoformat(checkpoint["ends_at"])
        window = Window(
            datetime.fromisoformat(starts_at) if starts_at else None, ends_at + DATE_PRECISION
        )
        for page in stream.read(window, checkpoint["place"]):
            with transaction.atomic():
                self._take(page, stream)
                cursor.checkpoint["place"] = page.place
                cursor.save(update_fields=["checkpoint"])
            self._report()
        with transaction.atomic():
            self._lease.renew(now=self._clock.now())
            cursor.watermark_at = ends_at
            cursor.checkpoint = {}
            cursor.save(update_fields=["watermark_at", "checkpoint"])

    def _take(self, page: Page[R], stream: _Stream[R]) -> None:
        """Write a page and its problems. Call inside a transaction."""
        now = self._clock.now()
        self._lease.renew(now=now)
        counts = stream.take(
            connection=self._connection, run=self._run, records=page.records, now=now
        )
        note_problems(connection=self._connection, run=self._run, found=page.problems, now=now)
        self._run.read_count += len(page.records) + len(page.problems)
        self._count(counts)
        self._run.problem_count += len(page.problems)

    def _take_pipelines(self) -> None:
        records = self._provider.pipelines()
        with transaction.atomic():
            now = self._clock.now()
            self._lease.renew(now=now)
            take_pipelines(connection=self._connection, run=self._run, records=records, now=now)
            # A pipeline that is gone keeps its stages, so that its old deals keep their meaning.
            Stage.objects.filter(pipeline__connection=self._connection).exclude(
                pipeline__external_id__in=[record.external_id for record in records]
            ).update(is_archived=True)

    def _reread_deals(self) -> None:
        """Read again the open deals whose contacts changed, and those refused before.

        Adding a contact to a deal does not reliably count as a change of the deal.
        """
        stream = _Stream("deals", "Deals", self._provider.deals, take_deals)
        refused = refused_deals(self._connection)
        moved = deals_with_other_contacts(self._connection, self._provider, self._renew)
        seen: set[str] = set()
        for page in self._provider.deals_by_id(dict.fromkeys([*moved, *refused])):
            with transaction.atomic():
                self._take(page, stream)
            seen |= {record.external_id for record in page.records}
            seen |= {problem.external_id for problem in page.problems}
            self._report()
        resolve_problems(
            connection=self._connection,
            object_type="deals",
            external_ids=[key for key in refused if key not in seen],
            now=self._clock.now(),
        )

    def _renew(self) -> None:
        self._lease.renew(now=self._clock.now())

    def _count(self, counts: IntakeCounts) -> None:
        self._run.created_count += counts.created
        self._run.updated_count += counts.updated
        self._run.unchanged_count += counts.unchanged
        self._run.problem_count += counts.refused

    def _say(self, step: str) -> None:
        self._run.step = step
        self._report()

    def _report(self) -> None:
        """Store the run's counts, tell whoever watches, and stop when the time is up."""
        self._run.save()
        if self._progress is not None:
            self._progress(self._run)
        if self._time_limit is not None and self._clock.elapsed > self._time_limit:
            raise OutOfTimeError


def ask_for_deletions(connection: Connection) -> None:
    """Have the next pass look for deletions, by opening their windows again from where they end."""
    for cursor in connection.cursors.filter(
        object_type__in=_DELETIONS, checkpoint={}, watermark_at__isnull=False
    ):
        ends_at = cursor.watermark_at or connection.created_at
        cursor.checkpoint = {
            "starts_at": (ends_at - OVERLAP).isoformat(),
            "ends_at": ends_at.isoformat(),
            "place": "",
        }
        cursor.save(update_fields=["checkpoint"])
