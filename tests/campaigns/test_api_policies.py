"""`sending-policies`."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from campaigns.models import SendingPolicy
from tests.campaigns.builders import a_superuser, a_user, api_client

pytestmark = pytest.mark.django_db


def post(**fields: Any) -> Any:
    body = {"channel": "email", **fields}
    return api_client().post("/api/v1/sending-policies", body, format="json")


def patch(**fields: Any) -> Any:
    policy = SendingPolicy.objects.get(channel__slug="sms")
    return api_client().patch(f"/api/v1/sending-policies/{policy.pk}", fields, format="json")


def test_the_shipped_policy_is_found_by_its_channel() -> None:
    (row,) = api_client("read").get("/api/v1/sending-policies?channel=sms").json()["results"]

    assert (row["needs_approval"], row["warnings_need_reason"]) == (False, False)
    assert (row["quiet_from"], row["quiet_until"]) == ("21:00:00", "08:00:00")
    assert (row["segment_rate"], row["currency"]) == (None, "USD")


def test_a_channel_gets_its_policy_and_history_says_who_wrote_it() -> None:
    root = a_superuser()
    _, plain = issue_key(name="Root’s", scopes=["write"], by=root)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")

    response = client.post(
        "/api/v1/sending-policies",
        {"channel": "email", "segment_rate": "0.0083", "currency": "eur"},
        format="json",
    )

    assert response.status_code == 201
    assert (response.json()["segment_rate"], response.json()["currency"]) == ("0.008300", "EUR")
    policy = SendingPolicy.objects.get(channel__slug="email")
    assert policy.history.get().history_user == root


def test_a_policy_is_changed_and_deleted() -> None:
    assert patch(needs_approval=True).json()["needs_approval"] is True

    policy = SendingPolicy.objects.get()
    assert api_client().delete(f"/api/v1/sending-policies/{policy.pk}").status_code == 204
    assert not SendingPolicy.objects.exists()


def test_a_second_policy_of_a_channel_is_refused() -> None:
    response = post(channel="sms")

    assert response.status_code == 400
    assert response.json()["error"]["fields"]["channel"][0]["code"] == "unique"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("time_zone", "Berlin", "time-zone-unknown"),
        ("currency", "€", "currency-unknown"),
        ("segment_rate", "-1", "min-value"),
        ("most_segments", 0, "min-value"),
        ("quiet_from", None, "quiet-hours-half"),
        ("quiet_until", None, "quiet-hours-half"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(field: str, value: Any, code: str) -> None:
    response = patch(**{field: value})

    assert response.status_code == 400
    fields = response.json()["error"]["fields"]
    assert [found["code"] for errors in fields.values() for found in errors] == [code]


def test_without_quiet_hours_is_a_choice() -> None:
    assert patch(quiet_from=None, quiet_until=None).status_code == 200


def test_writing_needs_the_scope_and_the_right() -> None:
    reader = api_client("read").post(
        "/api/v1/sending-policies", {"channel": "email"}, format="json"
    )
    client = APIClient()
    viewer = a_user("viewer", "campaigns.view_sendingpolicy")
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")

    assert reader.status_code == 403
    assert client.get("/api/v1/sending-policies").status_code == 200
    assert client.post("/api/v1/sending-policies", {"channel": "email"}).status_code == 403
