"""Joins and events at the same moment from several connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.tracking.builders import NOW, make_identity
from tracking.identity import ensure_identity, join
from tracking.models import Event, Identity, IdentityEdge, Person, Touchpoint
from tracking.services import record_events

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
THREADS = 6


def at_once(work: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    def run(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_the_same_identity_asked_for_at_once_is_made_once() -> None:
    found = at_once(lambda _: ensure_identity(kind="email", value="ana@example.com", now=NOW).pk)
    assert len(set(found)) == 1
    assert Person.objects.count() == 1


def test_a_chain_joined_at_once_is_one_person() -> None:
    chain = [make_identity(value=f"person-{number}@example.com") for number in range(THREADS + 1)]
    at_once(lambda n: join(a=chain[n], b=chain[n + 1], kind="event", evidence="", now=NOW))
    assert IdentityEdge.objects.live().count() == THREADS
    assert Identity.objects.values("person").distinct().count() == 1
    assert Person.objects.present().count() == 1


def test_the_same_event_told_at_once_has_its_effects_once() -> None:
    event = {
        "event_id": "e-1",
        "name": "visit",
        "occurred_at": NOW.isoformat(),
        "visitor_id": "v-1",
        "utm": {"utm_source": "sms"},
    }
    results = at_once(lambda _: record_events(origin="k", events=[event], now=NOW))
    assert sum(result.count("accepted") for result in results) == 1
    assert sum(result.count("duplicate") for result in results) == THREADS - 1
    assert (Event.objects.count(), Touchpoint.objects.count()) == (1, 1)


def test_batches_about_the_same_people_in_opposite_order_all_come_through() -> None:
    def tell(number: int) -> int:
        people = range(10) if number % 2 else reversed(range(10))
        events = [
            {
                "event_id": f"{number}-{person}",
                "name": "form-submitted",
                "occurred_at": NOW.isoformat(),
                "visitor_id": f"v-{person}",
                "email": f"person-{(person + number) % 10}@example.com",
            }
            for person in people
        ]
        return record_events(origin="k", events=events, now=NOW).count("accepted")

    assert at_once(tell, times=3) == [10, 10, 10]
