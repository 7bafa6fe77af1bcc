"""The REST resources of planning."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns import channel_oracle, preflight, send_followers
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.preflight import CheckResult, Level
from tests.campaigns.builders import (
    a_campaign,
    a_channel,
    a_message,
    a_send,
    a_user,
    api_client,
)

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(channel_oracle, "_preparers", [])


def post(address: str, body: Any, client: APIClient | None = None) -> Any:
    return (client or api_client()).post(f"/api/v1/{address}", body, format="json")


def get(address: str) -> Any:
    return api_client("read").get(f"/api/v1/{address}")


def a_body(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Trial re-engagement, June",
        "campaign": str(a_campaign().pk),
        "channel": "sms",
        "destination_url": "https://example.com/trial",
        "utm_campaign": "trial-reengagement-june",
        "messages": [{"body": TEXT}],
        **fields,
    }


def test_the_shipped_channels_are_listed() -> None:
    body = get("channels?ordering=position&page_size=100").json()

    assert body["results"][0]["slug"] == "sms"
    assert len(body["results"]) == 21
    assert body["next"] is None


def test_a_channel_is_made_changed_and_deleted() -> None:
    made = post("channels", {"slug": "events", "name": "Events", "color": "#112233"})
    client = api_client()
    address = f"/api/v1/channels/{made.json()['id']}"

    assert made.status_code == 201
    assert client.patch(address, {"name": "Fairs"}, format="json").json()["name"] == "Fairs"
    assert client.delete(address).status_code == 204


def test_a_channel_in_use_cannot_be_deleted() -> None:
    a_send()

    response = api_client().delete(f"/api/v1/channels/{a_channel().pk}")

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "in-use"
    assert Channel.objects.filter(slug="sms").exists()


def test_a_second_channel_of_a_slug_is_refused_at_its_field() -> None:
    response = post("channels", {"slug": "sms", "name": "Other"})

    assert response.status_code == 400
    assert response.json()["error"]["fields"]["slug"][0]["code"] == "unique"


def test_campaigns_are_made_and_found_by_name() -> None:
    post("campaigns", {"name": "Spring launch"})
    post("campaigns", {"name": "Autumn"})

    found = get("campaigns?name__icontains=spring").json()["results"]

    assert [campaign["name"] for campaign in found] == ["Spring launch"]


def test_a_campaign_that_ends_before_it_starts_is_refused() -> None:
    response = post("campaigns", {"name": "X", "starts_on": "2026-06-02", "ends_on": "2026-06-01"})

    assert response.status_code == 400
    assert not Campaign.objects.exists()


def test_a_send_is_made_with_its_messages() -> None:
    response = post("sends", a_body())

    assert response.status_code == 201
    body = response.json()
    assert (body["status"], body["utm_source"], body["convention_version"]) == ("draft", "sms", 1)
    assert body["campaign_name"] == "Trial win-back"
    assert body["messages"][0]["body"] == TEXT
    assert Send.objects.get().messages.get().body == TEXT


def test_a_send_that_breaks_the_convention_is_refused_with_suggestions() -> None:
    response = post("sends", a_body(utm_campaign="Trial June", utm_source="SMS"))

    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "convention-broken"
    assert error["fields"]["utm_source"] == [
        {
            "code": "approved-values",
            "message": "“SMS” is not an approved utm_source. Approved: sms. Capital letters count.",
            "value": "SMS",
            "suggestion": "sms",
        }
    ]
    assert {found["code"] for found in error["fields"]["utm_campaign"]} == {
        "no-spaces",
        "lower-case",
    }
    assert error["fields"]["utm_campaign"][0]["suggestion"] == "trial-june"
    assert error["request_id"]
    assert not Send.objects.exists()


def test_a_reused_name_is_refused_with_a_free_one() -> None:
    a_send("trial-june")

    error = post("sends", a_body(utm_campaign="trial-june")).json()["error"]

    assert error["fields"]["utm_campaign"][0]["code"] == "already-used"
    assert error["fields"]["utm_campaign"][0]["suggestion"] == "trial-june-2"


def test_a_version_of_another_form_is_refused_at_its_place() -> None:
    body = a_body(messages=[{"body": TEXT, "utm_content": "Blue"}])

    error = post("sends", body).json()["error"]

    assert error["fields"]["messages.0.utm_content"][0]["suggestion"] == "version-a"


def test_a_channel_without_a_convention_is_refused() -> None:
    response = post("sends", a_body(channel="email"))

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "convention-missing"


def test_unknown_references_are_refused_at_their_fields() -> None:
    nobody = "01980000-0000-7000-8000-000000000000"

    fields = post("sends", a_body(campaign=nobody, channel="nope")).json()["error"]["fields"]

    assert set(fields) == {"campaign", "channel"}


def test_no_send_is_made_in_another_state_than_draft() -> None:
    assert post("sends", a_body(status="live")).json()["error"]["fields"]["status"]
    assert not Send.objects.exists()


def test_changing_a_send_leaves_messages_that_are_not_named() -> None:
    send = a_send()
    a_message(send)

    response = api_client().patch(f"/api/v1/sends/{send.pk}", {"audience": "Lapsed"}, format="json")

    assert response.status_code == 200
    assert send.messages.count() == 1


def test_messages_in_a_change_replace_the_stored_ones_and_keep_their_versions_rows() -> None:
    send = a_send()
    kept = a_message(send, utm_content="version-a")
    a_message(send, utm_content="version-b")
    messages = [{"body": "New {link} STOP", "utm_content": "version-a"}]

    api_client().patch(f"/api/v1/sends/{send.pk}", {"messages": messages}, format="json")

    only = send.messages.get()
    assert (only.pk, only.body) == (kept.pk, "New {link} STOP")


def test_what_a_live_send_carries_is_a_conflict() -> None:
    send = a_send(status="live")

    response = api_client().patch(
        f"/api/v1/sends/{send.pk}", {"utm_campaign": "other"}, format="json"
    )

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "send-frozen"
    assert "utm_campaign" in response.json()["error"]["fields"]


def test_a_draft_is_deleted_and_a_ready_send_is_not() -> None:
    draft, ready = a_send("draft-one"), a_send("ready-one", status="ready")
    client = api_client()

    assert client.delete(f"/api/v1/sends/{draft.pk}").status_code == 204
    response = client.delete(f"/api/v1/sends/{ready.pk}")
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "send-not-draft"


def test_sends_are_filtered_and_sorted() -> None:
    a_send("b-send", status="live")
    a_send("a-send", status="live")
    a_send("c-send")

    found = get("sends?status=live&channel=sms&ordering=utm_campaign").json()["results"]

    assert [send["utm_campaign"] for send in found] == ["a-send", "b-send"]


def test_listing_sends_costs_the_same_for_two_and_for_ten(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(10):
        a_message(a_send(f"send-{number}"))
    client = api_client("read")
    client.get("/api/v1/sends")

    with django_assert_max_num_queries(6):
        assert len(client.get("/api/v1/sends").json()["results"]) == 10


def test_preflight_lists_every_check() -> None:
    send = a_send()

    body = get(f"sends/{send.pk}/preflight").json()

    assert body["may_go_live"] is False
    assert ("message-missing", "error") in {
        (found["code"], found["level"]) for found in body["results"]
    }


def test_a_send_moves_on() -> None:
    send = a_send()
    a_message(send)

    response = post(f"sends/{send.pk}/transition", {"to": "ready"})

    assert response.status_code == 200
    assert response.json()["status"] == "ready"


def test_a_move_that_lacks_something_is_a_conflict_that_names_it() -> None:
    send = a_send(status="ready")
    a_message(send)
    preflight.register(
        "links", lambda send, now: [CheckResult("unchecked", Level.ERROR, "No check.", "/fix")]
    )

    response = post(f"sends/{send.pk}/transition", {"to": "live"})

    assert response.status_code == 409
    error = response.json()["error"]
    assert error["code"] == "transition-refused"
    assert error["fields"]["missing"] == [
        {"code": "unchecked", "message": "No check.", "fix_url": "/fix"}
    ]


def test_a_move_that_does_not_follow_is_a_conflict() -> None:
    response = post(f"sends/{a_send().pk}/transition", {"to": "done"})

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "transition-not-allowed"


def test_a_state_that_does_not_exist_is_a_bad_request() -> None:
    assert post(f"sends/{a_send().pk}/transition", {"to": "sent"}).status_code == 400


def test_an_unknown_send_is_not_found() -> None:
    assert get("sends/01980000-0000-7000-8000-000000000000").status_code == 404
    assert get("sends/nonsense").status_code == 404


def test_a_message_is_added_changed_and_taken_away() -> None:
    send = a_send()
    made = post("messages", {"send": str(send.pk), "body": TEXT, "utm_content": "version-a"})
    client = api_client()
    address = f"/api/v1/messages/{made.json()['id']}"

    assert made.status_code == 201
    assert client.patch(address, {"body": "New {link}"}, format="json").json()["share"] == 100
    assert client.delete(address).status_code == 204
    assert not Message.objects.exists()


def test_a_second_message_of_a_version_is_refused() -> None:
    send = a_send()
    a_message(send, utm_content="version-a")

    response = post("messages", {"send": str(send.pk), "body": TEXT, "utm_content": "version-a"})

    assert response.status_code == 400
    assert "already-used" in response.content.decode()


def test_a_message_of_a_live_send_cannot_be_taken_away() -> None:
    message = a_message(a_send(status="live"))

    assert api_client().delete(f"/api/v1/messages/{message.pk}").status_code == 409


def test_a_post_with_an_idempotency_key_has_its_effect_once() -> None:
    client = api_client()
    body, headers = a_body(), {"Idempotency-Key": "abc"}

    first = client.post("/api/v1/sends", body, format="json", headers=headers)
    again = client.post("/api/v1/sends", body, format="json", headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert Send.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["channels", "conventions", "campaigns", "sends", "messages", "sending-policies", "spend"],
)
def test_every_resource_refuses_outsiders(address: str) -> None:
    outsider = APIClient()
    outsider.force_login(a_user("mallory"), backend="django.contrib.auth.backends.ModelBackend")

    assert outsider.get(f"/api/v1/{address}").status_code == 403
    assert APIClient().get(f"/api/v1/{address}").status_code == 401
    assert api_client("events").get(f"/api/v1/{address}").status_code == 403
    assert api_client("read").post(f"/api/v1/{address}", {}, format="json").status_code in {
        403,
        405,
    }


@pytest.mark.parametrize("share", [0, 101, -1])
def test_a_share_that_is_no_percentage_is_refused(share: int) -> None:
    response = post("sends", a_body(messages=[{"body": TEXT, "share": share}]))

    assert response.status_code == 400
    assert "messages.0.share" in response.json()["error"]["fields"]


@pytest.mark.parametrize("url", ["ftp://example.com/a", "javascript:alert(1)", "example"])
def test_a_landing_page_that_is_no_web_page_is_refused(url: str) -> None:
    response = post("sends", a_body(destination_url=url))

    assert "destination_url" in response.json()["error"]["fields"]


def test_two_versions_may_swap_their_names() -> None:
    send = a_send()
    first = a_message(send, utm_content="version-a")
    second = a_message(send, utm_content="version-b")
    messages = [
        {"id": str(first.pk), "body": TEXT, "utm_content": "version-b"},
        {"id": str(second.pk), "body": TEXT, "utm_content": "version-a"},
    ]

    response = api_client().patch(f"/api/v1/sends/{send.pk}", {"messages": messages}, format="json")

    assert response.status_code == 200
    first.refresh_from_db()
    assert first.utm_content == "version-b"
