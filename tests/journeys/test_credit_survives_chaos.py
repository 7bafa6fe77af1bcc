"""Facts change in any order while workers are killed: in the end every cent is where it belongs."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from attribution.ledger import hold
from attribution.models import Rebuild
from attribution.reports.query import parse_query
from attribution.reports.reconciliation import build
from attribution.services import (
    join_rebuild,
    settle_changes,
    start_rebuild,
    take_parts,
    verify_ledger,
)
from config.processes import Command, Processes, running
from tests.attribution.chaos import NOW, Change, Company, sums
from tests.journeys.installation import eventually
from tests.tracking.click_builders import database_url

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

_WORKER = ("-m", "celery", "-A", "config", "worker", "--pool", "solo")
_WAITING = """
    SELECT activity.application_name FROM pg_locks held
    JOIN pg_stat_activity activity USING (pid)
    WHERE NOT held.granted AND held.relation = 'attribution_creditbatch'::regclass
"""
KILLS = 4
REBUILT = 1
"""The kill that hits whoever rebuilds; the part it had in hand waits for its lease to end."""


class Workers:
    """Real workers, each known to PostgreSQL by its name, that can be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = 0
        self._running: dict[str, Any] = {}
        self._processes: list[Processes] = []

    def start(self) -> None:
        """Start a worker that does what it is told and nothing by schedule."""
        self._started += 1
        name = f"chaos-{self._started}"
        processes = Processes(
            {
                "DATABASE_URL": database_url(),
                "REDIS_URL": os.environ["REDIS_URL"],
                "VAR_DIR": str(self._folder / name),
                "PGAPPNAME": name,
            }
        )
        options = ("--without-gossip", "--without-mingle", "-n", f"{name}@%h")
        self._running[name] = processes.start(Command("worker", (*_WORKER, *options)))
        self._processes.append(processes)

    def kill(self, name: str) -> None:
        """Kill a worker at once, without a chance to finish anything."""
        worker = self._running.pop(name)
        worker.kill()
        worker.wait()

    def stop(self) -> None:
        """Stop those that live."""
        for processes in self._processes:
            processes.stop()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(tmp_path)
    with running():
        for _ in range(2):
            workers.start()
        yield workers
        workers.stop()


@contextmanager
def no_batch_is_written() -> Iterator[None]:
    """Let whoever posts come as far as its batch, and no further."""
    with psycopg.connect(database_url()) as blocker:
        blocker.execute("LOCK TABLE attribution_creditbatch IN SHARE MODE")
        yield
        blocker.rollback()


def whoever_waits() -> str:
    """Return the name of a worker that has claimed its work and waits to write its batch."""
    found: list[str] = []

    def is_seen() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            found.extend(name for (name,) in cursor.fetchall() if name.startswith("chaos-"))
        return bool(found)

    eventually(is_seen)
    return found[0]


def kill_in_the_middle(workers: Workers, company: Company, *, number: int) -> None:
    """Give work, wait until a worker is in the middle of it, and kill it."""
    with ExitStack() as stack:
        with transaction.atomic():
            hold()  # nobody is writing a batch, so that the table can be locked
            if number == REBUILT:
                start_rebuild(now=NOW)
            company.new_deal(f"new-{number}")
            stack.enter_context(no_batch_is_written())
        workers.kill(whoever_waits())
    workers.start()


def finish() -> None:
    """Do in this process what killed workers left."""
    while settle_changes(now=NOW):
        pass
    later = timezone.now() + timedelta(days=1)  # the leases of the killed have ended
    if Rebuild.objects.filter(state=Rebuild.State.RUNNING).exists():
        take_parts(join_rebuild(now=later), clock=lambda: later)
    while settle_changes(now=later):
        pass


def in_order(changes: list[Change], seed: int) -> list[Change]:
    shuffled = list(changes)
    Random(seed).shuffle(shuffled)
    return shuffled


def undisturbed(seed: int) -> dict[Any, Any]:
    """Return the sums of the same changes in another order, without workers; it leaves no trace."""
    with transaction.atomic():
        company = Company(seed=1)
        for change in in_order(company.changes(), seed):
            change()
            if Random(seed).random() < 0.3:
                settle_changes(now=NOW)
        for number in range(KILLS):
            company.new_deal(f"new-{number}")
        finish()
        found = sums()
        transaction.set_rollback(True)
    return found


def test_the_same_changes_end_in_the_same_sums_though_workers_are_killed(
    workers: Workers, request: pytest.FixtureRequest
) -> None:
    expected = undisturbed(seed=2)
    assert undisturbed(seed=3) == expected

    company = Company(seed=1)
    changes = in_order(company.changes(), seed=request.config.getoption("chaos_seed"))
    size = len(changes) // KILLS + 1
    for number in range(KILLS):
        for change in changes[number * size : (number + 1) * size]:
            change()
        kill_in_the_middle(workers, company, number=number)
    workers.stop()
    with transaction.atomic():
        hold()  # whoever was killed has let go
    finish()

    assert sums() == expected
    assert verify_ledger() == []
    statements = build(parse_query({}, time_zone=ZoneInfo("UTC")), now=NOW).statements
    assert {one.goal for one in statements} == {"lead", "opportunity", "win", "refund"}
    assert [one.difference.amount_minor for one in statements] == [0] * len(statements)
    assert [one.difference.count_micro for one in statements] == [0] * len(statements)
