"""What the API says of links beside their addresses: tags, archive, limits, targets, QR codes."""

import pytest
from rest_framework.test import APIClient

from campaigns.api_keys import issue_key
from links.models import Link
from tests.links.builders import NOW, make_domain, make_link, make_send

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/links"
TARGET = {"devices": ["ios"], "countries": ["de"], "destination_url": "https://apps.example/x"}


def client_with(*scopes: str) -> APIClient:
    _, plain = issue_key(name="Test", scopes=scopes, by=None)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


def codes(client: APIClient, **query: str) -> set[str]:
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200, answer.data
    return {row["code"] for row in answer.data["results"]}


def test_tags_limit_and_targets_are_stored_in_one_spelling(client) -> None:
    make_domain(is_default=True)
    body = {
        "destination_url": "https://www.example.com/",
        "tags": ["Poster", "poster "],
        "tap_limit": 10,
        "targets": [TARGET],
    }
    answer = client.post(ADDRESS, body, format="json")
    assert answer.status_code == 201, answer.data
    assert answer.data["tags"] == ["poster"]
    assert answer.data["tap_limit"] == 10
    assert answer.data["targets"] == [{**TARGET, "countries": ["DE"]}]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"tags": ["a,b"]}, "tags"),
        ({"tap_limit": 0}, "tap_limit"),
        ({"targets": [{**TARGET, "devices": ["phone"]}]}, "targets"),
        ({"targets": [{"destination_url": "https://apps.example/"}]}, "targets"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, values, field) -> None:
    make_domain(is_default=True)
    body = {"destination_url": "https://www.example.com/", **values}
    answer = client.post(ADDRESS, body, format="json")
    assert answer.status_code == 400
    assert field in answer.data["error"]["fields"]


def test_a_changed_link_keeps_what_is_not_named(client) -> None:
    link = make_link(tags=["poster"], targets=[TARGET], tap_limit=5)
    client.patch(f"{ADDRESS}/{link.pk}", {"tap_limit": None}, format="json")
    link.refresh_from_db()
    assert (link.tags, link.targets[0]["devices"], link.tap_limit) == (["poster"], ["ios"], None)


def test_a_link_is_archived_and_shown_again_and_read_all_the_while(client) -> None:
    link = make_link()
    answer = client.post(f"{ADDRESS}/{link.pk}/archive")
    assert answer.status_code == 200
    assert answer.data["archived_at"] is not None
    assert codes(client) == set()
    assert client.get(f"{ADDRESS}/{link.pk}").status_code == 200
    assert client.post(f"{ADDRESS}/{link.pk}/unarchive").data["archived_at"] is None
    assert codes(client) == {"k7Qm2Xa"}


def test_a_key_that_may_only_read_archives_nothing() -> None:
    link = make_link()
    assert client_with("read").post(f"{ADDRESS}/{link.pk}/archive").status_code == 403
    assert Link.objects.in_use().exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"free2", "sends2"}),
        ({"archived": "true"}, {"old2"}),
        ({"archived": "any"}, {"free2", "sends2", "old2"}),
        ({"tag": "poster"}, {"free2", "sends2"}),
        ({"tag": "Poster, spring"}, {"free2"}),
        ({"domain": "go.example.com"}, {"free2", "sends2"}),
        ({"domain": "other.example.com"}, set()),
        ({"imported_from": "dub", "archived": "any"}, {"old2"}),
        ({"send__isnull": "true"}, {"free2"}),
        ({"search": "kiosk"}, {"free2"}),
        ({"search": "Demo invitations"}, {"sends2"}),
        ({"search": "https://go.example.com/free2"}, {"free2"}),
        ({"search": "spring"}, {"free2"}),
    ],
)
def test_links_are_found_by_what_is_known_of_them(client, query, found) -> None:
    domain = make_domain()
    make_link(domain, "free2", title="At the kiosk", tags=["poster", "spring"])
    make_link(domain, "sends2", tags=["poster"], send=make_send())
    make_link(domain, "old2", archived_at=NOW, imported_from="dub")
    assert codes(client, **query) == found


def test_links_are_found_by_their_campaign(client) -> None:
    send = make_send()
    make_link(send=send)
    make_link(code="other2")
    assert codes(client, campaign=str(send.campaign_id)) == {"k7Qm2Xa"}


@pytest.mark.parametrize("query", [{"archived": "maybe"}, {"send": "x"}, {"campaign": "x"}])
def test_a_filter_that_cannot_be_is_refused(client, query) -> None:
    assert client.get(ADDRESS, query).status_code == 400


def test_links_are_sorted_by_title(client) -> None:
    domain = make_domain()
    for code, title in (("a2", "Zoo"), ("b2", "Art")):
        make_link(domain, code, title=title)
    rows = client.get(ADDRESS, {"ordering": "title"}).data["results"]
    assert [row["title"] for row in rows] == ["Art", "Zoo"]


def test_every_tag_is_listed_with_its_count(client) -> None:
    domain = make_domain()
    make_link(domain, "a2", tags=["poster", "spring"])
    make_link(domain, "b2", tags=["poster"])
    assert client.get(f"{ADDRESS}/tags").json() == [
        {"tag": "poster", "count": 2},
        {"tag": "spring", "count": 1},
    ]


@pytest.mark.parametrize(
    ("ending", "kind", "start"),
    [("svg", "image/svg+xml", b"<svg"), ("png", "image/png", b"\x89PNG")],
)
def test_the_qr_code_comes_as_it_was_asked_for(client, ending, kind, start) -> None:
    link = make_link()
    plain = client.get(f"{ADDRESS}/{link.pk}/qr.{ending}")
    large = client.get(f"{ADDRESS}/{link.pk}/qr.{ending}", {"size": "1024", "color": "0f766e"})
    assert plain["Content-Type"] == large["Content-Type"] == kind
    assert plain.content.startswith(start)
    assert plain.content != large.content


def test_a_qr_code_that_no_camera_reads_is_refused(client) -> None:
    link = make_link()
    answer = client.get(f"{ADDRESS}/{link.pk}/qr.svg?color=ffff00", HTTP_ACCEPT="application/json")
    assert answer.status_code == 400
    assert "too light" in answer.json()["error"]["fields"]["color"][0]["message"]
