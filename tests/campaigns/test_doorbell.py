"""Telling a worker that rows wait for it: after the commit, once, and never in the way."""

from typing import Any

import pytest
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from attribution.tasks import settle_changes
from campaigns import doorbell
from campaigns.doorbell import (
    ADD_AUDIENCES,
    CHECK,
    DELIVER,
    SETTLE,
    SYNC,
    hear,
    ring_on_commit,
    ring_once_on_commit,
)
from crm_sync.tasks import sync_due_connections
from links.tasks import add_audiences, deliver_webhooks, recheck_live_links

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(doorbell.current_app, "send_task", heard.append)
    return heard


def test_it_rings_once_the_transaction_is_committed(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit(ADD_AUDIENCES)
        assert rung == []
    assert rung == [ADD_AUDIENCES]


def test_many_rings_before_anybody_hears_are_one(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            ring_once_on_commit(SETTLE)
            ring_once_on_commit(SETTLE)
    assert rung == [SETTLE]


def test_a_ring_after_the_work_began_is_rung_anew(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ring_once_on_commit(SETTLE)
    hear(SETTLE)
    with django_capture_on_commit_callbacks(execute=True):
        ring_once_on_commit(SETTLE)
    assert rung == [SETTLE, SETTLE]


def test_one_task_is_rung_while_another_waits(
    rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ring_once_on_commit(SETTLE)
        ring_once_on_commit(SYNC)
    assert rung == [SETTLE, SYNC]


def test_a_dead_broker_is_noted_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    def refuse(task: str) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(doorbell.current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit(ADD_AUDIENCES)
    assert "No broker to poke for links.tasks.add_audiences" in caplog.text


def test_a_dead_cache_is_noted_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch,
    rung: list[str],
    django_capture_on_commit_callbacks: Any,
    caplog: Any,
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RedisConnectionError("no cache")

    monkeypatch.setattr(cache, "add", refuse)
    monkeypatch.setattr(cache, "delete", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        ring_once_on_commit(SETTLE)
    hear(SETTLE)
    assert rung == []
    assert "No broker to poke for attribution.tasks.settle_changes" in caplog.text


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (add_audiences, ADD_AUDIENCES),
        (recheck_live_links, CHECK),
        (deliver_webhooks, DELIVER),
        (sync_due_connections, SYNC),
        (settle_changes, SETTLE),
    ],
)
def test_the_tasks_have_the_names_that_are_rung(task: Any, name: str) -> None:
    assert task.name == name
