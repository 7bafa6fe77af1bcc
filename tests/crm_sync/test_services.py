"""Syncing a connection as a whole: status, schedule, refusals, retries."""

from datetime import timedelta

import pytest

from crm_sync.leases import take_lease
from crm_sync.models import Connection, Deal, SyncProblem, SyncRun, WriteBack
from crm_sync.providers.base import ProviderNotSyncableError
from crm_sync.sandbox.server import Sandbox
from crm_sync.services import (
    LONGEST_BACKOFF,
    ConnectionBusyError,
    ProblemNotRetryableError,
    request_sync,
    retry_problem,
    sync_connection,
    sync_due,
)
from tests.crm_sync.builders import a_connection, a_run
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_sync,
    a_synced_connection,
    seed_account,
    seed_deal,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LIMIT = timedelta(minutes=5)


def reloaded(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def test_a_success_plans_the_next_sync_and_gives_the_lease_back(crm: Sandbox) -> None:
    connection = a_synced_connection(crm, sync_minutes=15)
    run = a_sync(connection)
    stored = reloaded(connection)
    assert run.finished_at is not None
    assert (stored.synced_at, stored.next_sync_at) == (
        run.finished_at, run.finished_at + 15 * MINUTE,
    )  # fmt: skip
    assert (stored.lease_token, stored.leased_until) == (None, None)


def test_each_failure_in_a_row_waits_longer_up_to_a_limit(crm: Sandbox) -> None:
    crm.misbehave(status=401, times=1000)
    connection = a_synced_connection(crm, sync_minutes=10)
    waits = []
    for _ in range(8):
        run = a_sync(connection)
        assert run.finished_at is not None
        assert connection.next_sync_at is not None
        waits.append(connection.next_sync_at - run.finished_at)
    assert waits[:4] == [20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 160 * MINUTE]
    assert max(waits) == waits[-1] == LONGEST_BACKOFF
    assert reloaded(connection).synced_at is None


def test_a_busy_connection_is_refused(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    take_lease(connection=connection, now=NOW)
    with pytest.raises(ConnectionBusyError, match="being synced already"):
        a_sync(connection)
    assert not connection.runs.exists()


def test_a_file_connection_is_refused() -> None:
    with pytest.raises(ProviderNotSyncableError, match="importing files"):
        sync_connection(connection=a_connection(provider="csv_file"), trigger="manual", now=NOW)


def test_a_connection_without_a_token_fails_visibly() -> None:
    run = sync_connection(connection=a_connection(), trigger="manual", now=NOW)
    assert (run.status, run.error) == ("failed", "This connection has no access token yet.")


def test_the_run_of_a_dead_process_is_closed_by_the_next(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    dead = a_run(connection, status=SyncRun.Status.RUNNING)
    a_sync(connection)
    dead.refresh_from_db()
    assert (dead.status, "stopped before its end" in dead.error) == ("failed", True)


def test_origins_are_queued_only_where_that_is_switched_on(crm: Sandbox) -> None:
    seed_account(crm)
    a_sync(a_synced_connection(crm, writes_back=False))
    assert not WriteBack.objects.exists()


def test_what_is_due_is_synced(crm: Sandbox) -> None:
    due = a_synced_connection(crm)
    a_synced_connection(crm, slug="later", next_sync_at=NOW + MINUTE)
    a_synced_connection(crm, slug="off", is_active=False)
    assert sync_due(now=NOW, time_limit=LIMIT) == 1
    assert [run.connection for run in SyncRun.objects.all()] == [due]
    assert SyncRun.objects.get().trigger == SyncRun.Trigger.SCHEDULE


def test_sweeping_twice_syncs_once(crm: Sandbox) -> None:
    a_synced_connection(crm)
    assert [sync_due(now=NOW, time_limit=LIMIT) for _ in range(2)] == [1, 0]


def test_a_sync_that_was_asked_for_during_a_sync_is_done_too(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    asked_at = NOW + MINUTE

    def ask(run: SyncRun) -> None:
        request_sync(connection=reloaded(connection), now=asked_at)

    a_sync(connection, progress=ask)
    assert (reloaded(connection).next_sync_at, connection.next_sync_at) == (asked_at, asked_at)


def test_a_failing_connection_does_not_keep_the_others_waiting(crm: Sandbox) -> None:
    a_synced_connection(crm, slug="broken", secret="", next_sync_at=NOW - MINUTE)
    a_synced_connection(crm, slug="fine")
    assert sync_due(now=NOW, time_limit=LIMIT) == 2
    assert {run.connection.slug: run.status for run in SyncRun.objects.all()} == {
        "broken": "failed", "fine": "succeeded",
    }  # fmt: skip


def test_an_unforeseen_error_does_not_keep_the_others_waiting(crm: Sandbox) -> None:
    a_synced_connection(
        crm, slug="odd", next_sync_at=NOW - MINUTE, settings=["not", "a", "mapping"]
    )
    a_synced_connection(crm, slug="fine")
    assert sync_due(now=NOW, time_limit=LIMIT) == 1
    odd = SyncRun.objects.get(connection__slug="odd")
    assert (odd.status, odd.error) == ("failed", "The sync stopped unexpectedly.")
    assert not Connection.objects.due(now=NOW).exists()


def test_no_connection_is_begun_when_the_time_is_up(crm: Sandbox) -> None:
    a_synced_connection(crm)
    assert sync_due(now=NOW, time_limit=timedelta(0)) == 0


def test_a_requested_sync_is_due_at_once() -> None:
    connection = a_connection()
    request_sync(connection=connection, now=NOW)
    assert Connection.objects.due(now=NOW).get() == connection


def test_a_requested_sync_sees_what_was_just_deleted(crm: Sandbox) -> None:
    seed_deal(crm)
    connection = a_synced_connection(crm)
    sync_due(now=NOW, time_limit=LIMIT)
    crm.store.archive("deals", "31")
    request_sync(connection=connection, now=NOW + MINUTE)
    sync_due(now=NOW + MINUTE, time_limit=LIMIT)
    assert not Deal.objects.present().exists()


def test_a_file_connection_cannot_be_requested() -> None:
    with pytest.raises(ProviderNotSyncableError):
        request_sync(connection=a_connection(provider="csv_file"), now=NOW)


def test_a_retried_problem_is_solved_by_the_next_sync(crm: Sandbox) -> None:
    seed_deal(crm, deal_currency_code="dollars")
    connection = a_synced_connection(crm)
    a_sync(connection)
    problem = SyncProblem.objects.get(external_id="31")
    with crm.store.lock:
        crm.store.objects["deals"]["31"].properties["deal_currency_code"] = "USD"
    retry_problem(problem=problem, now=NOW)
    assert sync_due(now=NOW, time_limit=LIMIT) == 1
    problem.refresh_from_db()
    assert problem.resolved_at is not None


@pytest.mark.parametrize(
    ("provider", "object_type"), [("csv_file", "deals"), ("hubspot", "connection")]
)
def test_other_problems_cannot_be_retried(provider: str, object_type: str) -> None:
    connection = a_connection(provider=provider)
    problem = SyncProblem.objects.create(
        connection=connection, run=a_run(connection), severity="error", object_type=object_type,
        external_id="1", code="bad-date", message="…", first_seen_at=NOW, latest_seen_at=NOW,
    )  # fmt: skip
    with pytest.raises(ProblemNotRetryableError):
        retry_problem(problem=problem, now=NOW)
