"""Tracking's pages in the admin: people, taps, touches, events, rules, goals and sources."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.public_ids import encode_id, new_id
from links.models import Domain, Link, RecipientLink
from tests.tracking.builders import (
    NOW,
    make_goal,
    make_identity,
    make_send,
    make_source,
    make_touch,
    make_user,
)
from tracking.identity import join, person_of, refresh_origins
from tracking.models import ChannelRule, Click, Event, Goal, Identity, IdentityEdge, Source

pytestmark = pytest.mark.django_db
VIEW = [
    f"tracking.view_{model}"
    for model in ("click", "touchpoint", "person", "event", "goal", "channelrule", "source")
]


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*VIEW, *permissions))
    return client


def page(client: Client, address: str, **query: Any) -> str:
    answer = client.get(f"/admin/tracking/{address}/", query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def make_click(**fields: Any) -> Click:
    return Click.objects.create(
        **{
            "occurred_at": NOW,
            "host": "go.example.com",
            "path": "/abcdefg",
            "method": "GET",
            "grade": "machine",
            "reason": "preview",
            **fields,
        }
    )


def make_journey(number: int = 0) -> Identity:
    identity = make_identity(value=f"ana{number}@example.com")
    click = make_click(grade="likely", reason="browser")
    touch = make_touch(
        identity=identity, click=click, send=make_send(utm_campaign=f"send-{number}")
    )
    Event.objects.create(
        origin=str(make_source().pk),
        event_id=new_id().hex,
        name="demo-booked",
        goal=make_goal("demo-booked", name="Demo booked"),
        occurred_at=NOW,
        received_at=NOW,
        identity=identity,
        touchpoint=touch,
        value_minor=5000,
        currency="USD",
    )
    refresh_origins([identity.person_id])
    return identity


# Lists


@pytest.mark.parametrize(
    "address", ["click", "touchpoint", "person", "event", "goal", "channelrule", "source"]
)
def test_a_list_costs_as_many_queries_with_ten_rows_as_with_two(address: str) -> None:
    client = client_of("campaigns.view_personal_data")
    for number in range(2):
        make_journey(number)
    page(client, address)
    with CaptureQueriesContext(connection) as few:
        page(client, address)
    for number in range(2, 10):
        make_journey(number)
    with CaptureQueriesContext(connection) as many:
        page(client, address)
    assert len(many) <= len(few)


@pytest.mark.parametrize("address", ["click", "touchpoint", "event", "person"])
def test_facts_cannot_be_written(address: str) -> None:
    client = client_of(f"tracking.add_{address}", f"tracking.change_{address}")
    assert client.get(f"/admin/tracking/{address}/add/").status_code == 403


def test_a_tap_shows_its_grade_and_its_reason_in_words() -> None:
    make_click()
    text = page(client_of(), "click")
    assert "Machine" in text
    assert "A message preview" in text


def test_a_touch_says_what_named_its_channel() -> None:
    rule = ChannelRule.objects.earliest("position")
    make_touch(channel_rule=rule)
    assert rule.name in page(client_of(), "touchpoint")


def test_an_event_names_its_sender_and_its_worth() -> None:
    make_journey()
    text = page(client_of(), "event")
    assert Source.objects.get().name in text
    assert "$50.00" in text


@pytest.mark.parametrize("address", ["person", "touchpoint", "event"])
def test_personal_data_is_masked_without_the_permission(address: str) -> None:
    make_journey()
    assert "ana0@example.com" not in page(client_of(), address)
    assert "a•••@example.com" in page(client_of(), address)


@pytest.mark.parametrize("address", ["person", "touchpoint", "event"])
def test_personal_data_is_shown_with_the_permission(address: str) -> None:
    make_journey()
    assert "ana0@example.com" in page(client_of("campaigns.view_personal_data"), address)


@pytest.mark.parametrize("address", ["click", "touchpoint", "event"])
def test_the_page_of_a_fact_opens(address: str) -> None:
    make_journey()
    rows = {"click": Click.objects, "event": Event.objects}
    row = make_touch() if address == "touchpoint" else rows[address].get()
    page(client_of(), f"{address}/{row.pk}/change")


# People


def test_people_are_found_by_a_whole_address() -> None:
    make_journey(1)
    make_journey(2)
    text = page(client_of("campaigns.view_personal_data"), "person", q="ANA1@example.com")
    assert "ana1@example.com" in text
    assert "ana2@example.com" not in text


def test_searching_people_needs_the_right_to_see_them() -> None:
    make_journey(1)
    text = page(client_of(), "person", q="ana1@example.com")
    assert "a•••@example.com" not in text


def test_a_persons_page_shows_journey_identities_and_evidence() -> None:
    identity = make_journey()
    join(a=identity, b=make_identity("visitor", "v-1"), kind="form_post", evidence="", now=NOW)
    text = page(client_of(), f"person/{identity.person_id}/change")
    for word in ("Demo booked", "Lead", "Browser …v-1", "Form post", "a•••@example.com"):
        assert word in text
    assert "ana0@example.com" not in text
    assert "Take apart" not in text


def test_a_person_that_was_joined_leads_to_the_other() -> None:
    ana, browser = make_identity(value="ana@example.com"), make_identity("visitor", "v-1")
    absorbed = browser.person_id
    join(a=ana, b=browser, kind="event", evidence="", now=NOW)
    answer = client_of().get(f"/admin/tracking/person/{absorbed}/change/")
    assert answer.headers["Location"].endswith(f"/person/{ana.person_id}/change/")
    assert str(absorbed) not in page(client_of(), "person")


def test_an_edge_is_taken_away_by_whoever_may() -> None:
    ana, browser = make_identity(value="ana@example.com"), make_identity("visitor", "v-1")
    join(a=ana, b=browser, kind="event", evidence="", now=NOW)
    edge = IdentityEdge.objects.get()
    address = f"/admin/tracking/person/{ana.person_id}/revoke/{edge.pk}/"
    client = client_of("tracking.change_identityedge")
    answer = client.post(address, {"reason": "her colleague"}, follow=True)
    assert "two people now" in answer.content.decode()
    edge.refresh_from_db()
    assert edge.revoked_reason == "her colleague"
    assert person_of(ana) != person_of(browser)
    assert "revoked before" in client.post(address, follow=True).content.decode()


def test_an_edge_stays_for_whoever_may_not_and_for_mere_links() -> None:
    ana, browser = make_identity(value="ana@example.com"), make_identity("visitor", "v-1")
    join(a=ana, b=browser, kind="event", evidence="", now=NOW)
    address = f"/admin/tracking/person/{ana.person_id}/revoke/{IdentityEdge.objects.get().pk}/"
    assert client_of().post(address).status_code == 403
    assert client_of("tracking.change_identityedge").get(address).status_code == 405
    assert IdentityEdge.objects.live().exists()


# Rules, sources, goals


def test_a_rule_is_written_in_words() -> None:
    client = client_of("tracking.add_channelrule", "tracking.change_channelrule")
    channel = ChannelRule.objects.earliest("position").channel
    form = {
        "name": "Partners",
        "channel": channel.pk,
        "when": "utm_source is partner or ally\nutm_medium is missing",
        "is_active": "on",
    }
    answer = client.post("/admin/tracking/channelrule/add/", form)
    assert answer.status_code == 302
    rule = ChannelRule.objects.get(name="Partners")
    assert rule.conditions == [
        {"field": "source", "operator": "in", "values": ["partner", "ally"]},
        {"field": "medium", "operator": "is_empty", "values": []},
    ]
    assert rule == ChannelRule.objects.latest("position")
    assert "utm_source is partner or ally" in page(client, f"channelrule/{rule.pk}/change")


def test_a_rule_that_cannot_be_read_says_why() -> None:
    client = client_of("tracking.add_channelrule")
    form = {"name": "X", "channel": "", "when": "colour is red"}
    text = client.post("/admin/tracking/channelrule/add/", form).content.decode()
    assert "does not begin with a known field" in text


def test_a_rule_is_tried_earlier_at_the_press_of_a_button() -> None:
    second = ChannelRule.objects.order_by("position")[1]
    client = client_of("tracking.change_channelrule")
    address = f"/admin/tracking/channelrule/{second.pk}/do/up/"
    assert client.post(address).status_code == 302
    assert ChannelRule.objects.order_by("position")[0] == second
    assert "the first or the last already" in client.post(address, follow=True).content.decode()


def test_rules_read_as_sentences() -> None:
    text = page(client_of(), "channelrule")
    assert "utm_source is sms or mms" in text


def test_a_sources_page_shows_the_tag_to_copy() -> None:
    source = make_source()
    text = page(client_of(), f"source/{source.pk}/change")
    assert source.write_key in text
    assert "/t.js" in text


def test_pasted_addresses_are_cut_to_their_hosts() -> None:
    client = client_of("tracking.add_source")
    form = {"name": "Site", "hosts": "https://WWW.Example.com/trial\nshop.example.com:8443"}
    assert client.post("/admin/tracking/source/add/", form).status_code == 302
    assert Source.objects.get().hosts == ["www.example.com", "shop.example.com:8443"]


@pytest.mark.parametrize("hosts", ["*.example.com", "https://", "http://[x"])
def test_what_is_no_host_is_refused(hosts: str) -> None:
    client = client_of("tracking.add_source")
    text = client.post("/admin/tracking/source/add/", {"name": "S", "hosts": hosts})
    assert "is not a host" in text.content.decode()


def test_a_goals_worth_is_written_as_an_amount() -> None:
    client = client_of("tracking.add_goal", "tracking.change_goal")
    form = {"name": "Call", "event_name": "call-booked", "worth": "1,250.50", "is_active": "on"}
    assert client.post("/admin/tracking/goal/add/", form).status_code == 302
    goal = Goal.objects.get(event_name="call-booked")
    assert goal.value_minor == 125050
    assert "1250.50" in page(client, f"goal/{goal.pk}/change")


def test_a_goals_worth_that_is_no_amount_is_refused() -> None:
    form = {"name": "Call", "event_name": "call-booked", "worth": "a lot"}
    text = client_of("tracking.add_goal").post("/admin/tracking/goal/add/", form)
    assert "is not an amount" in text.content.decode()


def test_no_raw_id_is_shown_of_recipients_taps_and_browsers() -> None:
    domain = Domain.objects.create(host="go.example.com")
    link = Link.objects.create(domain=domain, code="abcdefg", destination_url="https://x.io")
    opened = RecipientLink.objects.create(link=link, suffix="aaaaaa", phone_hash="h")
    recipient, click_id = make_identity("recipient", str(opened.pk)), new_id()
    click = make_identity("click", encode_id(click_id))
    join(a=recipient, b=click, kind="click_id", evidence="", now=NOW)
    text = page(client_of(), f"person/{recipient.person_id}/change")
    assert "go.example.com/abcdefgaaaaaa" in text
    assert "Tap of " in text
    assert str(opened.pk) not in text
    assert click.value not in text
