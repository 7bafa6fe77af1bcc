"""Versions of texts by the API: their shares, and the replacing of one that is out."""

from typing import Any

import pytest

from campaigns import send_followers
from campaigns.models import Message, Send
from tests.campaigns.builders import a_message, a_send, api_client

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
NEW = "Better words: {link} Reply STOP to opt out"


@pytest.fixture(autouse=True)
def _no_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_followers, "_followers", {})


def a_test(*shares: int, status: str = "draft") -> Send:
    """Return a send with versions of these shares."""
    send = a_send(status=status)
    for letter, share in zip("abcde", shares, strict=False):
        a_message(send, utm_content=f"version-{letter}", share=share)
    return send


def shares(send: Send) -> list[int]:
    return list(send.messages.order_by("utm_content").values_list("share", flat=True))


def add(send: Send, **fields: Any) -> Any:
    body = {"send": str(send.pk), "body": TEXT, **fields}
    return api_client().post("/api/v1/messages", body, format="json")


def replace(message: Message, **body: Any) -> Any:
    return api_client().post(f"/api/v1/messages/{message.pk}/replace", body, format="json")


def test_a_new_version_gets_as_much_as_the_others() -> None:
    send = a_test(50, 50)

    made = add(send).json()

    assert (made["utm_content"], made["share"]) == ("version-c", 33)
    assert sum(shares(send)) == 100


def test_a_new_version_with_a_share_leaves_the_rest_to_the_others() -> None:
    send = a_test(75, 25)

    add(send, share=20)

    assert shares(send) == [60, 20, 20]


def test_the_first_version_goes_to_everybody() -> None:
    assert add(a_send()).json()["share"] == 100


def test_a_changed_share_leaves_the_rest_to_the_others() -> None:
    send = a_test(50, 25, 25)
    first = send.messages.get(utm_content="version-a")

    api_client().patch(f"/api/v1/messages/{first.pk}", {"share": 80}, format="json")

    assert shares(send) == [80, 10, 10]


def test_a_changed_text_leaves_the_shares_alone() -> None:
    send = a_test(70, 30)
    first = send.messages.get(utm_content="version-a")

    api_client().patch(f"/api/v1/messages/{first.pk}", {"body": NEW}, format="json")

    assert shares(send) == [70, 30]


def test_a_version_that_is_taken_away_leaves_its_recipients_to_the_others() -> None:
    send = a_test(50, 30, 20)
    first = send.messages.get(utm_content="version-a")

    assert api_client().delete(f"/api/v1/messages/{first.pk}").status_code == 204

    assert shares(send) == [60, 40]


def test_a_share_that_leaves_nothing_for_the_others_is_refused() -> None:
    send = a_test(50, 25, 25)
    first = send.messages.get(utm_content="version-a")

    response = api_client().patch(f"/api/v1/messages/{first.pk}", {"share": 99}, format="json")

    assert response.status_code == 400
    assert "shares-sum" in response.content.decode()
    assert shares(send) == [50, 25, 25]


def test_a_version_may_lead_to_a_page_of_its_own() -> None:
    made = add(a_send(), destination_url="https://example.com/b").json()

    assert made["destination_url"] == "https://example.com/b"


def test_a_page_that_no_link_may_lead_to_is_refused_at_its_field() -> None:
    response = add(a_send(), destination_url="ftp://example.com/b")

    assert response.status_code == 400
    assert "destination_url" in response.content.decode()


@pytest.mark.parametrize("change", [{"body": NEW}, {"share": 40}, {"utm_content": "version-z"}])
def test_a_version_that_is_out_is_a_conflict_that_names_the_way(change: dict[str, Any]) -> None:
    send = a_test(60, 40, status="live")
    first = send.messages.get(utm_content="version-a")

    response = api_client().patch(f"/api/v1/messages/{first.pk}", change, format="json")

    assert response.status_code == 409
    error = response.json()["error"]
    assert error["code"] == "send-frozen"
    assert "POST messages/{id}/replace" in error["fields"]["messages"][0]["message"]
    assert shares(send) == [60, 40]


def test_a_version_that_is_out_is_replaced() -> None:
    old = a_test(60, 40, status="live").messages.get(utm_content="version-a")
    Message.objects.filter(pk=old.pk).update(destination_url="https://example.com/a")

    response = replace(old, body=NEW)

    assert response.status_code == 201
    new = response.json()
    assert (new["utm_content"], new["share"], new["body"]) == ("version-c", 60, NEW)
    assert (new["replaces"], new["retired_at"]) == (str(old.pk), None)
    assert new["destination_url"] == "https://example.com/a"
    stored = api_client("read").get(f"/api/v1/messages/{old.pk}").json()
    assert stored["retired_at"] is not None


def test_versions_are_listed_without_the_replaced_ones() -> None:
    old = a_test(100, status="live").messages.get()
    replace(old, body=NEW)

    found = api_client("read").get("/api/v1/messages?retired_at__isnull=true").json()["results"]

    assert [row["utm_content"] for row in found] == ["version-b"]


def test_a_text_that_cannot_go_out_says_what_would() -> None:
    old = a_test(100, status="live").messages.get()

    response = replace(old, body="No link. STOP")

    assert response.status_code == 400
    (found,) = response.json()["error"]["fields"]["body"]
    assert (found["code"], found["value"], found["suggestion"]) == (
        "link-mark",
        "No link. STOP",
        "No link. STOP {link}",
    )


def test_a_version_that_is_not_out_is_not_replaced() -> None:
    response = replace(a_test(100).messages.get(), body=NEW)

    assert response.status_code == 409
    assert response.json()["error"]["code"] == "not-replaceable"


def test_replacing_needs_the_right_to_write() -> None:
    old = a_test(100, status="live").messages.get()

    response = api_client("read").post(
        f"/api/v1/messages/{old.pk}/replace", {"body": NEW}, format="json"
    )

    assert response.status_code == 403
