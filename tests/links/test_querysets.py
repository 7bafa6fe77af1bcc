"""The link models' filters that nothing else shows."""

from datetime import timedelta

import pytest

from links.models import Link, LinkCheck
from tests.links.builders import NOW, make_domain, make_link

pytestmark = pytest.mark.django_db


def checked(link: Link, device: str, *, hours_ago: int) -> LinkCheck:
    at = NOW - timedelta(hours=hours_ago)
    return LinkCheck.objects.create(link=link, device=device, is_ok=True, checked_at=at)


def test_the_newest_check_of_every_link_and_device_is_kept() -> None:
    domain = make_domain()
    first, second = make_link(domain), make_link(domain, "b2Nq7Wx")
    wanted = {
        checked(first, "iphone", hours_ago=1),
        checked(first, "desktop", hours_ago=2),
        checked(second, "iphone", hours_ago=3),
    }
    checked(first, "iphone", hours_ago=5)
    checked(second, "iphone", hours_ago=4)
    assert set(LinkCheck.objects.latest_per_device()) == wanted


def test_the_newest_checks_can_be_narrowed_by_the_links_send_and_read_by_value() -> None:
    checked(make_link(make_domain()), "iphone", hours_ago=1)
    latest = LinkCheck.objects.filter(link__send__isnull=True).latest_per_device()
    assert list(latest.values_list("device", flat=True)) == ["iphone"]


def test_tags_are_counted_over_the_links_in_use() -> None:
    domain = make_domain()
    make_link(domain, "a2", tags=["poster", "spring"])
    make_link(domain, "b2", tags=["poster"])
    make_link(domain, "c2", tags=["old"], archived_at=NOW)
    assert Link.objects.tag_counts() == [("poster", 2), ("spring", 1)]


def test_a_link_must_have_every_tag_asked_for() -> None:
    domain = make_domain()
    both = make_link(domain, "a2", tags=["poster", "spring"])
    make_link(domain, "b2", tags=["poster"])
    assert Link.objects.tagged("spring", "poster").get() == both


@pytest.mark.parametrize(
    "text",
    [
        "https://go.example.com/k7Qm2Xa",
        " go.example.com/k7Qm2Xa/ ",
        "HTTPS://GO.example.com/k7Qm2Xa?utm_source=x",
    ],
)
def test_a_link_is_found_by_its_whole_address(text) -> None:
    link = make_link()
    make_link(make_domain("other.example.com"), "k7Qm2Xa")
    assert Link.objects.at_address(text).get() == link
