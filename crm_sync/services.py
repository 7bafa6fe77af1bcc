"""The use cases around a CRM connection: set it up, try it, sync it, try a record again."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from crm_sync.connections import (
    AddressNotAllowedError,
    ConnectionExistsError,
    create_connection,
    open_connection,
    set_secret,
    test_connection,
)
from crm_sync.engine import OutOfTimeError, Progress, SyncPass, ask_for_deletions
from crm_sync.leases import ConnectionBusyError, LeaseLostError, take_lease
from crm_sync.models import Connection, SyncProblem, SyncRun
from crm_sync.problems import FoundProblem, note_problems
from crm_sync.providers.base import (
    PROVIDERS,
    ApiError,
    ErrorCategory,
    ProviderNotSyncableError,
)
from crm_sync.write_backs import enqueue_write_backs
from links.clock import Clock
from links.secrets import UnreadableSecretError

__all__ = [
    "AddressNotAllowedError",
    "ConnectionBusyError",
    "ConnectionExistsError",
    "ProblemNotRetryableError",
    "ProviderNotSyncableError",
    "create_connection",
    "open_connection",
    "request_sync",
    "retry_problem",
    "set_secret",
    "sync_connection",
    "sync_due",
    "test_connection",
]

logger = logging.getLogger(__name__)

LONGEST_BACKOFF = timedelta(hours=6)
CONNECTION_TYPE = "connection"


class ProblemNotRetryableError(Exception):
    """Trying again cannot help: the record comes from a file, or is not read one by one."""


def request_sync(*, connection: Connection, now: datetime) -> None:
    """Make a connection due now; the scheduler or a poked worker takes it from there.

    Asked for by a person, that sync looks for deletions too, however short ago it last did.

    Raises:
        ProviderNotSyncableError: the connection is fed by files.
    """
    if not PROVIDERS[connection.provider].path:
        raise ProviderNotSyncableError(f"{connection.name} is fed by importing files.")
    with transaction.atomic():
        ask_for_deletions(connection)
        connection.next_sync_at = now
        connection.save(update_fields=["next_sync_at"])


def retry_problem(*, problem: SyncProblem, now: datetime) -> None:
    """Have the next sync read the problem's deal again, and make that sync due.

    Raises:
        ProblemNotRetryableError: the problem is not about one deal of a synced CRM.
    """
    connection = problem.connection
    is_known = problem.object_type == "deals" and bool(problem.external_id)
    if not is_known or not PROVIDERS[connection.provider].path:
        raise ProblemNotRetryableError("Correct the record where it comes from; then sync again.")
    problem.is_retryable = True
    problem.save(update_fields=["is_retryable"])
    request_sync(connection=connection, now=now)


def sync_connection(
    *,
    connection: Connection,
    trigger: str,
    now: datetime,
    progress: Progress | None = None,
    time_limit: timedelta | None = None,
) -> SyncRun:
    """Sync a connection once and return the finished run; a failure is told by its status.

    `progress` is called with the run after each page. With a `time_limit` the pass stops
    after it as "finished with problems", and the next one goes on from there.

    Raises:
        ConnectionBusyError: another runner holds the connection's lease.
        ProviderNotSyncableError: the connection is fed by files.
    """
    if not PROVIDERS[connection.provider].path:
        raise ProviderNotSyncableError(f"{connection.name} is fed by importing files.")
    clock = Clock(now)
    lease = take_lease(connection=connection, now=now)
    connection.refresh_from_db(fields=["next_sync_at"])
    run = _start_run(connection, trigger, now)

    def make_pass() -> SyncPass:
        return SyncPass(
            connection=connection, provider=open_connection(connection), run=run, lease=lease,
            clock=clock, progress=progress, time_limit=time_limit,
        )  # fmt: skip

    try:
        _execute(connection, run, clock, make_pass)
    except BaseException:
        _finish(connection, run, clock, SyncRun.Status.FAILED, "The sync stopped unexpectedly.")
        raise
    finally:
        lease.release()
    return run


def sync_due(*, now: datetime, time_limit: timedelta) -> int:
    """Sync every connection whose time has come and that nobody else syncs. Return how many.

    One that was asked for again while it ran is synced again. A connection that fails
    unexpectedly is logged and does not keep the others waiting.
    """
    clock = Clock(now)
    count = 0
    skipped: set[UUID] = set()
    while (left := time_limit - clock.elapsed) > timedelta(0):
        due = Connection.objects.due(now=clock.now()).exclude(pk__in=skipped)
        connection = due.order_by("next_sync_at").first()
        if connection is None:
            break
        try:
            sync_connection(
                connection=connection,
                trigger=SyncRun.Trigger.SCHEDULE,
                now=clock.now(),
                time_limit=left,
            )
            count += 1
        except (ConnectionBusyError, ProviderNotSyncableError):
            skipped.add(connection.pk)
        except Exception:
            logger.exception("Sync of %s stopped unexpectedly", connection.slug)
            skipped.add(connection.pk)
    return count


def _start_run(connection: Connection, trigger: str, now: datetime) -> SyncRun:
    """Open a run, and close those of runners that died: we hold the lease, so they did."""
    connection.runs.filter(status=SyncRun.Status.RUNNING).update(
        status=SyncRun.Status.FAILED,
        finished_at=now,
        error="The sync was stopped before its end. The next one went on from there.",
    )
    return SyncRun.objects.create(connection=connection, trigger=trigger, started_at=now)


def _execute(
    connection: Connection, run: SyncRun, clock: Clock, make_pass: Callable[[], SyncPass]
) -> None:
    """Run a pass and turn every foreseeable end of it into the run's status."""
    status, error = SyncRun.Status.SUCCEEDED, ""
    try:
        make_pass().execute()
        if connection.writes_back:
            enqueue_write_backs(connection=connection, now=clock.now())
        _resolve_connection_problems(connection, clock.now())
        status = SyncRun.Status.PARTIAL if run.problem_count else status
    except OutOfTimeError:
        status, error = SyncRun.Status.PARTIAL, "Stopped after its time; the next sync goes on."
    except LeaseLostError as lost:
        status, error = SyncRun.Status.FAILED, str(lost)
    except (ApiError, UnreadableSecretError) as failure:
        status, error = SyncRun.Status.FAILED, str(failure)
        _note_failure(connection, run, failure, clock.now())
    _finish(connection, run, clock, status, error)


def _finish(
    connection: Connection, run: SyncRun, clock: Clock, status: SyncRun.Status, error: str
) -> None:
    now = clock.now()
    with transaction.atomic():
        run.status, run.error, run.finished_at, run.step = status, error, now, ""
        run.save()
        stored = Connection.objects.select_for_update().get(pk=connection.pk)
        # A sync that was asked for while this one ran is still to be done.
        was_asked_for = stored.next_sync_at != connection.next_sync_at
        connection.next_sync_at = (
            stored.next_sync_at if was_asked_for else _next_sync_at(connection, run, now)
        )
        if status != SyncRun.Status.FAILED and not error:
            connection.synced_at = now
        connection.save(update_fields=["next_sync_at", "synced_at"])


def _next_sync_at(connection: Connection, run: SyncRun, now: datetime) -> datetime:
    """Return when to sync again: as set up, at once if there is more, later and later on failure."""
    interval = timedelta(minutes=max(1, connection.sync_minutes))
    if run.status == SyncRun.Status.PARTIAL and run.error:
        return now
    if run.status != SyncRun.Status.FAILED:
        return now + interval
    failures = 0
    for status in connection.runs.values_list("status", flat=True)[:10]:
        if status != SyncRun.Status.FAILED:
            break
        failures += 1
    return now + max(interval, min(LONGEST_BACKOFF, interval * (1 << failures)))


def _note_failure(connection: Connection, run: SyncRun, failure: Exception, now: datetime) -> None:
    category = getattr(failure, "category", ErrorCategory.CONFIGURATION)
    run.problem_count += 1
    problem = FoundProblem(
        code=f"sync-failed-{category}",
        message=str(failure),
        object_type=CONNECTION_TYPE,
        is_retryable=category is ErrorCategory.RETRYABLE,
    )
    note_problems(connection=connection, run=run, found=[problem], now=now)


def _resolve_connection_problems(connection: Connection, now: datetime) -> None:
    SyncProblem.objects.unresolved().filter(
        connection=connection, object_type=CONNECTION_TYPE
    ).update(resolved_at=now)
