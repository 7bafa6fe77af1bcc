"""A link with a limit closes after that many taps of people, and opens when that changes."""

from datetime import timedelta
from pathlib import Path

import pytest

from links.models import Link, WebhookDelivery
from tests.links.webhook_builders import make_endpoint
from tests.tracking.click_builders import NOW, a_line
from tests.tracking.test_taps import sms_link, take
from tracking.models import ClickTotal
from tracking.tap_limits import settle_limits

pytestmark = pytest.mark.django_db


def a_limited_link(taps: int = 2) -> Link:
    link = sms_link()
    link.tap_limit = taps
    link.save()
    return link


def test_a_link_closes_at_its_last_tap(tmp_path: Path) -> None:
    link = a_limited_link(2)
    take(tmp_path, a_line(link))
    link.refresh_from_db()
    assert link.limit_reached_at is None

    take(tmp_path, a_line(link))

    link.refresh_from_db()
    assert link.limit_reached_at == NOW
    assert link.updated_at == NOW


def test_machines_never_count(tmp_path: Path) -> None:
    link = a_limited_link(2)

    take(tmp_path, a_line(link), *(a_line(link, method="HEAD") for _ in range(5)))

    link.refresh_from_db()
    assert link.limit_reached_at is None


def test_a_raised_limit_opens_the_link_again(tmp_path: Path) -> None:
    link = a_limited_link(1)
    take(tmp_path, a_line(link))
    Link.objects.update(tap_limit=5)

    assert settle_limits(now=NOW) == 1

    link.refresh_from_db()
    assert link.limit_reached_at is None


def test_a_limit_taken_away_opens_the_link_again(tmp_path: Path) -> None:
    link = a_limited_link(1)
    take(tmp_path, a_line(link))
    Link.objects.update(tap_limit=None)

    settle_limits(now=NOW)

    link.refresh_from_db()
    assert link.limit_reached_at is None


def test_what_is_settled_stays_as_it_is(tmp_path: Path) -> None:
    link = a_limited_link(1)
    take(tmp_path, a_line(link))

    assert settle_limits(now=NOW + timedelta(minutes=1)) == 0

    link.refresh_from_db()
    assert link.limit_reached_at == NOW


def test_a_lowered_limit_closes_the_link_without_another_tap(tmp_path: Path) -> None:
    link = a_limited_link(9)
    take(tmp_path, a_line(link), a_line(link))
    Link.objects.update(tap_limit=2)

    assert settle_limits(now=NOW) == 1


def test_reaching_the_limit_is_told_once(tmp_path: Path) -> None:
    make_endpoint(event_types=["link.limit_reached"])
    link = a_limited_link(1)

    take(tmp_path, a_line(link))
    take(tmp_path, a_line(link))

    payload = WebhookDelivery.objects.get().payload
    assert payload["link_id"] == str(link.pk)
    assert payload["tap_limit"] == 1
    assert ClickTotal.objects.get().human_count == 2
