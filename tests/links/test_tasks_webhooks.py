"""The periodic work of webhooks: sending what is due, deleting what is old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from links.models import WebhookDelivery
from links.tasks import deliver_webhooks, forget_webhook_deliveries
from links.webhook_turns import webhook_turn
from tests.links.receiver import receive
from tests.links.webhook_builders import make_delivery, make_endpoint

pytestmark = pytest.mark.django_db


def test_due_webhooks_are_sent_once_however_often_the_task_runs(settings) -> None:
    with receive() as receiver:
        settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = [receiver.host]
        make_delivery(make_endpoint(receiver.url))
        with webhook_turn(seconds=60):
            deliver_webhooks()
            assert receiver.got == []
        deliver_webhooks()
        deliver_webhooks()
        assert len(receiver.got) == 1


def test_old_webhook_messages_are_deleted_after_the_set_time(settings) -> None:
    settings.WEBHOOK_KEEP_DAYS = 30
    make_delivery(created_at=timezone.now() - timedelta(days=31))
    young = make_delivery(created_at=timezone.now() - timedelta(days=29))
    forget_webhook_deliveries()
    assert list(WebhookDelivery.objects.all()) == [young]
