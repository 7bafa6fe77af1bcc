"""Alive, ready, and what Prometheus reads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config import health
from crm_sync.models import Connection
from tests.tracking.click_builders import a_journal, a_line
from tracking.journal import SUFFIX
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db


def test_alive_without_asking_anything(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok"


def test_ready_when_every_part_answers() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "parts": {name: {"ok": True} for name in ("database", "broker", "journal", "crm_sync")},
    }


def test_a_part_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError

    monkeypatch.setitem(health.PROBES, "broker", fail)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["broker"] == {"ok": False, "problem": "OSError"}


def test_a_long_journal_asks_for_the_reader(settings: Settings, tmp_path: Path) -> None:
    settings.JOURNAL_DIR = tmp_path
    settings.JOURNAL_MAX_BYTES = 1000
    with (tmp_path / f"1-web{SUFFIX}").open("wb") as journal:
        journal.truncate(1001)
    problem = Client().get("/readyz").json()["parts"]["journal"]["problem"]
    assert "consume_clicks" in problem


def test_a_tap_that_waits_too_long_asks_for_the_reader(settings: Settings, tmp_path: Path) -> None:
    settings.JOURNAL_DIR = tmp_path
    a_journal(tmp_path).write(a_line())
    settings.JOURNAL_MAX_LAG_SECONDS = 1
    problem = Client().get("/readyz").json()["parts"]["journal"]["problem"]
    assert "JOURNAL_MAX_LAG_SECONDS" in problem


def test_a_sync_that_is_long_overdue_asks_for_the_scheduler() -> None:
    now = datetime.now(UTC)
    Connection.objects.create(
        slug="crm",
        name="Our CRM",
        provider="hubspot",
        sync_minutes=10,
        synced_at=now - timedelta(hours=3),
        next_sync_at=now - timedelta(hours=2),
    )
    problem = Client().get("/readyz").json()["parts"]["crm_sync"]["problem"]
    assert problem.startswith("Our CRM was due")


def test_the_metrics_count_what_waits() -> None:
    PendingChange.objects.create(
        subject="deal", subject_id=PendingChange().pk, cause="rate", noted_at=datetime.now(UTC)
    )
    text = Client().get("/metrics").content.decode()
    assert "textrail_pending_changes 1\n" in text
    for name in ("backlog_bytes", "lag_seconds", "files", "free_bytes"):
        assert f"# TYPE textrail_journal_{name} gauge" in text
