"""The background work of tracking."""

import pytest
from django.utils import timezone

from campaigns.public_ids import encode_id
from tests.tracking.builders import NOW, make_touch
from tracking.models import Click
from tracking.services import record_events
from tracking.tasks import confirm_waiting_taps

pytestmark = pytest.mark.django_db


def test_the_task_run_twice_changes_nothing_more() -> None:
    click = Click.objects.create(
        occurred_at=NOW, host="go", path="/x", method="GET", grade="likely", reason="browser"
    )
    event = {
        "event_id": "1",
        "name": "demo-booked",
        "occurred_at": "2026-01-01T00:00:00Z",
        "email": "ana@example.com",
        "tr": encode_id(click.pk),
    }
    record_events(origin="k", events=[event], now=timezone.now())
    make_touch(kind="tap", click=click)
    assert [confirm_waiting_taps(), confirm_waiting_taps()] == [1, 0]
