"""How a connection fares, in a word."""

import pytest

from crm_sync.health import health_of, with_health
from crm_sync.models import Connection, SyncProblem, SyncRun
from crm_sync.problems import FoundProblem, note_problems
from tests.crm_sync.builders import NOW, a_connection, a_run

pytestmark = pytest.mark.django_db


def health() -> str:
    return health_of(with_health(Connection.objects.all()).get())


def a_finished_run_with(*severities: str) -> SyncRun:
    run = a_run(a_connection(), status=SyncRun.Status.SUCCEEDED)
    found = [
        FoundProblem("odd", "Odd", external_id=severity, severity=severity)
        for severity in severities
    ]
    note_problems(connection=run.connection, run=run, found=found, now=NOW)
    return run


def test_a_record_that_was_not_imported_is_a_problem() -> None:
    a_finished_run_with("error", "warning")

    assert health() == "Problems"


def test_a_gap_alone_is_an_incomplete_record() -> None:
    a_finished_run_with("warning")

    assert health() == "Incomplete records"


def test_what_was_put_right_does_not_count() -> None:
    a_finished_run_with("error")
    SyncProblem.objects.update(resolved_at=NOW)

    assert health() == "Healthy"


def test_the_newest_run_decides() -> None:
    run = a_finished_run_with()
    a_run(run.connection, status=SyncRun.Status.FAILED, started_at=NOW.replace(year=2027))

    assert health() == "Failing"
