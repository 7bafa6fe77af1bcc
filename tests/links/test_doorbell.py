"""Telling a worker that rows wait for it."""

import pytest
from kombu.exceptions import OperationalError

from links import doorbell
from links.doorbell import ADD_AUDIENCES, ring_on_commit
from links.tasks import add_audiences

pytestmark = pytest.mark.django_db


def test_it_rings_once_the_transaction_is_committed(
    monkeypatch, django_capture_on_commit_callbacks
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell.current_app, "send_task", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit(ADD_AUDIENCES)
        assert rung == []
    assert rung == [ADD_AUDIENCES]


def test_a_dead_broker_is_noted_and_fails_nothing(
    monkeypatch, django_capture_on_commit_callbacks, caplog
) -> None:
    def refuse(task: str) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(doorbell.current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit(ADD_AUDIENCES)
    assert "No broker to poke for links.tasks.add_audiences" in caplog.text


def test_the_task_has_the_name_that_is_rung() -> None:
    assert add_audiences.name == ADD_AUDIENCES
