"""Following links as every device, and keeping what was met."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from links import services
from links.models import Domain, Link, LinkCheck
from tests.links.builders import NOW, make_check, make_link, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve() as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def make_served_link(web: Web, code: str = "k7Qm2Xa", **values: Any) -> Link:
    domain, _ = Domain.objects.get_or_create(host=web.host, defaults={"scheme": "http"})
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages[f"/{code}"] = (302, f"{web.url}/page?{query}")
    web.pages["/page"] = PAGE
    return make_link(domain, code, destination_url=f"{web.url}/page", **values)


def test_a_check_follows_each_link_as_both_devices_and_keeps_the_hops(web: Web) -> None:
    link = make_served_link(web)
    checks = services.check_links(links=[link], now=NOW)
    assert {check.device for check in checks} == {"iphone", "android", "desktop"}
    stored = LinkCheck.objects.get(device="iphone")
    assert stored.is_ok
    assert stored.checked_at == NOW
    assert stored.final_status == 200
    assert [hop["status"] for hop in stored.hops] == [302, 200]
    assert stored.problems == []


def test_a_failed_check_keeps_the_problem_in_words(web: Web) -> None:
    link = make_served_link(web)
    web.pages["/page"] = (404, "")
    for check in services.check_links(links=[link], now=NOW):
        assert not check.is_ok
        assert check.problems == [
            {
                "code": "final-status",
                "message": "The last page answers 404 instead of 200.",
                "severity": "error",
            }
        ]


def test_one_bad_link_does_not_hurt_the_other(web: Web) -> None:
    good, bad = make_served_link(web), make_served_link(web, "spring2")
    web.pages["/spring2"] = (500, "")
    services.check_links(links=[good, bad], now=NOW)
    assert set(LinkCheck.objects.values_list("link__code", "is_ok")) == {
        ("k7Qm2Xa", True),
        ("spring2", False),
    }


def test_only_live_sends_links_without_a_fresh_check_are_rechecked(web: Web) -> None:
    live = make_send(status="live")
    old, fresh, draft = (make_served_link(web, code) for code in ("old2345", "fresh23", "draft23"))
    Link.objects.filter(pk__in=[old.pk, fresh.pk]).update(send=live)
    Link.objects.filter(pk=draft.pk).update(send=make_send("another-name"))
    make_check(old, checked_at=NOW - timedelta(hours=25))
    make_check(fresh, checked_at=NOW - timedelta(hours=1))
    assert services.recheck_due_links(clock=lambda: NOW, limit=10) == 1
    assert LinkCheck.objects.filter(link=old, checked_at=NOW).count() == 3


def test_never_checked_links_are_rechecked_first_and_only_so_many(web: Web) -> None:
    live = make_send(status="live")
    old, never = make_served_link(web, "old2345"), make_served_link(web, "never23")
    Link.objects.update(send=live)
    make_check(old, checked_at=NOW - timedelta(hours=25))
    assert services.recheck_due_links(clock=lambda: NOW, limit=1) == 1
    assert LinkCheck.objects.filter(link=never).count() == 3


def test_every_destination_of_a_link_is_checked_once(web: Web) -> None:
    target = {"devices": [], "countries": ["DE"], "destination_url": f"{web.url}/de"}
    link = make_served_link(web, targets=[target])
    web.pages["/de"] = (404, "")
    checks = services.check_links(links=[link], now=NOW)
    assert [(check.destination_url, check.is_ok) for check in checks] == [
        ("", True),
        ("", True),
        ("", True),
        (f"{web.url}/de", False),
        (f"{web.url}/page", True),
    ]


def test_one_bad_moment_of_a_live_link_is_no_alert_and_a_second_one_is(web: Web) -> None:
    link = make_served_link(web, send=make_send(status="live"))
    web.pages["/page"] = (500, "")
    services.check_links(links=[link], now=NOW)
    assert not link.alerts.exists()
    soon = NOW + timedelta(minutes=6)
    assert services.recheck_due_links(clock=lambda: NOW + timedelta(minutes=1), limit=5) == 0
    assert services.recheck_due_links(clock=lambda: soon, limit=5) == 1
    assert link.alerts.get().opened_at == soon
