"""Evidence for convention, links and capture: what holds and what contradicts it."""

from typing import Any

import pytest

from attribution import checklist
from attribution.checklist import Item
from attribution.checklist_lines import State
from campaigns.models import NamingConvention
from tests.attribution.builders import NOW, a_lead, make_identity
from tests.attribution.story import a_live_send, tell_story
from tests.links.builders import make_domain, make_link
from tests.tracking.builders import make_channel, make_source
from tracking.models import ClickTotal, Touchpoint

pytestmark = pytest.mark.django_db


def item(number: int) -> Item:
    return checklist.build(now=NOW)[number - 1]


def line(number: int, words: str) -> Any:
    return next(one for one in item(number).lines if words in one.text)


def test_the_convention_holds_once_published_and_followed() -> None:
    NamingConvention.objects.filter(channel__slug="sms").update(
        status="published", published_at=NOW
    )
    a_live_send("trial-june")
    assert item(1).state == State.HOLDS
    assert "/conventions/" in item(1).lines[0].url


def test_a_send_off_the_convention_contradicts_it() -> None:
    a_live_send("trial-june", utm_medium="carrier-pigeon")
    assert line(1, "approved source").state == State.BROKEN


def test_links_hold_when_the_latest_checks_passed_on_both_devices() -> None:
    _checked_link(phone=True, desktop=True, hops=2)
    assert item(2).state == State.HOLDS


def test_a_link_that_failed_as_a_desktop_contradicts_it() -> None:
    _checked_link(phone=True, desktop=False, hops=2)
    assert line(2, "as a desktop").state == State.BROKEN
    assert line(2, "as an iPhone").state == State.HOLDS


def test_a_second_redirect_contradicts_it() -> None:
    _checked_link(phone=True, desktop=True, hops=3)
    assert line(2, "one redirect").state == State.BROKEN


def _checked_link(*, phone: bool, desktop: bool, hops: int) -> None:
    link = make_link(make_domain(), send=a_live_send("trial-june"))
    ClickTotal.objects.create(link=link, date=NOW.date(), human_count=1)
    for device, is_ok in (("iphone", phone), ("android", phone), ("desktop", desktop)):
        link.checks.create(device=device, is_ok=is_ok, checked_at=NOW, hops=[{}] * hops)


def test_an_sms_touch_in_direct_contradicts_the_channel() -> None:
    tell_story()
    Touchpoint.objects.filter(send__utm_campaign="trial-june").update(
        channel=make_channel("direct", "Direct")
    )
    assert line(3, "sit in Direct").state == State.BROKEN


def test_server_side_conversions_are_told_from_the_snippets() -> None:
    source = make_source()
    ada = make_identity()
    a_lead(ada)
    event = a_lead(ada)
    event.origin = str(source.pk)
    event.save()
    assert line(3, "1 conversions by server-side event, 1 by the website").state == State.HOLDS
