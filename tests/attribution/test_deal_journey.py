"""A deal's timeline: all channels, events, stages, the credit and what nobody earned."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.deal_journey import Asked, DealTimeline
from attribution.deal_journey import journey_of as journey_asked
from crm_sync.models import Deal, DealChange
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
    refund,
    rule,
    settle,
)
from tests.attribution.story import tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def journey_of(deal: Deal, slug: str = "linear", *, unmasked: bool = True) -> DealTimeline:
    """Return a deal's timeline, explained under a rule, as somebody with rights sees it."""
    return journey_asked(deal, Asked(rule(slug), unmasked=unmasked))


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
    assert journey_of(story.deal).moments[-1].note == (
        "Earns nothing: it came 1.0 days after the outcome"
    )


def test_a_machines_touch_says_why_it_earned_nothing() -> None:
    story = tell_story()
    a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.MACHINE)
    settle()
    notes = [one.note for one in journey_of(story.deal).moments]
    assert "Earns nothing: excluded as machine" in notes


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


def test_a_touch_without_weight_under_the_rule_says_so() -> None:
    notes = [one.note for one in journey_of(tell_story().deal, "first").moments]
    assert notes[:2] == ["", "Earns nothing: no weight under “First touch”"]


def test_without_a_rule_nothing_is_explained() -> None:
    timeline = journey_asked(tell_story().deal, Asked(None))
    assert (timeline.explained, timeline.shown) == ([], None)
    assert len(timeline.moments) == 4


def test_the_win_is_shown_unless_another_outcome_is_asked_for() -> None:
    story = tell_story()
    timeline = journey_of(story.deal)
    kinds = [one.outcome.kind for one in timeline.explained]
    assert kinds == ["lead", "opportunity", "win"]
    assert timeline.shown is timeline.explained[-1]
    lead = timeline.explained[0].outcome
    asked = journey_asked(story.deal, Asked(rule(), outcome_id=lead.pk))
    assert asked.shown is not None
    assert asked.shown.outcome == lead


def test_a_rule_that_looks_at_the_company_shows_all_its_people() -> None:
    company = a_company()
    ada, bob = make_identity(), make_identity(value="bob@acme.example")
    a_contact(bob, company=company, name="Bob Reed")
    deal = a_deal(company=company, people=(ada,))
    a_lead(bob, days=20)
    linear = rule()
    assert not journey_of(deal).moments
    linear.contact_mode = "company"
    assert [m.person for m in journey_asked(deal, Asked(linear, unmasked=True)).moments] == [
        "Bob Reed"
    ]


def test_names_and_addresses_are_masked_for_whoever_may_not_see_them() -> None:
    company = a_company()
    ada = make_identity()
    a_contact(ada, company=company, name="Ada Stone")
    deal = a_deal(company=company)
    a_tap(ada, days=20, page_url="https://acme.example/trial?email=ada@acme.example")
    DealChange.objects.create(
        deal=deal, field="contacts", old_value="", new_value="ada@acme.example",
        changed_at=days_ago(2), observed_at=NOW,
    )  # fmt: skip
    touch, change = journey_of(deal, unmasked=False).moments
    assert (touch.person, touch.detail) == ("A•••", "https://acme.example/trial")
    assert change.title == "Contacts"
    touch, change = journey_of(deal).moments
    assert (touch.person, "ada@acme.example" in change.title) == ("Ada Stone", True)


def test_refunds_stand_on_the_timeline() -> None:
    story = tell_story()
    refund(story.deal, "100.00", days=1)
    last = journey_of(story.deal).moments[-1]
    assert (last.kind, last.title) == ("refund", "Refund: −$100.00")


def test_a_refund_not_yet_known_at_the_moment_is_left_out() -> None:
    story = tell_story()
    refund(story.deal, "100.00", days=1)
    timeline = journey_asked(story.deal, Asked(rule(), as_of=days_ago(3)))
    assert all(one.kind != "refund" for one in timeline.moments)
