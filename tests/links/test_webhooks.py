"""What happened becomes one message per endpoint that wants to know."""

from datetime import timedelta

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from campaigns import doorbell
from links.models import WebhookDelivery
from links.webhooks import (
    DeliveryUnderWayError,
    forget_deliveries,
    is_wanted,
    queue_event,
    send_again,
)
from tests.links.webhook_builders import NOW, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db


def test_every_endpoint_that_wants_an_event_gets_each_payload() -> None:
    one, two = make_endpoint(), make_endpoint(event_types=["link.broken", "tap.recorded"])
    make_endpoint(event_types=["link.broken"])
    assert queue_event(event_type="tap.recorded", payloads=[{"n": 1}, {"n": 2}], now=NOW) == 4
    for endpoint in (one, two):
        rows = endpoint.deliveries.order_by("payload__n")
        assert [row.payload for row in rows] == [{"n": 1}, {"n": 2}]
        assert {(row.event_type, row.next_attempt_at) for row in rows} == {("tap.recorded", NOW)}


def test_a_burst_costs_one_insert(django_assert_num_queries) -> None:
    make_endpoint()
    with django_assert_num_queries(2):
        queue_event(event_type="tap.recorded", payloads=[{"n": n} for n in range(3000)], now=NOW)
    assert WebhookDelivery.objects.count() == 3000


def test_an_event_nobody_wants_is_not_kept() -> None:
    make_endpoint(is_active=False)
    assert not is_wanted("tap.recorded")
    assert queue_event(event_type="tap.recorded", payloads=[{}], now=NOW) == 0
    assert not WebhookDelivery.objects.exists()


def test_an_active_endpoint_makes_an_event_wanted() -> None:
    make_endpoint()
    assert is_wanted("tap.recorded")
    assert not is_wanted("link.broken")


def test_no_payload_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert queue_event(event_type="tap.recorded", payloads=[], now=NOW) == 0


def test_what_is_rolled_back_is_not_told() -> None:
    make_endpoint()
    with transaction.atomic():
        assert queue_event(event_type="tap.recorded", payloads=[{}], now=NOW) == 1
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_a_worker_is_told_once_it_is_committed(
    monkeypatch, django_capture_on_commit_callbacks
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell.current_app, "send_task", rung.append)
    make_endpoint()
    with django_capture_on_commit_callbacks(execute=True):
        queue_event(event_type="tap.recorded", payloads=[{}], now=NOW)
        assert rung == []
    assert rung == ["links.tasks.deliver_webhooks"]


def test_a_dead_broker_does_not_fail_what_happened(
    monkeypatch, caplog, django_capture_on_commit_callbacks
) -> None:
    def refuse(name: str) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(doorbell.current_app, "send_task", refuse)
    make_endpoint()
    with django_capture_on_commit_callbacks(execute=True):
        queue_event(event_type="tap.recorded", payloads=[{}], now=NOW)
    assert "No broker to poke" in caplog.text


def test_a_given_up_message_goes_again_under_its_id() -> None:
    delivery = make_delivery(attempt_count=10, next_attempt_at=None)
    send_again(delivery=delivery, now=NOW)
    again = WebhookDelivery.objects.get()
    assert (again.pk, again.attempt_count, again.next_attempt_at) == (delivery.pk, 0, NOW)


def test_a_waiting_message_is_not_sent_again() -> None:
    delivery = make_delivery(next_attempt_at=NOW + timedelta(hours=5))
    with pytest.raises(DeliveryUnderWayError, match="2026-06-10 17:00"):
        send_again(delivery=delivery, now=NOW)


def test_old_messages_are_forgotten() -> None:
    make_delivery(created_at=NOW - timedelta(days=31))
    young = make_delivery(created_at=NOW - timedelta(days=29))
    assert forget_deliveries(now=NOW, keep=timedelta(days=30)) == 1
    assert list(WebhookDelivery.objects.all()) == [young]
