"""Other systems are told of taps, without the number or the mailbox behind them."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from links.models import WebhookDelivery
from links.webhook_events import EVENT_TYPES
from tests.links.webhook_builders import make_endpoint
from tests.tracking.click_builders import a_line, a_recipient
from tests.tracking.test_taps import sms_link, take

pytestmark = pytest.mark.django_db


def test_a_tap_is_told_with_its_grade_and_reason(tmp_path: Path) -> None:
    make_endpoint(event_types=["tap.recorded"])
    link = sms_link()

    take(tmp_path, a_line(link, country="DE"))

    delivery = WebhookDelivery.objects.get()
    assert delivery.event_type == "tap.recorded"
    assert (
        delivery.payload.items()
        >= {
            "clicked_at": "2026-06-15T12:00:00.000Z",
            "link_id": str(link.pk),
            "short_url": link.short_url,
            "utm_campaign": link.utm_campaign,
            "recipient_id": None,
            "grade": "likely",
            "reason": "browser",
            "device": "phone",
            "os": "iOS",
            "browser": "Safari",
            "country": "DE",
        }.items()
    )


def test_a_message_has_the_documented_fields(tmp_path: Path) -> None:
    make_endpoint(event_types=["tap.recorded"])
    take(tmp_path, a_line(sms_link()))

    documented = next(one.example for one in EVENT_TYPES if one.code == "tap.recorded")
    assert set(WebhookDelivery.objects.get().payload) == set(documented)


def test_a_machines_tap_is_told_too(tmp_path: Path) -> None:
    make_endpoint(event_types=["tap.recorded"])
    take(tmp_path, a_line(sms_link(), method="HEAD"))

    payload = WebhookDelivery.objects.get().payload
    assert (payload["grade"], payload["reason"]) == ("machine", "head_request")


def test_neither_number_nor_mailbox_leaves_the_house(tmp_path: Path) -> None:
    make_endpoint(event_types=["tap.recorded"])
    link = sms_link()
    recipient = a_recipient(link, "abc234", phone="+14155550100", email="ann@acme.example")
    take(tmp_path, a_line(link, suffix="abc234"))

    payload = WebhookDelivery.objects.get().payload
    assert payload["recipient_id"] == str(recipient.pk)
    assert "4155550100" not in json.dumps(payload)
    assert "ann@acme.example" not in json.dumps(payload)


def test_an_unknown_code_is_not_told(tmp_path: Path) -> None:
    make_endpoint(event_types=["tap.recorded"])
    take(tmp_path, a_line(path="/misprint"))

    assert not WebhookDelivery.objects.exists()


def test_a_batch_that_nobody_wants_to_know_of_costs_one_query(tmp_path: Path) -> None:
    link = sms_link()
    with CaptureQueriesContext(connection) as queries:
        take(tmp_path, a_line(link))

    assert sum("webhook" in query["sql"] for query in queries) == 1
