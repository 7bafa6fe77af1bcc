"""Which hosts a proxy may fetch a certificate for."""

import pytest

from tests.links.builders import make_domain

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("host", ["go.example.com", "GO.example.com."])
def test_an_active_domain_may_have_a_certificate(client, host) -> None:
    make_domain()
    assert client.get("/api/tls-permission", {"domain": host}).status_code == 200


@pytest.mark.parametrize("host", ["other.example.com", "off.example.com", ""])
def test_any_other_host_may_not(client, host) -> None:
    make_domain()
    make_domain("off.example.com", is_active=False)
    answer = client.get("/api/tls-permission", {"domain": host})
    assert answer.status_code == 404
    assert b"no active domain" in answer.content


def test_asking_changes_nothing(client) -> None:
    assert client.post("/api/tls-permission").status_code == 405
