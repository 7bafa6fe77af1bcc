"""Tests empty their Redis database: it is never the one that holds somebody's data."""

import os
from urllib.parse import urlsplit

from tests.services_plugin import OWN_REDIS, redis_beside

WORKERS = ["", *(f"gw{number}" for number in range(15))]


def test_no_worker_gets_the_database_of_your_data() -> None:
    for own in range(16):
        url = f"redis://:secret@cache.example.com:6379/{own}"
        assert all(redis_beside(url, worker) != url for worker in WORKERS)


def test_two_workers_never_share_a_database() -> None:
    given = [redis_beside("redis://127.0.0.1:6379/0", worker) for worker in WORKERS[1:]]

    assert len(set(given)) == len(given)


def test_an_address_without_a_database_means_the_first() -> None:
    assert redis_beside("redis://127.0.0.1:6379", "") == "redis://127.0.0.1:6379/8"


def test_this_very_run_is_beside_your_data() -> None:
    own, used = (urlsplit(os.environ[name]) for name in (OWN_REDIS, "REDIS_URL"))

    assert used.netloc == own.netloc
    assert used.path.strip("/") != (own.path.strip("/") or "0")
