"""`GET /api/v1/changes`."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from campaigns.history import save_by
from campaigns.models import Campaign
from tests.campaigns.builders import a_campaign, a_message, a_send, a_user, api_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/changes"


def listed(client: Any = None, **query: Any) -> dict[str, Any]:
    answer = (client or api_client("read")).get(URL, query)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def names(body: dict[str, Any]) -> list[str]:
    return [f"{one['action']} {one['object']} {one['name']}" for one in body["results"]]


def test_a_change_says_who_when_and_what() -> None:
    campaign = Campaign(name="Spring")
    save_by(campaign, a_user("alice"))
    campaign.name = "Summer"
    save_by(campaign, a_user("bob"), reason="It moved")

    body = listed()

    newest = body["results"][0]
    assert newest.pop("at")
    assert newest == {
        "by": "bob",
        "action": "changed",
        "object": "campaign",
        "object_id": str(campaign.pk),
        "name": "Summer",
        "part": "",
        "reason": "It moved",
        "fields_changed": [{"field": "name", "label": "Name", "old": "Spring", "new": "Summer"}],
    }
    assert (body["next"], body["previous"]) == (None, None)


def test_one_send_s_changes_have_those_of_its_texts() -> None:
    send = a_send("trial-one-june", name="One")
    a_message(send, utm_content="version-a")
    a_send("trial-other-june", name="Other")

    body = listed(object="send", id=str(send.pk))

    assert names(body) == ["created send One", "created send One"]
    assert [one["part"] for one in body["results"]] == ["the text version-a", ""]


def test_a_period_and_a_name_leave_changes_out() -> None:
    a_campaign("Spring")
    middle = a_campaign("Summer").history.get().history_date.isoformat()
    a_campaign("Autumn")

    assert names(listed(since=middle)) == ["created campaign Autumn", "created campaign Summer"]
    assert names(listed(until=middle)) == ["created campaign Spring"]
    assert names(listed(name="autu")) == ["created campaign Autumn"]


def test_pages_follow_each_other() -> None:
    client = api_client("read")
    for name in ("One", "Two", "Three"):
        a_campaign(name)

    first = listed(client, page_size=2, object="campaign")
    second = client.get(first["next"]).json()

    assert names(first) + names(second) == [
        "created campaign Three",
        "created campaign Two",
        "created campaign One",
    ]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"object": "pigeon"}, "object"),
        ({"id": str(uuid4())}, "object"),
        ({"id": "x", "object": "send"}, "id"),
        ({"since": "June"}, "since"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 501}, "page_size"),
    ],
    ids=["object", "id-alone", "id", "since", "none", "too-many"],
)
def test_a_wrong_parameter_is_refused(query: dict[str, Any], field: str) -> None:
    answer = api_client("read").get(URL, query)

    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_a_cursor_that_is_none_is_refused() -> None:
    answer = api_client("read").get(URL, {"cursor": "nonsense"})

    assert answer.status_code == 404


def test_a_key_needs_the_scope_to_read() -> None:
    assert api_client("events").get(URL).status_code == 403


def test_nobody_is_refused() -> None:
    assert APIClient().get(URL).status_code == 401


def test_a_signed_in_user_sees_what_the_admin_shows() -> None:
    a_message(a_send(name="Offer"))
    client = Client()
    client.force_login(
        a_user("alice", "campaigns.view_send"),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert names(listed(client)) == ["created send Offer"]


def test_a_signed_in_user_without_sends_is_refused() -> None:
    client = Client()
    client.force_login(a_user(), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(URL).status_code == 403
