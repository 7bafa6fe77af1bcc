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
