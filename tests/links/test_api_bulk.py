"""`POST links/bulk`."""

import pytest
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from links import api_bulk
from links.models import Link
from tests.links.builders import make_domain, make_link, make_send

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/links/bulk"
PAGE = "https://www.example.com/spring"


def client_with(*scopes: str) -> APIClient:
    _, plain = issue_key(name="Test", scopes=scopes, by=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


def post(client: APIClient, *links: object, **query: str):
    address = "?".join([ADDRESS, "&".join(f"{name}={value}" for name, value in query.items())])
    return client.post(address, {"links": list(links)}, format="json")


def test_every_link_has_its_own_result_in_the_order_sent(client) -> None:
    make_domain(is_default=True)
    answer = post(
        client,
        {"destination_url": PAGE, "code": "a b"},
        {
            "destination_url": PAGE,
            "code": "spring",
            "tags": ["Poster"],
            "expires_at": "2030-01-01T00:00:00Z",
            "passes_query": False,
            "targets": [{"devices": ["ios"], "destination_url": "https://apps.example/x"}],
        },
        {"title": "No page"},
    )
    assert answer.status_code == 200
    assert (answer.data["created"], answer.data["rejected"]) == (1, 2)
    first, second, third = answer.data["results"]
    assert (first["row"], first["errors"][0]["code"]) == (1, "code-not-allowed")
    assert (second["status"], second["link"]["short_url"]) == (
        "created", "https://go.example.com/spring",
    )  # fmt: skip
    assert (third["errors"][0]["field"], third["errors"][0]["code"]) == (
        "destination_url", "required",
    )  # fmt: skip
    link = Link.objects.get()
    assert (link.tags, link.passes_query, link.expires_at.year) == (["poster"], False, 2030)
    assert link.targets[0]["devices"] == ["ios"]


def test_a_dry_run_makes_nothing(client) -> None:
    make_domain(is_default=True)
    answer = post(client, {"destination_url": PAGE}, dry_run="true")
    assert (answer.data["created"], answer.data["results"][0]["link"]) == (1, None)
    assert not Link.objects.exists()


def test_what_breaks_the_convention_is_a_warning(client) -> None:
    make_domain(is_default=True)
    make_send()
    link = {"destination_url": PAGE, "utm_source": "SMS", "utm_medium": "text"}
    (result,) = post(client, {**link, "utm_campaign": "spring-launch"}).data["results"]
    assert result["status"] == "created"
    assert (result["warnings"][0]["field"], result["warnings"][0]["suggestion"]) == (
        "utm_source", "sms",
    )  # fmt: skip


def test_the_very_same_link_is_unchanged(client) -> None:
    make_domain(is_default=True)
    for status in ("created", "unchanged"):
        answer = post(client, {"destination_url": PAGE, "code": "spring"})
        assert answer.data[status] == 1
    assert Link.objects.count() == 1


def test_a_domain_that_is_none_of_ours_is_refused(client) -> None:
    make_domain(is_default=True)
    (result,) = post(client, {"destination_url": PAGE, "domain": "bit.ly"}).data["results"]
    assert result["errors"][0] == {
        "field": "domain",
        "code": "does-not-exist",
        "message": "bit.ly is none of your active domains.",
        "suggestion": "",
    }


@pytest.mark.parametrize("item", [7, "x", None, {"destination_url": PAGE, "tags": "a"}])
def test_an_item_of_another_shape_leaves_its_neighbours_alone(client, item) -> None:
    make_domain(is_default=True)
    answer = post(client, item, {"destination_url": PAGE})
    assert [row["status"] for row in answer.data["results"]] == ["rejected", "created"]
    assert answer.data["results"][0]["errors"]


@pytest.mark.parametrize("body", [{}, {"links": {}}, []])
def test_a_body_without_a_list_is_refused(client, body) -> None:
    answer = client.post(ADDRESS, body, format="json")
    assert answer.status_code == 400
    assert "links" in answer.data["error"]["fields"]


def test_too_many_links_are_refused(client, monkeypatch) -> None:
    monkeypatch.setattr(api_bulk, "MOST_AT_ONCE", 1)
    answer = post(client, {"destination_url": PAGE}, {"destination_url": PAGE})
    assert "At most 1 links" in answer.data["error"]["fields"]["links"][0]["message"]


def test_without_a_domain_nothing_can_be_made(client) -> None:
    answer = post(client, {"destination_url": PAGE})
    assert answer.status_code == 400
    assert "no active domain" in answer.data["error"]["fields"]["domain"][0]["message"]


def test_a_repeated_post_with_the_same_key_makes_its_links_once(client) -> None:
    make_domain(is_default=True)
    body = {"links": [{"destination_url": PAGE}]}
    answers = [
        client.post(ADDRESS, body, format="json", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert Link.objects.count() == 1


def test_a_key_that_may_only_read_makes_nothing() -> None:
    make_link(make_domain(is_default=True))
    assert post(client_with("read"), {"destination_url": PAGE}).status_code == 403
