"""A deal's timeline: all channels, events, stages, the credit and what nobody earned."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.deal_journey import journey_of
from crm_sync.models import DealChange
from links.models import RecipientLink
from tests.attribution.builders import (
    NOW,
    a_company,
    a_contact,
    a_deal,
    a_lead,
    a_tap,
    days_ago,
    make_identity,
    settle,
)
from tests.attribution.story import tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def test_touches_of_all_channels_and_events_stand_in_order() -> None:
    story = tell_story()
    moments = journey_of(story.deal).moments
    told = [(one.kind, one.channel.slug if one.channel else "") for one in moments]
    assert told == [("touch", "sms"), ("touch", "email"), ("touch", "sms"), ("event", "")]


def test_stage_changes_stand_among_them() -> None:
    story = tell_story()
    DealChange.objects.create(
        deal=story.deal, field="stage", old_value="Proposal", new_value="Won",
        changed_at=days_ago(2), observed_at=NOW,
    )  # fmt: skip
    assert journey_of(story.deal).moments[-1].title == "Stage: Proposal → Won"


def test_each_touch_says_what_it_earned_under_every_rule() -> None:
    story = tell_story()
    june = journey_of(story.deal).moments[0]
    assert june.credit["linear"] == {"opportunity": 333334, "win": 333334}
    assert june.credit["first"] == {"opportunity": 1_000_000, "win": 1_000_000}
    assert "last" not in june.credit


def test_what_nobody_earned_has_its_reason() -> None:
    deal = a_deal(amount_minor=50_00, created=5)
    settle()
    linear = [one for one in journey_of(deal).unearned if one.rule == "linear"]
    assert [(one.goal, one.reason, one.amount_minor) for one in linear] == [
        ("opportunity", "no_contacts", 50_00)
    ]


def test_a_touch_after_the_win_says_why_it_earned_nothing() -> None:
    story = tell_story()
    a_tap(story.ada, days=1)
    settle()
    assert journey_of(story.deal).moments[-1].note == "After the deal was won"


def test_a_machines_touch_says_why_it_earned_nothing() -> None:
    story = tell_story()
    a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.MACHINE)
    settle()
    notes = [one.note for one in journey_of(story.deal).moments]
    assert "Earns nothing: machine" in notes


def test_a_deal_without_contacts_shows_its_companys_people() -> None:
    company = a_company()
    ada = make_identity()
    a_contact(ada, company=company, name="Ada Stone")
    a_lead(ada, days=20)
    deal = a_deal(company=company)
    assert [one.person for one in journey_of(deal).moments] == ["Ada Stone"]


def test_a_send_the_person_received_is_an_exposure_that_earns_nothing() -> None:
    story = tell_story()
    recipient = RecipientLink.objects.create(
        link=make_link(make_domain(), send=story.june), suffix="aaaaaa", phone_hash="x"
    )
    identity = make_identity("recipient", str(recipient.pk))
    identity.person = story.ada.person
    identity.save()
    first = journey_of(story.deal).moments[0]
    assert (first.kind, first.title, first.credit) == (
        "exposure",
        "Received “Send trial-june”",
        {},
    )


def test_a_visit_event_is_not_told_twice() -> None:
    story = tell_story()
    visit = a_lead(story.ada, days=30)
    visit.name, visit.goal = "visit", None
    visit.save()
    assert [one.title for one in journey_of(story.deal).moments if one.kind == "event"] == [
        "demo-booked"
    ]


def test_it_costs_the_same_number_of_queries_with_2_touches_and_with_20() -> None:
    story = tell_story()
    with CaptureQueriesContext(connection) as few:
        journey_of(story.deal)
    for number in range(18):
        a_tap(story.ada, days=15 + number)
        a_lead(story.ada, days=15 + number)
    settle()
    with CaptureQueriesContext(connection) as many:
        journey_of(story.deal)
    assert len(many) == len(few)


def test_the_creation_stands_before_other_changes_of_the_same_time() -> None:
    deal = a_deal()
    for field, old, new in (("amount", "1.00 USD", "2.00 USD"), ("created", "", "1.00 USD")):
        DealChange.objects.create(
            deal=deal, field=field, old_value=old, new_value=new,
            changed_at=days_ago(2), observed_at=NOW,
        )  # fmt: skip
    told = [one.title for one in journey_of(deal).moments]
    assert told == ["Created: $1.00", "Amount: $1.00 → $2.00"]
