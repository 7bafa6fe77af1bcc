"""The resolver: what it finds, what it asks, what it notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

import pytest
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from links import resolver as resolver_module
from links.models import Domain, Link
from links.resolver import Resolver
from tests.links.builders import make_domain, make_link

pytestmark = pytest.mark.django_db
HOST = "go.example.com"


def loaded() -> Resolver:
    resolver = Resolver()
    resolver.refresh()
    return resolver


@contextmanager
def database_away() -> Iterator[None]:
    """Make every statement fail, as when PostgreSQL was stopped."""
    with mock.patch.object(CursorWrapper, "execute", side_effect=DatabaseError("gone")):
        yield


def test_a_loaded_link_costs_no_query(django_assert_num_queries) -> None:
    link = make_link()
    resolver = loaded()
    with django_assert_num_queries(0):
        target = resolver.find(HOST, link.code)
    assert target is not None
    assert target.link_id == link.id
    assert target.destination.build("", "ID") == (
        "https://www.example.com/trial"
        "?utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2&tr=ID"
    )


@pytest.mark.parametrize("host", ["GO.Example.com", "go.example.com:443", "go.example.com."])
def test_the_host_is_read_in_every_form(host: str) -> None:
    make_link()
    assert loaded().find(host, "k7Qm2Xa") is not None


def test_an_unusual_port_is_part_of_the_host() -> None:
    make_link(make_domain("127.0.0.1:8000", scheme="http"))
    resolver = loaded()
    assert resolver.find("127.0.0.1:8000", "k7Qm2Xa") is not None
    assert resolver.find("127.0.0.1", "k7Qm2Xa") is None


def test_an_unknown_host_costs_no_query(django_assert_num_queries) -> None:
    resolver = loaded()
    with django_assert_num_queries(0):
        assert resolver.find("elsewhere.example", "k7Qm2Xa") is None


def test_the_same_code_on_two_domains_are_two_links() -> None:
    first = make_link()
    second = make_link(make_domain("other.example"))
    resolver = loaded()
    found = [resolver.find(host, "k7Qm2Xa") for host in (HOST, "other.example")]
    assert [target and target.link_id for target in found] == [first.id, second.id]


def test_a_recipients_code_finds_its_link_without_a_query(django_assert_num_queries) -> None:
    link = make_link()
    resolver = loaded()
    with django_assert_num_queries(0):
        target = resolver.find(HOST, "k7Qm2Xaabc234")
    assert target is not None
    assert target.link_id == link.id


def test_an_exact_code_of_thirteen_characters_comes_first() -> None:
    make_link()
    exact = make_link(code="k7Qm2Xaabc234")
    target = loaded().find(HOST, "k7Qm2Xaabc234")
    assert target is not None
    assert target.link_id == exact.id


def test_a_custom_codes_recipient_is_found() -> None:
    link = make_link(code="spring-sale")
    target = loaded().find(HOST, "spring-saleabc234")
    assert target is not None
    assert target.link_id == link.id


@pytest.mark.parametrize("code", ["café", "café/", "caf%C3%A9", "cafe\u0301", "cafÃ©"])
def test_a_unicode_slug_is_found_in_every_form(code: str) -> None:
    make_link(code="café")
    assert loaded().find(HOST, code) is not None


def test_codes_are_case_sensitive() -> None:
    make_link()
    assert loaded().find(HOST, "K7QM2XA") is None


def test_a_miss_asks_once_and_is_remembered(django_assert_num_queries) -> None:
    make_domain()
    resolver = loaded()
    link = make_link()
    with django_assert_num_queries(1):
        first = resolver.find(HOST, link.code)
        second = resolver.find(HOST, link.code)
    assert first is second is not None


def test_a_negative_answer_is_remembered_too(django_assert_num_queries) -> None:
    make_domain()
    resolver = loaded()
    with django_assert_num_queries(1):
        assert resolver.find(HOST, "nothing") is None
        assert resolver.find(HOST, "nothing") is None


def test_a_remembered_miss_becomes_a_link_with_the_next_sweep() -> None:
    make_domain()
    resolver = loaded()
    assert resolver.find(HOST, "k7Qm2Xa") is None
    make_link()
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is not None


def test_negative_answers_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr(resolver_module, "MAX_UNKNOWN", 3)
    make_domain()
    resolver = loaded()
    for number in range(10):
        resolver.find(HOST, f"nothing{number}")
    assert len(resolver._unknown) == 3


def test_somebody_who_guesses_codes_cannot_flood_the_database(
    monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(resolver_module, "MISSES_PER_SECOND", 5)
    make_domain()
    resolver = loaded()
    with django_assert_max_num_queries(10):  # two seconds' worth, should one turn meanwhile
        for number in range(50):
            resolver.find(HOST, f"guess{number}")


def test_a_changed_destination_is_seen() -> None:
    link = make_link()
    resolver = loaded()
    link.destination_url = "https://www.example.com/new"
    link.save()
    resolver.refresh()
    target = resolver.find(HOST, link.code)
    assert target is not None
    assert target.destination.build("", "ID").startswith("https://www.example.com/new?")


def test_a_retired_link_is_still_known_as_retired() -> None:
    link = make_link()
    resolver = loaded()
    link.status = Link.Status.RETIRED
    link.save()
    resolver.refresh()
    target = resolver.find(HOST, link.code)
    assert target is not None
    assert target.is_retired


def test_a_deleted_link_is_forgotten() -> None:
    link = make_link()
    resolver = loaded()
    Link.objects.filter(pk=link.pk).delete()
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is None


def test_a_renamed_link_is_found_only_by_its_present_code() -> None:
    link = make_link()
    resolver = loaded()
    for code in ("spring", "k7Qm2Xa"):
        link.code = code
        link.save()
        resolver.refresh()
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is not None
    assert resolver.find(HOST, "spring") is None


def test_a_link_made_anew_under_a_deleted_code_is_kept() -> None:
    make_link().delete()
    resolver = loaded()
    again = make_link()
    resolver.refresh()
    resolver.refresh()
    target = resolver.find(HOST, "k7Qm2Xa")
    assert target is not None
    assert target.link_id == again.id


def test_a_row_stamped_before_the_last_sweep_is_still_seen() -> None:
    domain = make_domain()
    resolver = loaded()
    link = make_link(domain)
    Link.objects.filter(pk=link.pk).update(updated_at=timezone.now() - timedelta(seconds=30))
    resolver.refresh()
    assert HOST in resolver._domains
    assert "k7Qm2Xa" in resolver._domains[HOST].targets


def test_a_new_domain_comes_with_its_links() -> None:
    resolver = loaded()
    make_link()
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is not None


def test_an_inactive_domain_serves_nothing_and_serves_again_when_active() -> None:
    make_link()
    resolver = loaded()
    Domain.objects.update(is_active=False)
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is None
    Domain.objects.update(is_active=True)
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is not None


def test_the_domains_addresses_follow_a_change() -> None:
    domain = make_domain(root_url="https://www.example.com/")
    resolver = loaded()
    domain.fallback_url = "https://www.example.com/lost"
    domain.save()
    resolver.refresh()
    found = resolver.domain(HOST)
    assert found is not None
    assert (found.root_url, found.fallback_url) == (
        "https://www.example.com/",
        "https://www.example.com/lost",
    )


def test_the_links_own_fallback_comes_before_the_domains() -> None:
    make_domain(fallback_url="https://www.example.com/lost")
    make_link(fallback_url="https://www.example.com/over")
    make_link(code="spring")
    resolver = loaded()
    own, none = resolver.find(HOST, "k7Qm2Xa"), resolver.find(HOST, "spring")
    assert resolver.fallback(HOST, own) == "https://www.example.com/over"
    assert resolver.fallback(HOST, none) == "https://www.example.com/lost"
    assert resolver.fallback(HOST) == "https://www.example.com/lost"


def test_times_come_as_unix_seconds() -> None:
    moment = timezone.now()
    make_link(starts_at=moment)
    target = loaded().find(HOST, "k7Qm2Xa")
    assert target is not None
    assert (target.starts_at, target.expires_at) == (moment.timestamp(), float("inf"))


def test_known_links_go_on_working_without_the_database() -> None:
    make_link()
    resolver = loaded()
    with database_away():
        assert resolver.find(HOST, "k7Qm2Xa") is not None


def test_a_miss_without_the_database_is_not_remembered() -> None:
    make_domain()
    resolver = loaded()
    with database_away():
        assert resolver.find(HOST, "k7Qm2Xa") is None
    make_link()
    resolver.refresh()
    assert resolver.find(HOST, "k7Qm2Xa") is not None


def test_a_failed_miss_keeps_quiet_for_a_while() -> None:
    make_domain()
    resolver = loaded()
    with database_away():
        resolver.find(HOST, "first")
        with mock.patch.object(CursorWrapper, "execute") as execute:
            resolver.find(HOST, "second")
    execute.assert_not_called()


def test_a_start_without_the_database_is_told_by_is_loaded() -> None:
    resolver = Resolver()
    with database_away(), pytest.raises(DatabaseError):
        resolver.refresh()
    assert not resolver.is_loaded
    resolver.refresh()
    assert resolver.is_loaded


def test_after_a_long_silence_everything_is_read_anew() -> None:
    make_link()
    resolver = loaded()
    resolver._seen_until = timezone.now() - timedelta(days=2)
    Link.objects.all().delete()
    from links.models import RemovedLink

    RemovedLink.objects.all().delete()
    resolver.refresh()
    assert len(resolver) == 0
