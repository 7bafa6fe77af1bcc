"""The REST resources of webhooks, through HTTP, with keys."""

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from campaigns.models import IdempotentAnswer
from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import decrypt_secret
from tests.links.receiver import receive
from tests.links.test_api import client_with
from tests.links.webhook_builders import NOW, SECRET, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
ENDPOINTS, DELIVERIES = "/api/v1/webhook-endpoints", "/api/v1/webhook-deliveries"
NEW = {"url": "https://hooks.example.com/textrail", "event_types": ["tap.recorded"]}


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


def test_a_new_endpoint_is_answered_with_its_key_this_once(client: APIClient) -> None:
    made = client.post(ENDPOINTS, NEW, format="json")
    assert made.status_code == 201
    endpoint = WebhookEndpoint.objects.get()
    assert made.data["secret"] == decrypt_secret(endpoint.secret)
    assert "secret" not in client.get(f"{ENDPOINTS}/{endpoint.pk}").data
    assert "secret" not in client.get(ENDPOINTS).data["results"][0]


def test_a_repeated_request_makes_no_second_endpoint_and_shows_no_key(client: APIClient) -> None:
    first, again = (
        client.post(ENDPOINTS, NEW, format="json", headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    )
    assert first.data["secret"].startswith("whsec_")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data["id"] == first.data["id"]
    assert "secret" not in again.data
    assert "secret" not in IdempotentAnswer.objects.get().body


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "url", "not-https"),
        ({"url": "https://169.254.169.254/"}, "url", "private-address"),
        ({"event_types": ["tap.typo"]}, "event_types", "unknown-event-type"),
        ({"event_types": []}, "event_types", "unknown-event-type"),
    ],
)
def test_what_is_refused_is_named(client: APIClient, change, field: str, code: str) -> None:
    answer = client.post(ENDPOINTS, NEW | change, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][field][0]["code"] == code
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed_and_held_to_the_rules(client: APIClient) -> None:
    page = f"{ENDPOINTS}/{make_endpoint().pk}"
    changed = client.patch(page, {"event_types": ["link.broken"]}, format="json")
    assert changed.data["event_types"] == ["link.broken"]
    refused = client.patch(page, {"url": "http://hooks.example.com/"}, format="json")
    assert refused.status_code == 400
    assert WebhookEndpoint.objects.get().url == "https://hooks.example.com/textrail"


def test_a_rotated_key_is_answered(client: APIClient) -> None:
    endpoint = make_endpoint()
    answer = client.post(f"{ENDPOINTS}/{endpoint.pk}/rotate-secret")
    endpoint.refresh_from_db()
    assert answer.data["secret"] == decrypt_secret(endpoint.secret) != SECRET
    assert answer.data["old_secret_until"] is not None


def test_a_test_event_is_answered_with_what_came_of_it(client: APIClient, settings) -> None:
    with receive() as receiver:
        settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = [receiver.host]
        answer = client.post(f"{ENDPOINTS}/{make_endpoint(receiver.url).pk}/test")
    assert (answer.status_code, answer.data["last_status"]) == (200, 204)
    assert len(receiver.got) == 1


def test_an_endpoint_is_switched_off_and_on_once(client: APIClient) -> None:
    page = f"{ENDPOINTS}/{make_endpoint().pk}"
    off = client.post(f"{page}/switch-off")
    assert (off.status_code, off.data["is_active"]) == (200, False)
    again = client.post(f"{page}/switch-off")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "endpoint-state")
    assert client.post(f"{page}/switch-on").data["is_active"]


def test_a_deleted_endpoint_takes_its_messages_along(client: APIClient) -> None:
    endpoint = make_delivery().endpoint
    assert client.delete(f"{ENDPOINTS}/{endpoint.pk}").status_code == 204
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is_waiting=true", "waiting"),
        ("is_delivered=true", "delivered"),
        ("is_delivered=false&is_waiting=false", "given up"),
    ],
)
def test_messages_are_found_by_what_became_of_them(
    client: APIClient, query: str, found: str
) -> None:
    endpoint = make_endpoint()
    make_delivery(endpoint, payload={"is": "waiting"})
    done = {"next_attempt_at": None}
    make_delivery(endpoint, payload={"is": "delivered"}, delivered_at=NOW, **done)
    make_delivery(endpoint, payload={"is": "given up"}, **done)
    answer = client.get(f"{DELIVERIES}?endpoint={endpoint.pk}&{query}")
    assert [row["payload"] for row in answer.data["results"]] == [{"is": found}]


def test_a_settled_message_is_sent_again(client: APIClient) -> None:
    page = f"{DELIVERIES}/{make_delivery(next_attempt_at=None).pk}/send-again"
    assert client.post(page).status_code == 202
    again = client.post(page)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "delivery-waits")


@pytest.mark.parametrize(
    ("group", "may_see", "may_change"),
    [("Operations", 200, 200), ("Campaign managers", 200, 403), ("Viewers", 403, 403)],
)
def test_who_may_do_what(django_user_model, group: str, may_see: int, may_change: int) -> None:
    user = django_user_model.objects.create_user("bob")
    user.groups.add(Group.objects.get(name=group))
    session, endpoint = APIClient(), make_endpoint()
    delivery = make_delivery(endpoint, next_attempt_at=None)
    session.force_login(user)
    assert session.get(ENDPOINTS).status_code == may_see
    assert session.get(DELIVERIES).status_code == may_see
    assert session.post(f"{ENDPOINTS}/{endpoint.pk}/switch-off").status_code == may_change
    sent = session.post(f"{DELIVERIES}/{delivery.pk}/send-again").status_code
    assert (sent == 403) is (may_change == 403)


def test_a_reading_key_changes_nothing() -> None:
    reader = client_with("read")
    assert reader.post(ENDPOINTS, NEW, format="json").status_code == 403
