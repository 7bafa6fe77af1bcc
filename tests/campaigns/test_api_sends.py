"""What the API does with sends besides storing them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns import preflight, send_followers
from campaigns.api_keys import issue_key
from campaigns.models import Message, Send, SendApproval, SendingPolicy
from campaigns.preflight import CheckResult, Level
from campaigns.services import approve_send, save_send, transition_send
from tests.campaigns.builders import (
    NOW,
    a_manager,
    a_message,
    a_send,
    a_user,
    an_unsaved_send,
    api_client,
)

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
WARNING = CheckResult("long", Level.WARNING, "It is long.", "/fix")


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    own = {name: preflight._checks[name] for name in ("plan", "policy")}
    monkeypatch.setattr(preflight, "_checks", own)
    monkeypatch.setattr(send_followers, "_followers", {})
    SendingPolicy.objects.update(quiet_from=None, quiet_until=None)


def post(address: str, body: Any = None, client: APIClient | None = None) -> Any:
    return (client or api_client()).post(f"/api/v1/{address}", body or {}, format="json")


def get(address: str) -> Any:
    return api_client("read").get(f"/api/v1/{address}").json()


def key_of(user: Any) -> APIClient:
    _, plain = issue_key(name="Of a person", scopes=["read", "write"], by=user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


def a_ready_send(by: Any = None, name: str = "trial-reengagement-june") -> Send:
    planned = an_unsaved_send(name, audience_size=10)
    send = save_send(send=planned, messages=[Message(body=TEXT)], by=by, now=NOW)
    return transition_send(send=send, to="ready", by=by, now=NOW)


def status_of(send: Send) -> str:
    return Send.objects.get(pk=send.pk).status


def test_a_send_shows_who_moved_it_when() -> None:
    maria = a_manager()
    send = a_ready_send(maria)

    (transition,) = get(f"sends/{send.pk}")["transitions"]

    assert transition["at"].endswith("Z")
    assert {name: transition[name] for name in ("before", "after", "by", "reason")} == {
        "before": "draft",
        "after": "ready",
        "by": "maria",
        "reason": "Draft to ready",
    }


def test_a_send_without_a_rate_or_an_approval_shows_none() -> None:
    body = get(f"sends/{a_send().pk}")

    assert (body["planned_cost"], body["cloned_from"], body["time_zone"]) == (None, None, "")
    assert body["approval"] == {
        "is_needed": False,
        "state": "none",
        "approved_by": None,
        "approved_at": None,
        "note": "",
    }


def test_what_it_was_expected_to_cost_is_money() -> None:
    send = a_send(planned_cost_minor=123450, planned_cost_currency="USD")

    assert get(f"sends/{send.pk}")["planned_cost"] == {"amount": "1234.50", "currency": "USD"}


def test_listing_sends_with_their_facts_costs_the_same_for_two_and_for_ten(
    django_assert_max_num_queries: Any,
) -> None:
    bob = a_manager("bob")
    for number in range(10):
        send = a_ready_send(a_user(f"user-{number}"), f"trial-{number}-june")
        approve_send(send=send, by=bob, note="", now=NOW)
    client = api_client("read")
    client.get("/api/v1/sends")

    with django_assert_max_num_queries(6):
        rows = client.get("/api/v1/sends").json()["results"]

    assert len(rows) == 10
    assert {row["approval"]["approved_by"] for row in rows} == {"bob"}


def test_sends_are_filtered_by_audience_time_and_origin() -> None:
    first = a_send("a-june", audience="Lapsed", scheduled_at=NOW)
    a_send("b-june", audience="Others", cloned_from=first)

    assert [row["utm_campaign"] for row in get("sends?audience=Lapsed")["results"]] == ["a-june"]
    found = get(f"sends?cloned_from={first.pk}&scheduled_at__isnull=true")["results"]
    assert [row["utm_campaign"] for row in found] == ["b-june"]


def test_a_time_zone_that_does_not_exist_is_refused_at_its_field() -> None:
    response = api_client().patch(
        f"/api/v1/sends/{a_send().pk}", {"time_zone": "Berlin"}, format="json"
    )

    assert response.status_code == 400
    (found,) = response.json()["error"]["fields"]["time_zone"]
    assert found["code"] == "time-zone-unknown"
    assert "Europe/Berlin" in found["message"]


def test_shares_that_miss_the_whole_are_refused_with_field_rule_value_and_suggestion() -> None:
    messages = [
        {"body": TEXT, "utm_content": "version-a", "share": 60},
        {"body": TEXT, "utm_content": "version-b", "share": 30},
    ]

    response = api_client().patch(
        f"/api/v1/sends/{a_send().pk}", {"messages": messages}, format="json"
    )

    assert response.json()["error"]["fields"]["messages.1.share"] == [
        {
            "code": "shares-sum",
            "message": "The versions’ shares sum to 90 %, not to 100 %.",
            "value": "30",
            "suggestion": "40",
        }
    ]


def test_unnamed_versions_are_named_and_share_evenly() -> None:
    response = api_client().patch(
        f"/api/v1/sends/{a_send().pk}", {"messages": [{"body": TEXT}] * 3}, format="json"
    )

    assert [(row["utm_content"], row["share"]) for row in response.json()["messages"]] == [
        ("version-a", 34),
        ("version-b", 33),
        ("version-c", 33),
    ]


def test_six_versions_are_refused() -> None:
    response = api_client().patch(
        f"/api/v1/sends/{a_send().pk}", {"messages": [{"body": TEXT}] * 6}, format="json"
    )

    fields = response.json()["error"]["fields"]
    assert fields["messages.5.utm_content"][0]["code"] == "too-many-versions"


def test_texts_of_a_live_send_are_a_conflict_that_names_the_way() -> None:
    send = a_send(status="live")
    a_message(send)

    response = api_client().patch(
        f"/api/v1/sends/{send.pk}", {"messages": [{"body": "New {link}"}]}, format="json"
    )

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "send-frozen"
    assert (
        "POST messages/{id}/replace" in response.json()["error"]["fields"]["messages"][0]["message"]
    )


def test_a_second_person_approves_by_the_key_they_made() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    send, bob = a_ready_send(a_manager()), a_manager("bob")

    response = post(f"sends/{send.pk}/approve", {"note": "Fine"}, key_of(bob))

    assert response.status_code == 200
    approval = response.json()["approval"]
    assert (approval["is_needed"], approval["state"]) == (True, "valid")
    assert (approval["approved_by"], approval["note"]) == ("bob", "Fine")


def test_who_planned_it_or_a_key_of_nobody_does_not_approve() -> None:
    maria = a_manager()
    send = a_ready_send(maria)

    for client, words in ((key_of(maria), "You planned"), (api_client(), "needs a person")):
        response = post(f"sends/{send.pk}/approve", client=client)
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "approval-refused"
        assert words in response.json()["error"]["message"]
    assert not SendApproval.objects.exists()


def test_signed_in_somebody_without_the_right_does_not_approve() -> None:
    send = a_ready_send(a_manager())
    client = APIClient()
    eve = a_user("eve", "campaigns.change_send", "campaigns.view_send")
    client.force_login(eve, backend="django.contrib.auth.backends.ModelBackend")

    assert post(f"sends/{send.pk}/approve", client=client).status_code == 403


def test_a_change_after_the_approval_makes_it_void() -> None:
    send = a_ready_send(a_manager())
    approve_send(send=send, by=a_manager("bob"), note="", now=NOW)
    api_client().patch(f"/api/v1/sends/{send.pk}", {"audience": "All"}, format="json")

    assert get(f"sends/{send.pk}")["approval"]["state"] == "void"


def test_without_approval_it_does_not_go_live_by_the_api() -> None:
    SendingPolicy.objects.update(needs_approval=True)
    send = a_ready_send(a_manager())

    response = post(f"sends/{send.pk}/transition", {"to": "live"})

    assert response.status_code == 409
    missing = response.json()["error"]["fields"]["missing"]
    assert [found["code"] for found in missing] == ["approval-missing"]
    assert missing[0]["fix_url"].endswith("#approval")
    assert status_of(send) == "ready"


def test_a_warning_is_accepted_with_a_reason_and_the_preflight_says_so() -> None:
    preflight.register("x", lambda send, now: [WARNING])
    send, maria = a_ready_send(), a_manager()
    body = {"code": "long", "message": "It is long.", "reason": "Legal asked for it"}

    response = post(f"sends/{send.pk}/acknowledge", body, key_of(maria))

    assert response.status_code == 201
    found = next(
        result
        for result in get(f"sends/{send.pk}/preflight")["results"]
        if result["code"] == "long"
    )
    assert found["acknowledged"] == response.json()
    assert response.json()["acknowledged_by"] == "maria"
    assert response.json()["reason"] == "Legal asked for it"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "no"}, 400, "reason-missing"),
        ({"reason": ""}, 400, "reason-missing"),
        ({"message": "It was long."}, 409, "warning-not-found"),
        ({"code": "broken", "message": "It is broken."}, 409, "error-not-acceptable"),
    ],
)
def test_what_cannot_be_accepted_says_why(body: dict[str, str], status: int, code: str) -> None:
    broken = CheckResult("broken", Level.ERROR, "It is broken.")
    preflight.register("x", lambda send, now: [WARNING, broken])
    given = {"code": "long", "message": "It is long.", "reason": "Legal asked", **body}

    response = post(f"sends/{a_send().pk}/acknowledge", given)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_where_the_policy_asks_for_answers_the_preflight_waits_for_them() -> None:
    SendingPolicy.objects.update(warnings_need_reason=True)
    preflight.register("x", lambda send, now: [WARNING])
    send = a_ready_send()

    assert get(f"sends/{send.pk}/preflight")["may_go_live"] is False
    assert post(f"sends/{send.pk}/transition", {"to": "live"}).status_code == 409

    body = {"code": "long", "message": "It is long.", "reason": "Legal asked for it"}
    post(f"sends/{send.pk}/acknowledge", body)

    assert get(f"sends/{send.pk}/preflight")["may_go_live"] is True
    assert post(f"sends/{send.pk}/transition", {"to": "live"}).json()["status"] == "live"


def test_a_send_is_cloned_and_given_values_win() -> None:
    send = a_send(status="done", audience="Lapsed")

    plain = post(f"sends/{send.pk}/clone")
    named = post(f"sends/{send.pk}/clone", {"utm_campaign": "demo-invite-q4", "name": "Demo"})

    assert (plain.status_code, named.status_code) == (201, 201)
    assert plain.json()["cloned_from"] == str(send.pk)
    assert (plain.json()["status"], plain.json()["audience"]) == ("draft", "Lapsed")
    assert (named.json()["utm_campaign"], named.json()["name"]) == ("demo-invite-q4", "Demo")


def test_a_clone_under_a_name_that_does_not_pass_is_refused() -> None:
    response = post(f"sends/{a_send().pk}/clone", {"utm_campaign": "Demo Invite"})

    assert response.status_code == 400
    assert response.json()["error"]["fields"]["utm_campaign"][0]["suggestion"]
    assert Send.objects.count() == 1


def test_cloning_needs_the_right_to_add() -> None:
    client = APIClient()
    eve = a_user("eve", "campaigns.change_send", "campaigns.view_send")
    client.force_login(eve, backend="django.contrib.auth.backends.ModelBackend")

    assert post(f"sends/{a_send().pk}/clone", client=client).status_code == 403


def test_many_sends_change_each_for_itself() -> None:
    draft, live = a_send("a-june"), a_send("b-june", status="live")
    body = {"ids": [str(draft.pk), str(live.pk)], "changes": {"utm_term": "lapsed"}}

    tried = post("sends/bulk", {**body, "dry_run": True}).json()
    assert Send.objects.filter(utm_term="lapsed").count() == 0
    done = post("sends/bulk", body).json()

    assert tried["results"] == done["results"]
    assert done["results"][0] == {
        "id": str(draft.pk),
        "status": "updated",
        "changes": [{"field": "utm_term", "old": "", "new": "lapsed"}],
        "errors": [],
    }
    assert done["results"][1]["status"] == "rejected"
    assert done["results"][1]["errors"][0]["code"] == "frozen"
    assert Send.objects.get(utm_term="lapsed") == draft


def test_many_sends_move_and_none_with_an_error_goes_live() -> None:
    ready, draft = a_ready_send(), a_send("b-june")
    broken = CheckResult("broken", Level.ERROR, "It is broken.")
    preflight.register("x", lambda send, now: [broken])

    body = {"ids": [str(ready.pk), str(draft.pk)], "to": "live"}
    results = post("sends/bulk", body).json()["results"]

    assert [row["errors"][0]["code"] for row in results] == ["broken", "transition-not-allowed"]
    assert {status_of(ready), status_of(draft)} == {"ready", "draft"}


@pytest.mark.parametrize(
    "body",
    [
        {"to": "live", "changes": {"utm_term": "x"}},
        {},
        {"changes": {}},
        {"to": "sent"},
        {"ids": [], "to": "live"},
        {"ids": None, "to": "live"},
        {"ids": ["01980000-0000-7000-8000-000000000000"], "to": "live"},
    ],
)
def test_a_bulk_request_that_makes_no_sense_is_a_bad_request(body: dict[str, Any]) -> None:
    send = a_send()

    assert post("sends/bulk", {"ids": [str(send.pk)], **body}).status_code == 400


def test_a_bulk_request_without_sends_is_a_bad_request() -> None:
    response = post("sends/bulk", {"to": "live"})

    assert response.status_code == 400
    assert response.json()["error"]["fields"]["ids"][0]["code"] == "required"


def test_bulk_needs_the_right_to_change() -> None:
    client = APIClient()
    adder = a_user("adder", "campaigns.add_send", "campaigns.view_send")
    client.force_login(adder, backend="django.contrib.auth.backends.ModelBackend")
    body = {"ids": [str(a_send().pk)], "to": "cancelled"}

    assert post("sends/bulk", body, client).status_code == 403


def test_a_status_is_not_written_but_may_be_sent_back_as_it_was_read() -> None:
    send = a_send()
    address = f"/api/v1/sends/{send.pk}"

    refused = api_client().patch(address, {"status": "live"}, format="json")
    accepted = api_client().patch(address, {"status": "draft", "audience": "All"}, format="json")

    (found,) = refused.json()["error"]["fields"]["status"]
    assert (refused.status_code, found["code"]) == (400, "not-writable")
    assert "POST sends/{id}/transition" in found["message"]
    assert accepted.json()["audience"] == "All"
