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
from links.redirect_targets import Target
from links.resolver import Resolver
from tests.links.builders import make_domain, make_link

pytestmark = pytest.mark.django_db
HOST = "go.example.com"


def find(resolver: Resolver, code: str, host: str = HOST) -> Target | None:
    """Return what a code on a host leads to, as the redirector asks for it."""
    domain = resolver.domain(host)
    return resolver.find(domain, code) if domain else None


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
        target = find(resolver, link.code)
    assert target is not None
    assert target.link_id == link.pk.hex
    assert target.destination.build("", "ID") == (
        "https://www.example.com/trial"
        "?utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2&tr=ID"
    )


@pytest.mark.parametrize("host", ["GO.Example.com", "go.example.com:443", "go.example.com."])
def test_the_host_is_read_in_every_form(host: str) -> None:
    make_link()
    assert find(loaded(), "k7Qm2Xa", host) is not None


def test_an_unusual_port_is_part_of_the_host() -> None:
    make_link(make_domain("127.0.0.1:8000", scheme="http"))
    resolver = loaded()
    assert find(resolver, "k7Qm2Xa", "127.0.0.1:8000") is not None
    assert find(resolver, "k7Qm2Xa", "127.0.0.1") is None


def test_an_unknown_host_costs_no_query(django_assert_num_queries) -> None:
    resolver = loaded()
    with django_assert_num_queries(0):
        assert find(resolver, "k7Qm2Xa", "elsewhere.example") is None


def test_the_same_code_on_two_domains_are_two_links() -> None:
    first = make_link()
    second = make_link(make_domain("other.example"))
    resolver = loaded()
    found = [find(resolver, "k7Qm2Xa", host) for host in (HOST, "other.example")]
    assert [target and target.link_id for target in found] == [first.pk.hex, second.pk.hex]


def test_a_recipients_code_finds_its_link_without_a_query(django_assert_num_queries) -> None:
    link = make_link()
    resolver = loaded()
    with django_assert_num_queries(0):
        target = find(resolver, "k7Qm2Xaabc234")
    assert target is not None
    assert target.link_id == link.pk.hex


def test_an_exact_code_of_thirteen_characters_comes_first() -> None:
    make_link()
    exact = make_link(code="k7Qm2Xaabc234")
    target = find(loaded(), "k7Qm2Xaabc234")
    assert target is not None
    assert target.link_id == exact.pk.hex


def test_a_custom_codes_recipient_is_found() -> None:
    link = make_link(code="spring-sale")
    target = find(loaded(), "spring-saleabc234")
    assert target is not None
    assert target.link_id == link.pk.hex


@pytest.mark.parametrize("code", ["café", "café/", "caf%C3%A9", "cafe\u0301", "cafÃ©"])
def test_a_unicode_slug_is_found_in_every_form(code: str) -> None:
    make_link(code="café")
    assert find(loaded(), code) is not None


def test_codes_are_case_sensitive() -> None:
    make_link()
    assert find(loaded(), "K7QM2XA") is None


def test_a_miss_asks_once_and_is_remembered(django_assert_num_queries) -> None:
    make_domain()
    resolver = loaded()
    link = make_link()
    with django_assert_num_queries(1):
        first = find(resolver, link.code)
        second = find(resolver, link.code)
    assert first is second is not None


def test_a_negative_answer_is_remembered_too(django_assert_num_queries) -> None:
    make_domain()
    resolver = loaded()
    with django_assert_num_queries(1):
        assert find(resolver, "nothing") is None
        assert find(resolver, "nothing") is None


def test_a_remembered_miss_becomes_a_link_with_the_next_sweep() -> None:
    make_domain()
    resolver = loaded()
    assert find(resolver, "k7Qm2Xa") is None
    make_link()
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is not None


def test_negative_answers_are_bounded(monkeypatch) -> None:
    monkeypatch.setattr(resolver_module, "MAX_UNKNOWN", 3)
    make_domain()
    resolver = loaded()
    for number in range(10):
        find(resolver, f"nothing{number}")
    assert len(resolver._unknown) == 3


def test_somebody_who_guesses_codes_cannot_flood_the_database(
    monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(resolver_module, "MISSES_PER_SECOND", 5)
    make_domain()
    resolver = loaded()
    with django_assert_max_num_queries(10):  # two seconds' worth, should one turn meanwhile
        for number in range(50):
            find(resolver, f"guess{number}")


def test_a_changed_destination_is_seen() -> None:
    link = make_link()
    resolver = loaded()
    link.destination_url = "https://www.example.com/new"
    link.save()
    resolver.refresh()
    target = find(resolver, link.code)
    assert target is not None
    assert target.destination.build("", "ID").startswith("https://www.example.com/new?")


def test_a_retired_link_is_still_known_as_retired() -> None:
    link = make_link()
    resolver = loaded()
    link.status = Link.Status.RETIRED
    link.save()
    resolver.refresh()
    target = find(resolver, link.code)
    assert target is not None
    assert target.terms.is_retired


def test_a_deleted_link_is_forgotten() -> None:
    link = make_link()
    resolver = loaded()
    Link.objects.filter(pk=link.pk).delete()
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is None


def test_a_renamed_link_is_found_only_by_its_present_code() -> None:
    link = make_link()
    resolver = loaded()
    for code in ("spring", "k7Qm2Xa"):
        link.code = code
        link.save()
        resolver.refresh()
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is not None
    assert find(resolver, "spring") is None


def test_a_link_made_anew_under_a_deleted_code_is_kept() -> None:
    make_link().delete()
    resolver = loaded()
    again = make_link()
    resolver.refresh()
    resolver.refresh()
    target = find(resolver, "k7Qm2Xa")
    assert target is not None
    assert target.link_id == again.pk.hex


def test_a_row_stamped_before_the_last_sweep_is_still_seen() -> None:
    domain = make_domain()
    resolver = loaded()
    link = make_link(domain)
    Link.objects.filter(pk=link.pk).update(updated_at=timezone.now() - timedelta(seconds=30))
    resolver.refresh()
    assert HOST in resolver._domains
    assert "k7Qm2Xa" in resolver._domains[HOST].targets


def test_what_was_taken_over_is_not_read_again(django_assert_num_queries) -> None:
    make_domain()
    resolver = loaded()
    make_link()
    resolver.refresh()
    with django_assert_num_queries(4):  # clock, domains, tombstones, count and newest stamp
        resolver.refresh()


def test_a_second_change_within_the_overlap_is_seen() -> None:
    link = make_link()
    resolver = loaded()
    for number in range(3):
        link.destination_url = f"https://www.example.com/{number}"
        link.save()
        resolver.refresh()
        target = find(resolver, link.code)
        assert target is not None
        assert target.destination.head == f"https://www.example.com/{number}?"


def test_a_link_made_while_another_is_deleted_is_seen() -> None:
    domain = make_domain()
    old = make_link(domain)
    resolver = loaded()
    resolver.refresh()
    old.delete()
    make_link(domain, "spring")
    resolver.refresh()
    assert set(resolver._domains[HOST].targets) == {"spring"}


def test_a_new_domain_comes_with_its_links() -> None:
    resolver = loaded()
    make_link()
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is not None


def test_an_inactive_domain_serves_nothing_and_serves_again_when_active() -> None:
    make_link()
    resolver = loaded()
    Domain.objects.update(is_active=False)
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is None
    Domain.objects.update(is_active=True)
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is not None


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


def test_known_links_go_on_working_without_the_database() -> None:
    make_link()
    resolver = loaded()
    with database_away():
        assert find(resolver, "k7Qm2Xa") is not None


def test_a_miss_without_the_database_is_not_remembered() -> None:
    make_domain()
    resolver = loaded()
    with database_away():
        assert find(resolver, "k7Qm2Xa") is None
    make_link()
    resolver.refresh()
    assert find(resolver, "k7Qm2Xa") is not None


def test_a_failed_miss_keeps_quiet_for_a_while() -> None:
    make_domain()
    resolver = loaded()
    with database_away():
        find(resolver, "first")
        with mock.patch.object(CursorWrapper, "execute") as execute:
            find(resolver, "second")
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
