"""Many new links from the rows of a table."""

from datetime import UTC, datetime

import pytest

from campaigns.import_rows import RowResult
from links import changes
from links.link_import import LinkImport, import_links
from links.models import Link
from tests.links.builders import NOW, make_domain, make_link, make_send

pytestmark = pytest.mark.django_db
ROW = {"destination_url": "https://www.example.com/spring", "code": "spring"}


@pytest.fixture
def domain():
    return make_domain(is_default=True)


def take(*rows: dict[str, str], tags=(), dry_run=False, by=None) -> list[RowResult]:
    from links.models import Domain

    plan = LinkImport(Domain.objects.get(is_default=True), tags)
    return list(import_links(rows=rows, plan=plan, by=by, now=NOW, dry_run=dry_run).rows)


def reasons(result: RowResult) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in result.errors]


def test_each_row_becomes_a_link(domain, django_user_model) -> None:
    alice = django_user_model.objects.create_user("alice")
    row = {**ROW, "title": "Poster", "tags": "print", "tap_limit": "5", "utm_source": "poster"}
    results = take(row, {"destination_url": "https://b.example/"}, tags=["spring"], by=alice)
    assert [result.status for result in results] == ["created", "created"]
    link = Link.objects.get(code="spring")
    assert (link.title, link.tags, link.tap_limit, link.utm_source, link.created_by) == (
        "Poster", ["print", "spring"], 5, "poster", alice,
    )  # fmt: skip
    assert len(Link.objects.exclude(code="spring").get().code) == 7


def test_a_dry_run_says_the_same_and_stores_nothing(domain) -> None:
    make_link(domain, "taken2")
    rows = [ROW, {**ROW, "code": "taken2"}, {"code": "x"}]
    dry = take(*rows, dry_run=True)
    assert Link.objects.count() == 1
    wet = take(*rows)
    assert [(row.status, row.errors) for row in dry] == [(row.status, row.errors) for row in wet]


def test_a_bad_row_leaves_its_neighbours_alone(domain) -> None:
    results = take({**ROW, "code": "a b"}, ROW, {**ROW, "code": "c2", "tap_limit": "x"})
    assert [result.status for result in results] == ["rejected", "created", "rejected"]
    assert Link.objects.get().code == "spring"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"code": "x2"}, ("destination_url", "required")),
        ({**ROW, "destination_url": "ftp://a.example/"}, ("destination_url", "scheme-not-allowed")),
        ({**ROW, "code": "admin"}, ("code", "code-not-allowed")),
        ({**ROW, "code": "docs/intro"}, ("code", "code-has-slash")),
        ({**ROW, "utm_source": "x" * 60}, ("utm_source", "invalid")),
        ({**ROW, "fallback_url": "nowhere"}, ("fallback_url", "scheme-not-allowed")),
        (
            {**ROW, "starts_at": "2026-06-02", "expires_at": "2026-06-01"},
            ("expires_at", "expires-too-early"),
        ),
        ({**ROW, "refusal": "It is protected."}, ("code", "not-importable")),
    ],
)
def test_a_row_that_cannot_be_a_link_says_why(domain, row, reason) -> None:
    (result,) = take(row)
    assert reasons(result) == [reason]
    assert not Link.objects.exists()


def test_an_address_without_scheme_comes_with_the_one_that_was_meant(domain) -> None:
    (result,) = take({"destination_url": "www.example.com/x"})
    assert result.errors[0].suggestion == "https://www.example.com/x"


def test_a_taken_code_names_where_it_leads(domain) -> None:
    make_link(domain, "spring")
    (result,) = take({**ROW, "destination_url": "https://other.example/"})
    assert reasons(result) == [("code", "code-taken")]
    assert "leads to https://www.example.com/trial" in result.errors[0].message


def test_a_code_taken_meanwhile_refuses_its_row_alone(domain, monkeypatch) -> None:
    from links.link_import import _Importer

    monkeypatch.setattr(_Importer, "learn", lambda self, rows: None)
    make_link(domain, "spring")
    results = take(ROW, {**ROW, "code": "free2"})
    assert reasons(results[0]) == [("code", "code-taken")]
    assert results[1].status == "created"


def test_a_code_twice_in_a_file_is_refused_the_second_time(domain) -> None:
    results = take(ROW, {**ROW, "destination_url": "https://other.example/"})
    assert [result.status for result in results] == ["created", "rejected"]
    assert "Row 1 of this file" in results[1].errors[0].message


def test_the_same_file_twice_changes_nothing(domain) -> None:
    row = {**ROW, "destination_url": f"{ROW['destination_url']}?utm_source=poster"}
    take(row)
    assert [result.status for result in take(row)] == ["unchanged"]
    assert Link.objects.count() == 1


def test_utm_values_move_from_the_destination_and_those_of_the_row_win(domain) -> None:
    address = "https://www.example.com/x?a=1&utm_source=fb&utm_medium=Social"
    (result,) = take({"destination_url": address, "utm_source": "facebook"})
    link = Link.objects.get()
    assert link.destination_url == "https://www.example.com/x?a=1"
    assert (link.utm_source, link.utm_medium) == ("facebook", "Social")
    assert result.warnings[0].code == "utm-moved"


def test_utm_values_against_the_convention_are_warned_about_and_kept(domain) -> None:
    make_send()  # brings a published convention along
    utm = {"utm_source": "SMS", "utm_medium": "text", "utm_campaign": "spring-launch"}
    (result,) = take({**ROW, **utm})
    assert result.status == "created"
    assert [(found.field, found.suggestion) for found in result.warnings] == [("utm_source", "sms")]


def test_a_row_goes_to_its_own_domain_and_a_strangers_to_the_chosen_one(domain) -> None:
    other = make_domain("l.example.com")
    results = take({**ROW, "domain": "L.example.com"}, {**ROW, "code": "b2", "domain": "bit.ly"})
    assert [result.stored.domain for result in results] == [other, domain]
    assert results[1].warnings[0].code == "other-domain"
    assert "bit.ly is none of your active domains" in results[1].warnings[0].message


def test_an_imported_link_keeps_its_date_and_its_place_in_the_archive(domain) -> None:
    row = {
        **ROW,
        "created_at": "2020-10-26T17:20:40Z",
        "is_archived": "yes",
        "imported_from": "dub",
    }
    take(row)
    link = Link.objects.get()
    assert link.created_at == datetime(2020, 10, 26, 17, 20, 40, tzinfo=UTC)
    assert (link.archived_at, link.imported_from) == (NOW, "dub")


def test_a_date_that_cannot_be_read_is_a_warning_only(domain) -> None:
    (result,) = take({**ROW, "created_at": "Oct 26"})
    assert result.status == "created"
    assert result.warnings[0].field == "created_at"


def test_redirectors_are_told_once_for_all_links(
    domain, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    told = []
    monkeypatch.setattr(changes, "_announce", lambda: told.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        take(ROW, {**ROW, "code": "b2"})
    assert told == [1]
