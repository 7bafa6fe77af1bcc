"""Messages that are due reach their endpoints, whoever is slow, rude, dead or twice there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from links import guarded_http, webhook_delivery
from links.models import WebhookDelivery, WebhookEndpoint
from links.webhook_delivery import LEASE, SLOTS, deliver_webhooks
from links.webhook_outcomes import DeliveryCounts
from links.webhooks import queue_event
from tests.links.receiver import Receiver, answering, receive
from tests.links.webhook_builders import SECRET, make_delivery, make_endpoint
from tests.tracking.click_builders import database_url

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _patient_with_local_hosts(settings, monkeypatch) -> None:
    """A machine that is busy with other tests must not look like a slow endpoint."""
    settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(guarded_http, "_TIMEOUTS", (300.0, 300.0))
    monkeypatch.setattr(webhook_delivery, "_OVERDUE_SECONDS", 300.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as server:
        yield server


def queue(count: int, now: datetime | None = None) -> datetime:
    now = now or timezone.now()
    queue_event(event_type="tap.recorded", payloads=[{"n": n} for n in range(count)], now=now)
    return now


def deliver(now: datetime, seconds: float = 600) -> DeliveryCounts:
    return deliver_webhooks(now=now, time_limit=timedelta(seconds=seconds))


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in a minute"
        time.sleep(0.02)


def the_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def test_a_message_arrives_signed_and_is_marked(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    now = queue(1)
    assert deliver(now) == DeliveryCounts(delivered=1)
    ((headers, body),) = receiver.got
    assert Webhook(SECRET).verify(body, headers)["data"] == {"n": 0}
    row = the_delivery()
    assert headers["webhook-id"] == str(row.pk)
    assert (row.next_attempt_at, row.attempt_count, row.last_status) == (None, 1, 204)
    assert row.delivered_at is not None


def test_what_is_not_due_stays(receiver: Receiver) -> None:
    now = timezone.now()
    make_delivery(make_endpoint(receiver.url), next_attempt_at=now + MINUTE)
    assert deliver(now) == DeliveryCounts()
    assert receiver.got == []


def test_an_endpoint_that_is_off_gets_nothing_and_what_waits_stays(receiver: Receiver) -> None:
    now = timezone.now()
    make_delivery(make_endpoint(receiver.url, is_active=False), next_attempt_at=now)
    assert deliver(now) == DeliveryCounts()
    assert the_delivery().next_attempt_at == now


def test_hundreds_arrive_each_once_with_few_on_the_way(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    now = queue(300)
    assert deliver(now) == DeliveryCounts(delivered=300)
    assert sorted(json.loads(body)["data"]["n"] for _, body in receiver.got) == list(range(300))
    assert len(set(receiver.ids)) == 300
    assert receiver.most_at_once <= SLOTS
    assert len(receiver.connections) <= SLOTS


def test_a_refused_message_waits_with_the_reason() -> None:
    with receive(answering(400, b"unknown list")) as receiver:
        make_endpoint(receiver.url)
        now = queue(1)
        assert deliver(now) == DeliveryCounts(postponed=1)
    row = the_delivery()
    assert (row.attempt_count, row.last_status, row.last_answer) == (1, 400, "unknown list")
    assert row.last_problem.endswith("answers 400 instead of 200.")
    assert row.delivered_at is None
    assert row.next_attempt_at is not None
    assert row.next_attempt_at >= now + timedelta(seconds=5)


def test_a_message_that_failed_arrives_later_under_its_id() -> None:
    with receive(lambda number: (500 if number == 1 else 204, {}, b"")) as receiver:
        make_endpoint(receiver.url)
        now = queue(1)
        deliver(now)
        assert deliver(now + MINUTE) == DeliveryCounts(delivered=1)
    assert len(receiver.got) == 2
    assert len(set(receiver.ids)) == 1


def test_after_ten_attempts_a_message_is_given_up() -> None:
    with receive(answering(400)) as receiver:
        now = timezone.now()
        endpoint = make_endpoint(receiver.url)
        make_delivery(endpoint, attempt_count=9, next_attempt_at=now)
        assert deliver(now) == DeliveryCounts(given_up=1)
    assert (the_delivery().next_attempt_at, the_delivery().attempt_count) == (None, 10)


def test_an_endpoint_in_trouble_is_left_alone_and_the_rest_given_back() -> None:
    with receive(answering(503)) as receiver:
        endpoint = make_endpoint(receiver.url)
        now = queue(100)
        deliver(now)
    assert len(receiver.got) < 50
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    assert endpoint.paused_until is not None
    untried = WebhookDelivery.objects.filter(attempt_count=0)
    assert untried.count() == 100 - len(receiver.got)
    assert set(untried.values_list("next_attempt_at", flat=True)) == {now}


def test_one_message_that_is_refused_does_not_hold_up_the_others() -> None:
    with receive(lambda number: (400 if number == 1 else 204, {}, b"")) as receiver:
        make_endpoint(receiver.url)
        assert deliver(queue(50)) == DeliveryCounts(delivered=49, postponed=1)


def test_a_slow_endpoint_does_not_hold_up_another(receiver: Receiver) -> None:
    """The slow one answers only after the other has got everything."""
    with receive() as slow:
        slow.gate.clear()
        make_endpoint(slow.url)
        make_endpoint(receiver.url)
        now = queue(40)
        opener = Thread(target=_open_once, args=(slow, receiver, 40))
        opener.start()
        assert deliver(now) == DeliveryCounts(delivered=80)
        opener.join()
    assert len(receiver.got) == len(slow.got) == 40


def _open_once(slow: Receiver, other: Receiver, count: int) -> None:
    try:
        eventually(lambda: len(other.got) == count)
    finally:
        slow.gate.set()


def test_a_failing_endpoint_is_tried_with_one_message_at_a_time(receiver: Receiver) -> None:
    now = timezone.now()
    endpoint = make_endpoint(receiver.url, failing_since=now - MINUTE)
    for _ in range(5):
        make_delivery(endpoint, next_attempt_at=now)
    deliver(now)
    assert receiver.got
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_an_overdue_answer_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(webhook_delivery, "_OVERDUE_SECONDS", 0.3)
    with receive() as receiver:
        receiver.gate.clear()
        make_endpoint(receiver.url)
        assert deliver(queue(1)) == DeliveryCounts(postponed=1)
        assert "did not end within" in the_delivery().last_problem


def test_when_the_time_is_over_the_rest_is_left_for_the_next_run(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    now = queue(5)
    assert deliver(now, seconds=0) == DeliveryCounts()
    assert WebhookDelivery.objects.due(now=now).count() == 5


def test_a_key_of_another_installation_switches_the_endpoint_off(receiver: Receiver) -> None:
    make_endpoint(receiver.url, secret="not ours")
    assert deliver(queue(1)) == DeliveryCounts()
    endpoint = WebhookEndpoint.objects.get()
    assert not endpoint.is_active
    assert "Rotate it" in endpoint.switched_off_reason
    assert receiver.got == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_each_message_once(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    now = queue(200)
    found: list[DeliveryCounts] = []

    def work() -> None:
        try:
            found.append(deliver(now))
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts.delivered for counts in found) == 200
    assert len(receiver.ids) == len(set(receiver.ids)) == 200


_WORKER = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from links import guarded_http
from links.webhook_delivery import deliver_webhooks
guarded_http._TIMEOUTS = (300.0, 300.0)
deliver_webhooks(now=timezone.now(), time_limit=timedelta(minutes=5))
"""


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_had_taken_arrives_when_its_lease_ends(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    now = queue(30)
    receiver.gate.clear()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "WEBHOOK_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
    }
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=environment)
    try:
        eventually(lambda: len(receiver.got) == SLOTS)
    finally:
        worker.kill()
        worker.wait()
    receiver.gate.set()
    assert not WebhookDelivery.objects.filter(delivered_at__isnull=False).exists()

    taken = WebhookDelivery.objects.filter(next_attempt_at__gt=timezone.now()).count()
    assert taken >= SLOTS
    assert deliver(timezone.now()).delivered == 30 - taken
    assert deliver(timezone.now() + LEASE).delivered == taken
    assert set(receiver.ids) == {
        str(pk) for pk in WebhookDelivery.objects.values_list("pk", flat=True)
    }
    assert not WebhookDelivery.objects.due(now=now + timedelta(days=9)).exists()
