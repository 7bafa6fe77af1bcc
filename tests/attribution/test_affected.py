"""A change leads to the facts whose outcomes it may move, each with its first cause."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.affected import affected_by, all_waiting
from attribution.models import Outcome
from campaigns.models import ExchangeRate, RateChange
from crm_sync.intake import take_companies
from tests.attribution.builders import (
    NOW,
    a_company,
    a_contact,
    a_deal,
    a_lead,
    a_tap,
    make_identity,
    note_person,
    settle,
    sums,
)
from tests.crm_sync.builders import a_company_record, a_run
from tracking.models import Identity, PendingChange

pytestmark = pytest.mark.django_db


def a_note(subject: object, *, cause: str = "identity", after: int = 0) -> PendingChange:
    kind = "person" if isinstance(subject, Identity) else "deal"
    return PendingChange(
        subject=kind,
        subject_id=subject.person_id if isinstance(subject, Identity) else subject.pk,
        cause=cause,
        noted_at=NOW + timedelta(seconds=after),
    )


def test_a_deal_is_affected_by_its_own_change() -> None:
    deal = a_deal()

    assert affected_by([a_note(deal, cause="rate")]).deals == {deal.pk: "rate"}


def test_the_first_cause_stands() -> None:
    deal = a_deal()
    notes = [a_note(deal, cause="rate", after=2), a_note(deal, cause="deal_changed", after=1)]

    assert affected_by(notes).deals == {deal.pk: "deal_changed"}


def test_a_person_affects_their_leads_their_deals_and_their_companys_deals() -> None:
    ann, company = make_identity(), a_company()
    a_contact(ann, company=company)
    lead, named, at_company = a_lead(ann), a_deal(people=(ann,)), a_deal(company=company)
    a_deal()
    a_lead(make_identity())
    affected = affected_by([a_note(ann)])

    assert affected.deals == {named.pk: "identity", at_company.pk: "identity"}
    assert affected.events == {lead.pk: "identity"}


def test_the_cause_of_an_outcome_is_that_of_its_fact() -> None:
    ann = make_identity()
    deal = a_deal()
    a_lead(ann)
    settle()
    affected = affected_by([a_note(ann, cause="late_touch"), a_note(deal, cause="rate")])

    assert affected.cause_of(Outcome.objects.get(kind="lead")) == "late_touch"
    assert affected.cause_of(Outcome.objects.get(kind="opportunity")) == "rate"


def test_nothing_is_affected_by_no_change() -> None:
    affected = affected_by([])

    assert (affected.deals, affected.events) == ({}, {})


def test_it_costs_the_same_queries_for_two_people_and_for_twenty() -> None:
    def queries(number: int) -> int:
        people = [make_identity() for _ in range(number)]
        for ann in people:
            a_lead(ann)
            a_deal(people=(ann,))
        with CaptureQueriesContext(connection) as captured:
            affected_by([a_note(ann) for ann in people])
        return len(captured)

    assert queries(2) == queries(20) == 4


def test_a_rate_affects_the_outcomes_of_its_currency_for_which_it_may_be_the_latest() -> None:
    _, first, last, _ = (a_deal(created=days, currency="EUR") for days in (11, 10, 3, 1.9))
    a_deal(created=10, currency="GBP")
    lead = a_lead(make_identity(), days=8, value_minor=100, currency="EUR")
    settle()
    change = RateChange(currency="EUR", date=(NOW - timedelta(days=10)).date())

    affected = affected_by([], [change])

    assert affected.deals == {first.pk: "rate", last.pk: "rate"}
    assert affected.events == {lead.pk: "rate"}


def test_the_rates_of_a_year_are_one_question() -> None:
    a_deal(created=10, currency="EUR")
    settle()
    today = NOW.date()
    changes = [RateChange(currency="EUR", date=today - timedelta(days=day)) for day in range(365)]
    with CaptureQueriesContext(connection) as captured:
        affected_by([], changes)

    assert len(captured) == 1
    assert captured[0]["sql"].count("source_currency") == 1


def test_what_waits_are_changes_and_rates() -> None:
    deal = a_deal(created=1, currency="EUR")
    settle()
    assert all_waiting().deals == {}

    ExchangeRate.objects.create(currency="EUR", date=NOW.date() - timedelta(days=1), rate=2)

    assert all_waiting().deals == {deal.pk: "rate"}


def test_settling_looks_at_no_outcome_that_a_change_does_not_concern() -> None:
    people = [make_identity() for _ in range(3)]
    deals = [a_deal(won=1, people=(one,)) for one in people]
    for one in people:
        a_lead(one)
    settle()
    Outcome.objects.update(source_amount_minor=1)  # whoever is looked at is put right
    note_person(people[0])
    settle()

    touched = Outcome.objects.exclude(source_amount_minor=1)
    assert set(touched.filter(deal__isnull=False).values_list("deal_id", flat=True)) == {
        deals[0].pk
    }
    assert touched.filter(event__isnull=False).count() == 1


def test_a_company_whose_domain_becomes_free_mail_settles_without_a_rebuild() -> None:
    ann = make_identity()
    a_tap(ann, days=10)
    company = a_company("acme.example")
    a_contact(ann, company=company)
    a_deal(amount_minor=100_00, won=1, company=company)
    settle()
    assert sums() == {"sms": 100_00}

    take_companies(
        connection=company.connection,
        run=a_run(company.connection),
        records=[a_company_record(company.external_id, domain="gmail.com", modified_at=NOW)],
        now=NOW,
    )
    settle()

    assert {place: minor for place, minor in sums().items() if minor} == {
        "unattributed: no_contacts": 100_00
    }
