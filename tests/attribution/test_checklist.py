"""The checklist ticks itself off, and says what contradicts it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution import checklist
from attribution.checklist import Item
from attribution.checklist_lines import State
from campaigns.models import Campaign, NamingConvention
from crm_sync.models import Connection, WriteBack
from tests.attribution.builders import NOW, a_contact, a_lead, a_tap, make_identity
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_user
from tests.links.builders import make_domain, make_link
from tests.tracking.builders import make_channel, make_source
from tracking.models import ClickTotal, Touchpoint

pytestmark = pytest.mark.django_db


def item(number: int) -> Item:
    return checklist.build(now=NOW)[number - 1]


def line(number: int, words: str) -> Any:
    return next(one for one in item(number).lines if words in one.text)


def test_there_are_six_steps() -> None:
    assert [one.number for one in checklist.build(now=NOW)] == [1, 2, 3, 4, 5, 6]


def test_a_new_installation_contradicts_nothing() -> None:
    states = {one.state for one in checklist.build(now=NOW)}
    assert State.BROKEN not in states


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
    assert line(2, "as a phone").state == State.HOLDS


def test_a_second_redirect_contradicts_it() -> None:
    _checked_link(phone=True, desktop=True, hops=3)
    assert line(2, "one redirect").state == State.BROKEN


def _checked_link(*, phone: bool, desktop: bool, hops: int) -> None:
    link = make_link(make_domain(), send=a_live_send("trial-june"))
    ClickTotal.objects.create(link=link, date=NOW.date(), human_count=1)
    for device, is_ok in (("phone", phone), ("desktop", desktop)):
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


def test_the_crm_step_holds_with_origins_carried_kept_and_written() -> None:
    ada = make_identity()
    lead = a_lead(ada)
    lead.click_id = lead.pk
    lead.save()
    ada.person.original_utm_campaign = "trial-june"
    ada.person.original_channel = make_channel()
    ada.person.original_campaign = Campaign.objects.create(name="Trial")
    ada.person.save()
    contact = a_contact(ada)
    Connection.objects.update(writes_back=True)
    WriteBack.objects.create(contact=contact, values={}, status="written", next_attempt_at=NOW)
    assert item(4).state == State.HOLDS


def test_a_refused_write_back_contradicts_it() -> None:
    contact = a_contact(make_identity())
    WriteBack.objects.create(contact=contact, values={}, status="refused", next_attempt_at=NOW)
    assert line(4, "refused by the CRM").state == State.BROKEN


def test_revenue_holds_once_sms_earned_some_and_it_adds_up() -> None:
    tell_story()
    assert item(5).state == State.HOLDS
    assert "$6,666.67" in item(5).lines[0].text


def test_a_ledger_that_differs_contradicts_it() -> None:
    story = tell_story()
    story.deal.amount_minor = 1
    story.deal.save()
    assert item(5).state == State.BROKEN


def test_channels_hold_when_sms_and_another_earn_under_one_rule() -> None:
    tell_story()
    assert item(6).state == State.HOLDS
    assert "SMS, Email" in item(6).lines[0].text


def test_every_member_of_staff_may_read_it() -> None:
    client = Client()
    client.force_login(a_user("bob"))
    assert client.get(reverse("admin:attribution_checklist")).status_code == 200


def test_nobody_else_may() -> None:
    assert Client().get(reverse("admin:attribution_checklist")).status_code == 302


def test_it_costs_the_same_number_of_queries_with_2_sends_and_with_20() -> None:
    tell_story()
    with CaptureQueriesContext(connection) as few:
        checklist.build(now=NOW)
    for number in range(18):
        send = a_live_send(f"more-{number}")
        a_tap(make_identity(), days=3, send=send, campaign=send.campaign)
    with CaptureQueriesContext(connection) as many:
        checklist.build(now=NOW)
    assert len(many) == len(few) < 40
