"""How long checks are kept."""

from datetime import timedelta

import pytest

from links.check_expiry import forget_checks
from links.models import DomainCheck, LinkCheck
from tests.links.builders import NOW, make_check, make_domain, make_link

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def forget() -> int:
    return forget_checks(now=NOW, keep=90 * DAY)


def test_old_checks_of_a_link_go_and_newer_ones_stay() -> None:
    link = make_link()
    make_check(link, checked_at=NOW - 91 * DAY)
    kept = make_check(link, checked_at=NOW - 89 * DAY)
    assert forget() == 1
    assert LinkCheck.objects.get() == kept


def test_the_newest_look_at_a_link_stays_however_old_it_is() -> None:
    link = make_link()
    for device in ("iphone", "android", "desktop"):
        make_check(link, device, checked_at=NOW - 400 * DAY)
    assert forget() == 0


def test_old_checks_of_a_domain_go_except_the_newest() -> None:
    domain = make_domain()
    for age in (300, 200, 100):
        DomainCheck.objects.create(
            domain=domain, checked_at=NOW - age * DAY, has_record=True, is_serving=True
        )
    assert forget() == 2
    assert DomainCheck.objects.get().checked_at == NOW - 100 * DAY
