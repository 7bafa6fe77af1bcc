"""The background tasks do all that waits, and doing it twice changes nothing."""

from typing import Any

import pytest

from attribution import tasks
from attribution.models import CreditBatch, CreditEntry, Finding, Rebuild
from attribution.rebuilding import start_rebuild
from config.schedule import TABLE
from tests.attribution.builders import NOW, a_deal
from tests.attribution.kept_reports import a_schedule
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db


def test_settling_goes_on_until_nothing_waits() -> None:
    for _ in range(3):
        a_deal(won=1)
    tasks.settle_changes()

    assert not PendingChange.objects.exists()
    assert CreditEntry.objects.exists()


def test_settling_twice_leaves_the_same_rows() -> None:
    a_deal(won=1)
    tasks.settle_changes()
    before = list(CreditBatch.objects.values_list("hash", flat=True))
    tasks.settle_changes()

    assert list(CreditBatch.objects.values_list("hash", flat=True)) == before


def test_findings_are_looked_for() -> None:
    a_deal(won=1)
    tasks.settle_changes()
    tasks.refresh_findings()

    assert Finding.objects.open().filter(code="unattributed_no_contacts").exists()


def test_due_reports_are_mailed_once(mailoutbox: Any, settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com:25"
    a_schedule(next_due_at=NOW)
    tasks.send_due_reports()
    tasks.send_due_reports()

    assert len(mailoutbox) == 1


def test_a_worker_does_the_parts_of_a_rebuild() -> None:
    a_deal(won=1)
    rebuild = start_rebuild(now=NOW)
    tasks.work_on_rebuild(limit=0)
    rebuild.refresh_from_db()
    assert rebuild.state == Rebuild.State.RUNNING

    for _ in range(2):
        tasks.work_on_rebuild()
    rebuild.refresh_from_db()
    assert rebuild.state == Rebuild.State.DONE
    assert CreditEntry.objects.count() == 12


def test_tasks_are_registered_under_the_names_of_the_schedule() -> None:
    ours = {entry.task for entry in TABLE if entry.task.startswith("attribution.")}

    assert ours == {
        tasks.fit_rules.name,
        tasks.refresh_findings.name,
        tasks.settle_changes.name,
        tasks.send_due_reports.name,
        tasks.work_on_rebuild.name,
    }


def test_fitting_without_data_driven_rules_changes_nothing() -> None:
    tasks.fit_rules()
    assert not CreditBatch.objects.exists()
