"""Checks of domains as rows, and who is told when one falls ill."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from links.domain_checks import (
    check_domains,
    check_stale_domains,
    latest_domain_checks,
    recheck_due_domains,
)
from links.models import Domain, DomainCheck, WebhookDelivery, WebhookEndpoint
from tests.links.builders import NOW, make_domain
from tests.links.web import Web, serve

pytestmark = pytest.mark.django_db
PROBE = "/.well-known/textrail"


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


@pytest.fixture
def domain(web) -> Domain:
    domain = make_domain(web.host, scheme="http")
    web.pages[PROBE] = (200, {}, domain.verification_token)
    return domain


def check(domain: Domain, minutes: int = 0) -> DomainCheck:
    return check_domains(domains=[domain], now=NOW + timedelta(minutes=minutes))[0]


def test_a_check_is_kept_and_the_first_proof_verifies_the_domain(domain) -> None:
    check(domain)
    check(domain, 9)
    domain.refresh_from_db()
    assert domain.verified_at == NOW
    assert DomainCheck.objects.filter(is_serving=True, has_record=True).count() == 2


def test_a_bad_check_verifies_nothing_and_says_why(domain, web) -> None:
    web.pages[PROBE] = (404, "")
    assert [problem["code"] for problem in check(domain).problems] == ["not-ours"]
    domain.refresh_from_db()
    assert domain.verified_at is None


def test_a_check_leaves_the_links_checks_fresh(domain) -> None:
    before = domain.updated_at
    check(domain)
    domain.refresh_from_db()
    assert domain.updated_at == before


def test_the_newest_check_of_each_domain_is_found(domain) -> None:
    check(domain)
    newest = check(domain, 9)
    assert latest_domain_checks([domain]) == {domain: newest}


# When it is due again


@pytest.mark.parametrize(
    ("is_well", "minutes", "count"),
    [(True, 59, 0), (True, 61, 1), (False, 4, 0), (False, 6, 1)],
)
def test_a_domain_is_due_after_an_hour_and_an_ill_one_after_minutes(
    domain, web, is_well: bool, minutes: int, count: int
) -> None:
    if not is_well:
        web.pages[PROBE] = (404, "")
    assert recheck_due_domains(now=NOW, limit=5) == 1
    assert recheck_due_domains(now=NOW + timedelta(minutes=minutes), limit=5) == count


def test_a_domain_that_is_switched_off_is_never_due(domain) -> None:
    Domain.objects.update(is_active=False)
    assert recheck_due_domains(now=NOW, limit=5) == 0


def test_only_the_named_domains_are_looked_at_and_only_where_that_is_due(domain) -> None:
    make_domain("other.example.com")
    assert len(check_stale_domains(domains=[domain, domain], now=NOW)) == 1
    assert check_stale_domains(domains=[domain], now=NOW) == []


# Who is told


@pytest.fixture
def told() -> None:
    WebhookEndpoint.objects.create(
        url="https://hooks.example.com/",
        event_types=["domain.unhealthy", "domain.healthy"],
        secret="unused",
    )


def events() -> list[tuple[str, datetime]]:
    rows = WebhookDelivery.objects.order_by("created_at")
    return list(rows.values_list("event_type", "created_at"))


def test_an_illness_is_told_at_the_second_failure_and_its_end_at_once(domain, web, told) -> None:
    check(domain)
    good, web.pages[PROBE] = web.pages[PROBE], (502, "")
    check(domain, 1)
    assert events() == []
    check(domain, 2)
    check(domain, 3)
    assert events() == [("domain.unhealthy", NOW + timedelta(minutes=2))]
    web.pages[PROBE] = good
    check(domain, 4)
    assert events()[1:] == [("domain.healthy", NOW + timedelta(minutes=4))]
    assert WebhookDelivery.objects.latest("created_at").payload["host"] == web.host


def test_a_new_domain_that_does_not_answer_yet_is_no_illness(domain, web, told) -> None:
    web.pages[PROBE] = (404, "")
    for minute in range(4):
        check(domain, minute)
    assert events() == []
