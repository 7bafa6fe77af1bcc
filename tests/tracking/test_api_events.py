"""Server-side events over REST: each with a result of its own."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.tracking.builders import api_client, make_user
from tracking.models import Event, Identity

pytestmark = pytest.mark.django_db
URL = "/api/v1/events"


def event(event_id: str = "e-1", **fields: Any) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "name": "demo-booked",
        "occurred_at": "2026-06-15T12:00:00Z",
        **fields,
    }


def test_a_single_event_is_accepted() -> None:
    answer = api_client("events").post(URL, event(email="ana@example.com"), format="json")
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 0,
        "rejected": 0,
        "results": [{"event_id": "e-1", "status": "accepted", "errors": []}],
    }
    assert Identity.objects.filter(value="ana@example.com").exists()


def test_each_event_of_a_batch_has_its_own_result() -> None:
    client = api_client("events")
    client.post(URL, event("known"), format="json")
    batch = [event("known"), event("new"), event("bad", occurred_at="soon")]
    answer = client.post(URL, {"events": batch}, format="json").json()
    assert [one["status"] for one in answer["results"]] == ["duplicate", "accepted", "rejected"]
    assert (answer["accepted"], answer["duplicate"], answer["rejected"]) == (1, 1, 1)
    assert answer["results"][2]["errors"] == [
        {
            "field": "occurred_at",
            "code": "not-a-time",
            "message": "“soon” is no time; write it like 2026-06-15T12:00:00+00:00.",
        }
    ]


def test_the_same_idempotency_key_repeats_the_first_answer() -> None:
    client = api_client("events")
    first, second = (
        client.post(URL, event(), format="json", headers={"Idempotency-Key": "k-1"})
        for _ in range(2)
    )
    assert first.json() == second.json()
    assert first.json()["accepted"] == 1


def test_two_keys_may_use_the_same_event_id() -> None:
    for _ in range(2):
        assert api_client("events").post(URL, event(), format="json").json()["accepted"] == 1
    assert Event.objects.count() == 2


def test_a_wrong_key_is_401() -> None:
    client = APIClient(headers={"Authorization": "Bearer tr_wrong"})
    answer = client.post(URL, event(), format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "api-key-unknown")
    assert not Event.objects.exists()


def test_no_key_is_401() -> None:
    assert APIClient().post(URL, event(), format="json").status_code == 401


def test_a_key_without_the_scope_is_403() -> None:
    answer = api_client("read", "write").post(URL, event(), format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scope-missing")


def test_a_user_without_the_permission_is_403() -> None:
    client = APIClient()
    client.force_login(make_user())
    assert client.post(URL, event(), format="json").status_code == 403


@pytest.mark.parametrize("body", [{"events": []}, {"events": "x"}, [], "x"])
def test_a_body_without_events_is_refused(body: Any) -> None:
    answer = api_client("events").post(URL, body, format="json")
    assert answer.status_code == 400
    assert "events" in answer.json()["error"]["fields"]


def test_more_than_a_thousand_events_are_refused() -> None:
    body = {"events": [event(str(number)) for number in range(1001)]}
    answer = api_client("events").post(URL, body, format="json")
    assert answer.status_code == 400
    assert "1001" in answer.json()["error"]["fields"]["events"][0]["message"]


def test_a_body_that_is_no_json_is_400() -> None:
    answer = api_client("events").post(URL, "{", content_type="application/json")
    assert answer.status_code == 400
