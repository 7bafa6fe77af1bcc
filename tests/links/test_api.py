"""The REST resources of links, through HTTP, with keys."""

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from links.models import Domain, Link, LinkCheck
from tests.links.builders import NOW, make_check, make_domain, make_link, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/links"


def client_with(*scopes: str, by=None) -> APIClient:
    _, plain = issue_key(name="Test", scopes=scopes, by=by)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


def new_link(**values) -> dict:
    return {
        "destination_url": "https://www.example.com/trial",
        "utm_source": "sms",
        "utm_medium": "text",
        "utm_campaign": "demo-invite-q2",
        **values,
    }


def test_a_link_is_made_on_the_default_domain(client) -> None:
    make_domain(is_default=True)
    answer = client.post(ADDRESS, new_link(), format="json")
    assert answer.status_code == 201
    link = Link.objects.get()
    assert answer.data["short_url"] == f"https://go.example.com/{link.code}"
    assert answer.data["domain"] == "go.example.com"
    assert answer.data["utm_campaign"] == "demo-invite-q2"
    assert answer.data["send_name"] is None


def test_a_link_is_made_under_a_chosen_code_on_a_chosen_domain(client) -> None:
    make_domain(is_default=True)
    make_domain("other.example.com")
    answer = client.post(
        ADDRESS, new_link(domain="other.example.com", code="spring"), format="json"
    )
    assert answer.data["short_url"] == "https://other.example.com/spring"


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"code": "admin"}, "code", "code-not-allowed"),
        ({"code": "taken"}, "code", "code-taken"),
        ({"destination_url": "https://a:b@example.com/"}, "destination_url", None),
        ({"destination_url": "ftp://example.com/"}, "destination_url", None),
        ({"domain": "unknown.example.com"}, "domain", "does-not-exist"),
    ],
)
def test_a_refused_link_names_field_and_rule(client, values, field, code) -> None:
    make_link(make_domain(is_default=True), "taken")
    answer = client.post(ADDRESS, new_link(**values), format="json")
    assert answer.status_code == 400
    errors = answer.data["error"]["fields"][field]
    assert errors[0]["message"]
    if code:
        assert errors[0]["code"] == code
    assert Link.objects.count() == 1


def test_a_repeated_post_with_the_same_key_makes_one_link(client) -> None:
    make_domain(is_default=True)
    answers = [
        client.post(ADDRESS, new_link(), format="json", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)
    ]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert Link.objects.count() == 1


def test_links_are_listed_and_filtered(client) -> None:
    send = make_send()
    make_link(send=send)
    make_link(code="spring")
    assert len(client.get(ADDRESS).data["results"]) == 2
    (row,) = client.get(ADDRESS, {"send": str(send.pk)}).data["results"]
    assert row["send_name"] == "Demo invitation, June"


def test_a_list_costs_the_same_queries_for_two_links_and_for_twenty(
    client, django_assert_max_num_queries
) -> None:
    for place in range(20):
        make_link(code=f"code{place}", send=make_send(f"send-{place}"))
    with django_assert_max_num_queries(5):
        assert len(client.get(ADDRESS).data["results"]) == 20


def test_a_link_is_changed(client) -> None:
    link = make_link()
    answer = client.patch(f"{ADDRESS}/{link.pk}", {"title": "Spring"}, format="json")
    assert answer.status_code == 200
    link.refresh_from_db()
    assert link.title == "Spring"


def test_the_code_of_a_link_stays(client) -> None:
    link = make_link()
    answer = client.patch(f"{ADDRESS}/{link.pk}", {"code": "other"}, format="json")
    assert answer.status_code == 400
    assert answer.data["error"]["fields"]["code"][0]["code"] == "code-is-fixed"


def test_a_deleted_link_is_retired(client) -> None:
    link = make_link()
    assert client.delete(f"{ADDRESS}/{link.pk}").status_code == 204
    link.refresh_from_db()
    assert link.status == "retired"


def test_a_key_that_may_only_read_makes_nothing() -> None:
    make_domain(is_default=True)
    reader = client_with("read")
    assert reader.post(ADDRESS, new_link(), format="json").status_code == 403
    assert reader.get(ADDRESS).status_code == 200


def test_a_stranger_sees_nothing() -> None:
    assert APIClient().get(ADDRESS).status_code == 401


def test_an_unknown_link_is_not_found(client) -> None:
    answer = client.get(f"{ADDRESS}/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert answer.data["error"]["code"] == "not-found"


# Checks and QR codes


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def test_checking_now_answers_with_all_devices_and_their_hops(client, web) -> None:
    domain = Domain.objects.create(host=web.host, scheme="http")
    link = make_link(domain)
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages.update({f"/{link.code}": (302, f"/page?{query}"), "/page": PAGE})
    answer = client.post(f"{ADDRESS}/{link.pk}/checks")
    assert answer.status_code == 201
    assert {row["device"]: row["is_ok"] for row in answer.data["results"]} == {
        "iphone": True,
        "android": True,
        "desktop": True,
    }
    assert [hop["status"] for hop in answer.data["results"][0]["hops"]] == [302, 200]
    assert LinkCheck.objects.count() == 3


def test_checks_are_listed_newest_first(client) -> None:
    link = make_link()
    make_check(link, checked_at=NOW - timedelta(days=1))
    time.sleep(0.002)  # ids are ordered by milliseconds
    make_check(link, is_ok=False)
    rows = client.get(f"{ADDRESS}/{link.pk}/checks").data["results"]
    assert [row["is_ok"] for row in rows] == [False, True]
    assert rows[0]["problems"][0]["code"] == "final-status"


@pytest.mark.parametrize("accept", ["*/*", "image/svg+xml", "application/json"])
def test_the_qr_code_is_an_svg(client, accept) -> None:
    link = make_link()
    answer = client.get(f"{ADDRESS}/{link.pk}/qr.svg", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")
