"""The periodic work: names, and that a poke too many does no harm."""

import pytest

from config.celery import app
from crm_sync.models import Connection, SyncRun
from crm_sync.sandbox.server import Sandbox
from crm_sync.tasks import deliver_write_backs, sync_due_connections
from tests.crm_sync.sandbox_builders import NOW, a_synced_connection, seed_account
from tracking.models import Person

pytestmark = pytest.mark.django_db


def test_the_tasks_have_the_names_of_the_schedule() -> None:
    assert (sync_due_connections.name, deliver_write_backs.name) == (
        "crm_sync.tasks.sync_due_connections",
        "crm_sync.tasks.deliver_write_backs",
    )


def test_the_worker_finds_them() -> None:
    app.loader.import_default_modules()
    assert {sync_due_connections.name, deliver_write_backs.name} <= set(app.tasks)


def test_what_is_due_is_synced_once_however_often_it_is_poked(crm: Sandbox) -> None:
    seed_account(crm)
    a_synced_connection(crm)
    sync_due_connections()
    sync_due_connections()
    assert [run.status for run in SyncRun.objects.all()] == ["succeeded"]


def test_what_a_sync_queued_is_delivered_with_it(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm, writes_back=True)
    sync_due_connections()
    Person.objects.update(originated_at=NOW, original_utm_source="sms")
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOW)
    sync_due_connections()
    assert crm.store.content()["contacts"]["21"]["sms_utm_source"] == "sms"


def test_nothing_to_deliver_is_fine() -> None:
    deliver_write_backs()
