"""Whose touches count for a deal depends on the contact mode; gathering is done in bulk."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.binary_copy import UnexpectedWidthError
from attribution.facts import day_of, id_of
from attribution.journeys import NO_TIME
from attribution.models import Outcome
from attribution.touches import gather, microseconds
from tests.attribution.builders import (
    a_company,
    a_contact,
    a_deal,
    a_lead,
    a_tap,
    days_ago,
    make_identity,
    name_on,
    settle,
)
from tests.tracking.builders import make_send
from tracking.models import Identity, Touchpoint

pytestmark = pytest.mark.django_db


def people_of(mode: str) -> set[object]:
    """Return the touches' identities that stand behind the only opportunity under a mode."""
    settle()
    facts = gather([Outcome.objects.get(kind="opportunity")], [mode])
    people = set(facts.members[mode].person.tolist())
    rows = [row for row, person in enumerate(facts.touches.person) if person in people]
    ids = [id_of(facts.places[row]["touch_id"]) for row in rows]
    return set(Touchpoint.objects.filter(pk__in=ids).values_list("identity_id", flat=True))


def somebody() -> Identity:
    """Make a person with a touch."""
    identity = make_identity()
    a_tap(identity, days=20)
    return identity


def test_contacts_of_the_deal_count_by_role() -> None:
    ann, bob = somebody(), somebody()
    a_deal(people=(ann, bob))

    assert people_of("roles") == {ann.pk, bob.pk}


def test_colleagues_do_not_count_by_role() -> None:
    company = a_company()
    a_contact(somebody(), company=company)
    a_deal(company=company)

    assert people_of("roles") == set()


def test_colleagues_count_where_the_deal_names_nobody() -> None:
    company, ann = a_company(), somebody()
    a_contact(ann, company=company)
    a_deal(company=company)

    assert people_of("roles_else_company") == {ann.pk}


def test_colleagues_do_not_count_where_the_deal_names_somebody() -> None:
    company, ann = a_company(), somebody()
    a_contact(somebody(), company=company)
    a_deal(company=company, people=(ann,))

    assert people_of("roles_else_company") == {ann.pk}


def test_by_company_all_its_contacts_count_and_nobody_else() -> None:
    company, ann = a_company(), somebody()
    a_contact(ann, company=company)
    a_deal(company=company, people=(somebody(),))

    assert people_of("company") == {ann.pk}


def test_by_primary_contact_only_that_one_counts() -> None:
    ann = somebody()
    deal = a_deal(people=(somebody(),))
    name_on(deal, ann, is_primary=True)

    assert people_of("primary") == {ann.pk}


@pytest.mark.parametrize("mode", ["company", "roles_else_company"])
def test_a_free_mail_domain_makes_no_company(mode: str) -> None:
    company = a_company(domain="Gmail.com")
    a_contact(somebody(), company=company)
    a_deal(company=company)

    assert people_of(mode) == set()


@pytest.mark.parametrize("mode", ["roles", "company", "roles_else_company", "primary"])
def test_a_contact_deleted_in_the_crm_does_not_count(mode: str) -> None:
    company, ann = a_company(), somebody()
    deal = a_deal(company=company)
    contact = name_on(deal, ann, is_primary=True).contact
    type(contact).objects.update(deleted_at=days_ago(0), company=company)

    assert people_of(mode) == set()


def test_all_identities_of_a_person_bring_their_touches() -> None:
    email, phone = somebody(), somebody()
    Identity.objects.filter(pk=phone.pk).update(person=email.person)
    a_deal(people=(email,))

    assert people_of("roles") == {email.pk, phone.pk}


def test_a_place_carries_all_that_reports_group_by() -> None:
    ann, send = make_identity(), make_send()
    touch = a_tap(ann, days=9, send=send, campaign=send.campaign)
    a_lead(ann)
    settle()
    place, nowhere = gather(list(Outcome.objects.all()), ["roles"]).places

    names = ("touch_id", "channel_id", "campaign_id", "send_id", "message_id", "link_id")
    assert [id_of(place[name]) for name in names] == [
        touch.pk, touch.channel_id, send.campaign_id, send.pk, None, None,
    ]  # fmt: skip
    assert day_of(place["touch_date"]) == days_ago(9).date()
    assert id_of(nowhere["touch_id"]) is None


def test_an_unknown_kind_of_touch_is_refused() -> None:
    ann = make_identity()
    a_tap(ann, days=3)
    a_lead(ann)
    settle()
    Touchpoint.objects.update(kind="dance")
    with pytest.raises(UnexpectedWidthError):
        gather(list(Outcome.objects.all()), ["roles"])


def test_moments_are_exact_to_the_microsecond() -> None:
    ann = make_identity()
    moment = days_ago(3).replace(microsecond=123_457)
    touch = a_tap(ann, days=3)
    Touchpoint.objects.filter(pk=touch.pk).update(occurred_at=moment)
    a_lead(ann)
    settle()
    facts = gather(list(Outcome.objects.all()), ["roles"])

    assert facts.touches.time.tolist() == [microseconds(moment)]
    assert microseconds(moment) % 1_000_000 == 123_457


def test_columns_say_what_the_engine_asks() -> None:
    ann = make_identity()
    a_tap(ann, days=3, channel="direct", exclusion="machine", source_priority=4)
    a_lead(ann)
    settle()
    touches = gather(list(Outcome.objects.all()), ["roles"]).touches

    assert touches.is_direct.tolist() == touches.is_excluded.tolist() == [True]
    assert (touches.grade.tolist(), touches.priority.tolist()) == ([0], [4])
    assert (touches.click.tolist(), touches.kind.tolist()) == ([-1], [1])


def test_ids_become_two_comparable_numbers() -> None:
    ann = make_identity()
    touch = a_tap(ann, days=3)
    a_lead(ann)
    settle()
    touches = gather(list(Outcome.objects.all()), ["roles"]).touches

    assert (int(touches.id_high[0]) << 64) + int(touches.id_low[0]) == touch.pk.int


def test_the_anchors_are_the_first_lead_and_the_deals_creation() -> None:
    ann = make_identity()
    a_lead(ann, days=30)
    a_lead(ann, days=20)
    a_deal(created=15, won=5, people=(ann,))
    settle()
    win = Outcome.objects.get(kind="win")
    columns = gather([win], ["roles"]).outcomes["roles"]

    assert columns.lead_time.tolist() == [microseconds(days_ago(30))]
    assert columns.opportunity_time.tolist() == [microseconds(days_ago(15))]


def test_a_lead_is_its_own_lead_and_has_no_opportunity() -> None:
    ann = make_identity()
    a_lead(ann, days=30)
    a_lead(ann, days=20)
    settle()
    columns = gather(list(Outcome.objects.order_by("occurred_at")), ["roles"]).outcomes["roles"]

    assert columns.lead_time.tolist() == columns.time.tolist()
    assert np.all(columns.opportunity_time == NO_TIME)


def test_gathering_costs_the_same_queries_for_two_outcomes_and_for_twenty() -> None:
    modes = ["roles", "roles_else_company", "company", "primary"]

    def queries(number: int) -> int:
        for _ in range(number):
            ann, company = somebody(), a_company()
            a_contact(ann, company=company)
            a_deal(won=1, company=company, people=(ann,))
            a_deal(company=company)
            a_lead(ann)
        settle()
        outcomes = list(Outcome.objects.all())
        with CaptureQueriesContext(connection) as captured:
            gather(outcomes, modes)
        return len(captured)

    assert queries(2) == queries(20)
