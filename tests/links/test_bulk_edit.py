"""The same change to many links."""

from datetime import timedelta

import pytest

from links.bulk_edit import LinkEdit, edit_links
from links.models import Link
from tests.links.builders import NOW, make_domain, make_link, make_message, make_send

pytestmark = pytest.mark.django_db
OTHER = "https://www.example.com/other"


def edit(*links: Link, dry_run: bool = False, **values):
    return edit_links(links=links, edit=LinkEdit(**values), by=None, now=NOW, dry_run=dry_run)


def changes_of(result) -> list[tuple[str, str, str]]:
    return [(change.field, change.old, change.new) for change in result.changes]


def test_every_kind_of_value_is_written() -> None:
    link = make_link(tags=["old", "kept"])
    (result,) = edit(
        link,
        destination_url=OTHER,
        fallback_url="https://www.example.com/over",
        expires_at=NOW + timedelta(days=1),
        status=Link.Status.RETIRED,
        add_tags=("new",),
        remove_tags=("old",),
    )
    assert result.status == "updated"
    assert {change.field for change in result.changes} == {
        "destination_url", "fallback_url", "expires_at", "status", "tags",
    }  # fmt: skip
    stored = Link.objects.get()
    assert (stored.destination_url, stored.status) == (OTHER, "retired")
    assert stored.expires_at == NOW + timedelta(days=1)
    assert stored.tags == ["kept", "new"]


def test_values_can_be_taken_away() -> None:
    make_link(fallback_url=OTHER, expires_at=NOW)
    edit(*Link.objects.all(), clears_fallback=True, clears_expiry=True)
    stored = Link.objects.get()
    assert (stored.fallback_url, stored.expires_at) == ("", None)


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    link = make_link()
    (dry,) = edit(link, destination_url=OTHER, dry_run=True)
    assert Link.objects.get().destination_url == "https://www.example.com/trial"
    (wet,) = edit(Link.objects.get(), destination_url=OTHER)
    expected = [("destination_url", "https://www.example.com/trial", OTHER)]
    assert changes_of(dry) == changes_of(wet) == expected


def test_a_link_that_refuses_leaves_its_neighbours_alone() -> None:
    domain = make_domain()
    of_send = make_link(domain, "a2", message=make_message(make_send()))
    free = make_link(domain, "b2")
    refused, changed = edit(of_send, free, destination_url=OTHER)
    assert [error.code for error in refused.errors] == ["link-follows-send"]
    assert changed.status == "updated"
    of_send.refresh_from_db()
    assert of_send.destination_url == "https://www.example.com/trial"


def test_tags_of_a_sends_link_may_change() -> None:
    link = make_link(message=make_message(make_send()))
    (result,) = edit(link, add_tags=("poster",))
    assert changes_of(result) == [("tags", "", "poster")]


def test_an_address_that_may_not_be_led_to_is_refused() -> None:
    (result,) = edit(make_link(), destination_url="ftp://a.example/")
    assert [error.code for error in result.errors] == ["scheme-not-allowed"]


def test_more_tags_than_a_link_may_have_are_refused() -> None:
    link = make_link(tags=[f"tag {number}" for number in range(20)])
    (result,) = edit(link, add_tags=("one more",))
    assert [error.code for error in result.errors] == ["tag-not-allowed"]


def test_a_link_that_has_the_values_is_unchanged() -> None:
    link = make_link(tags=["poster"])
    before = link.updated_at
    (result,) = edit(link, add_tags=("Poster",), status=Link.Status.ACTIVE)
    assert result.status == "unchanged"
    assert Link.objects.get().updated_at == before


def test_a_link_keeps_its_own_utm_values() -> None:
    edit(make_link(), destination_url=f"{OTHER}?utm_source=fb")
    stored = Link.objects.get()
    assert (stored.destination_url, stored.utm_source) == (OTHER, "sms")
