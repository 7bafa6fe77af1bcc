"""The resolver's own threads, with committed rows, real Redis and none."""

import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from links.changes import announce_on_commit
from links.live_resolver import LiveResolver
from links.models import Domain, Link, RemovedLink
from tests.links.builders import make_link


@pytest.fixture(autouse=True)
def _committed_rows(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Let rows be committed, for the resolver's threads to see, and take them away again.

    A transactional test would empty every table afterwards, the seeded ones included.
    """
    with django_db_blocker.unblock():
        yield
        for model in (Link, Domain, RemovedLink):
            model.objects.all().delete()
        connection.close()


@pytest.fixture
def live() -> Iterator[LiveResolver]:
    resolver = LiveResolver()
    resolver.start()
    yield resolver
    resolver.stop()


def eventually(fact: Callable[[], bool]) -> bool:
    """Wait, generously, until something is so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.02)
    return False


def test_a_new_link_arrives_by_the_message(monkeypatch, request) -> None:
    monkeypatch.setattr("links.live_resolver.SWEEP_SECONDS", 3600)
    live = request.getfixturevalue("live")
    make_link()

    def arrives() -> bool:
        announce_on_commit()
        return len(live) == 1

    assert eventually(arrives)


def test_without_a_message_the_sweep_brings_changes(live: LiveResolver) -> None:
    link = make_link()
    assert eventually(lambda: len(live) == 1)
    Link.objects.filter(pk=link.pk).delete()
    assert eventually(lambda: len(live) == 0)


def test_a_redis_that_is_away_does_not_stop_the_sweep(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    resolver = LiveResolver()
    resolver.start()
    try:
        make_link()
        assert eventually(lambda: len(resolver) == 1)
    finally:
        resolver.stop()
