"""The REST resource of domains, through HTTP, with keys."""

from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from links.models import CampaignDomain, Domain
from tests.links.builders import make_domain, make_link, make_send
from tests.links.test_api import client_with
from tests.links.web import Web, serve

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/domains"


@pytest.fixture
def client() -> APIClient:
    return client_with("read", "write")


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def test_a_domain_is_made_for_a_campaign_and_names_its_record(client) -> None:
    campaign = make_send().campaign
    body = {
        "host": "HTTPS://Go.Example.com/",
        "campaigns": [str(campaign.pk)],
        "well_known": {"security.txt": "Contact: mailto:a@example.com\n"},
    }
    answer = client.post(ADDRESS, body, format="json")
    assert answer.status_code == 201
    domain = Domain.objects.get()
    assert domain.host == answer.data["host"] == "go.example.com"
    assert domain.well_known == body["well_known"]
    assert answer.data["health"] == "Not checked"
    assert answer.data["record"] == {
        "type": "TXT",
        "name": "_textrail.go.example.com",
        "value": f"textrail-verification={domain.verification_token}",
    }
    assert answer.data["campaigns"] == [campaign.pk]


def test_the_campaigns_of_a_domain_are_replaced_as_a_whole(client) -> None:
    campaign, domain = make_send().campaign, make_domain()
    CampaignDomain.objects.create(campaign=campaign, domain=domain)
    client.patch(f"{ADDRESS}/{domain.pk}", {"is_default": True}, format="json")
    assert CampaignDomain.objects.exists()
    client.patch(f"{ADDRESS}/{domain.pk}", {"campaigns": []}, format="json")
    assert not CampaignDomain.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"host": "not a host"}, "host", "host-not-allowed"),
        ({"host": "GO.example.com"}, "host", "host-taken"),
        ({"icon_url": "https://a:b@example.com/"}, "icon_url", "credentials-in-address"),
        ({"well_known": {"../x": "y"}}, "well_known", "file-not-allowed"),
    ],
)
def test_a_refused_domain_names_field_and_rule(client, values, field, code) -> None:
    make_domain()
    answer = client.post(ADDRESS, {"host": "new.example.com", **values}, format="json")
    assert answer.status_code == 400
    assert answer.data["error"]["fields"][field][0]["code"] == code


def test_the_host_of_a_domain_with_links_is_fixed(client) -> None:
    link = make_link()
    address = f"{ADDRESS}/{link.domain_id}"
    answer = client.patch(address, {"host": "new.example.com"}, format="json")
    assert answer.data["error"]["fields"]["host"][0]["code"] == "host-is-fixed"
    assert client.delete(address).status_code == 409


def test_a_domain_is_checked_now_and_its_checks_are_listed(client, web) -> None:
    domain = make_domain(web.host, scheme="http")
    web.pages["/.well-known/textrail"] = (200, {}, domain.verification_token)
    answer = client.post(f"{ADDRESS}/{domain.pk}/checks")
    assert answer.status_code == 201
    assert answer.data["is_serving"]
    assert len(client.get(f"{ADDRESS}/{domain.pk}/checks").data["results"]) == 1
    assert client.get(f"{ADDRESS}/{domain.pk}").data["health"] == "Works"


def test_a_key_that_may_only_read_changes_nothing() -> None:
    answer = client_with("read").post(ADDRESS, {"host": "new.example.com"}, format="json")
    assert answer.status_code == 403
