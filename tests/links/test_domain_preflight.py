"""What a send's domain may hold against it."""

import pytest
from django.utils import timezone

from campaigns.preflight import Level, run_checks
from links import services
from links.domain_preflight import check_send_domains
from links.models import Domain, DomainCheck
from tests.links.builders import NOW, make_domain, make_message, make_send

pytestmark = pytest.mark.django_db


@pytest.fixture
def send():
    make_domain(verified_at=NOW)
    send = make_send()
    make_message(send)
    services.sync_send_links(send, timezone.now())
    return send


def found(code: str, severity: str) -> None:
    problem = {"code": code, "message": "It is so.", "severity": severity}
    DomainCheck.objects.create(
        domain=Domain.objects.get(),
        checked_at=NOW,
        has_record=code != "no-record",
        is_serving=severity == "warning",
        problems=[problem],
    )


def results(send) -> list[tuple[str, Level]]:
    return [(result.code, result.level) for result in check_send_domains(send, NOW)]


def test_a_domain_that_is_well_is_not_mentioned(send) -> None:
    DomainCheck.objects.create(
        domain=Domain.objects.get(), checked_at=NOW, has_record=True, is_serving=True
    )
    assert results(send) == []


def test_a_domain_that_does_not_serve_stops_the_send(send) -> None:
    found("not-ours", "error")
    assert results(send) == [("domain-not-ours", Level.ERROR)]
    (result,) = check_send_domains(send, NOW)
    assert result.message == "Domain go.example.com: It is so."
    assert result.fix_url == f"/admin/links/domain/{Domain.objects.get().pk}/change/"


def test_a_domain_without_its_proof_is_a_warning(send) -> None:
    Domain.objects.update(verified_at=None)
    found("no-record", "warning")
    assert results(send) == [("domain-no-record", Level.WARNING)]


def test_a_domain_once_proven_needs_no_proof_again(send) -> None:
    found("no-record", "warning")
    assert results(send) == []


def test_the_check_is_registered_with_the_send(send) -> None:
    found("tls", "error")
    assert "domain-tls" in {result.code for result in run_checks(send, now=timezone.now())}
