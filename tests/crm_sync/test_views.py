"""The address that CRMs call."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import doorbell
from campaigns.public_ids import new_id
from crm_sync.hooks import MOST_BYTES
from crm_sync.models import Connection, HookDelivery
from links.secrets import encrypt_secret
from tests.crm_sync.builders import a_connection
from tests.crm_sync.hook_builders import SECRET, an_event, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return a_connection(hook_secret=encrypt_secret(SECRET))


def post(connection: Connection, body: bytes, **headers: str) -> Any:
    client = Client(enforce_csrf_checks=True)
    address = f"/hooks/crm/{connection.pk}"
    return client.post(address, body, content_type="application/json", headers=headers)


def test_a_signed_delivery_is_stored_and_pokes_a_worker(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell.current_app, "send_task", rung.append)
    body = json.dumps([an_event("deal", "creation", "31")]).encode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = post(connection, body, **signed(connection, body, now=timezone.now()))

    assert answer.status_code == 204
    assert bytes(HookDelivery.objects.get().body) == body
    assert rung == [doorbell.READ_DELIVERIES]


def test_an_unsigned_delivery_is_401_and_stored_nowhere(connection: Connection) -> None:
    answer = post(connection, b"[]")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad-signature")
    assert not HookDelivery.objects.exists()


def test_a_huge_delivery_is_refused(connection: Connection) -> None:
    assert post(connection, b" " * (MOST_BYTES + 1)).status_code == 413


def test_an_unknown_connection_is_404() -> None:
    assert Client().post(f"/hooks/crm/{new_id()}").status_code == 404


def test_only_post_is_answered(connection: Connection) -> None:
    assert Client().get(f"/hooks/crm/{connection.pk}").status_code == 405
