"""Poking the worker: after the commit, and never in the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from config.celery import app
from crm_sync.doorbell import ring
from crm_sync.models import SyncRun
from tests.crm_sync.builders import NOW, a_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def _eager_worker() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("_eager_worker")
def test_a_ring_runs_the_due_syncs_once_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    a_connection(next_sync_at=NOW)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        ring()
        assert not SyncRun.objects.exists()

    assert SyncRun.objects.get().trigger == "schedule"
