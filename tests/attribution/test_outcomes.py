"""Facts become outcomes, with their time and amount, or the reason why they have none."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.allocation import LARGEST_AMOUNT
from attribution.models import CreditBatch, Outcome
from attribution.outcomes import derive_from_deals, derive_from_events, write
from campaigns.models import ExchangeRate
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    change_deal,
    days_ago,
    make_goal,
    make_identity,
    settle,
    sums,
)

pytestmark = pytest.mark.django_db


def outcome(kind: str = "win") -> Outcome:
    """Return the only outcome of a kind."""
    return Outcome.objects.get(kind=kind)


def a_rate(currency: str, rate: str, *, days: float = 1) -> ExchangeRate:
    return ExchangeRate.objects.create(
        currency=currency, date=days_ago(days).date(), rate=Decimal(rate)
    )


def test_an_open_deal_is_an_opportunity_since_its_creation() -> None:
    a_deal(amount_minor=100_00, created=10)
    settle()

    assert outcome("opportunity").occurred_at == days_ago(10)
    assert outcome("opportunity").amount_minor == 100_00
    assert not Outcome.objects.filter(kind="win").exists()


def test_a_won_deal_is_a_win_on_its_close_date_as_well() -> None:
    a_deal(created=10, won=2)
    settle()

    assert outcome("win").occurred_at == days_ago(2)
    assert outcome("opportunity").occurred_at == days_ago(10)


def test_a_lost_deal_stays_an_opportunity() -> None:
    change_deal(a_deal(), outcome="lost", closed_at=days_ago(1))

    assert outcome("opportunity").exclusion == ""
    assert not Outcome.objects.filter(kind="win").exists()


def test_a_deal_without_amount_is_excluded_for_money_and_still_counts() -> None:
    a_deal(amount_minor=None, won=1)
    settle()

    assert outcome().exclusion == "no_amount"
    assert outcome().amount_minor == 0


def test_an_amount_of_zero_is_an_amount() -> None:
    a_deal(amount_minor=0, won=1)
    settle()

    assert outcome().exclusion == ""


def test_a_win_without_close_date_is_excluded_with_its_money() -> None:
    change_deal(a_deal(), outcome="won")

    assert (outcome().exclusion, outcome().amount_minor) == ("no_date", 100_00)
    assert sums() == {"excluded: no_date": 100_00}


def test_an_opportunity_without_creation_date_is_excluded() -> None:
    a_deal(created=None, amount_minor=None)
    settle()

    assert (outcome("opportunity").exclusion, outcome("opportunity").amount_minor) == (
        "no_date",
        0,
    )


def test_a_reopened_deal_withdraws_its_win_and_winning_it_again_restores_it() -> None:
    deal = a_deal(won=1)
    settle()
    change_deal(deal, outcome="open", closed_at=None)
    assert (outcome().exclusion, sums()) == ("withdrawn", {})

    change_deal(deal, outcome="won", closed_at=NOW)
    assert (outcome().exclusion, outcome().occurred_at) == ("", NOW)
    assert sum(sums().values()) == 100_00


def test_a_deleted_deal_withdraws_everything() -> None:
    change_deal(deal := a_deal(won=1), name="Acme")
    change_deal(deal, deleted_at=NOW)

    assert set(Outcome.objects.values_list("exclusion", flat=True)) == {"withdrawn"}
    assert sums() == sums(kind="opportunity") == {}


def test_a_deal_deleted_before_it_was_ever_settled_makes_no_outcome() -> None:
    a_deal(deleted_at=NOW)
    settle()

    assert not Outcome.objects.exists()


def test_another_currency_is_converted_at_the_rate_of_the_outcomes_day() -> None:
    a_rate("EUR", "1.1", days=2)
    a_rate("EUR", "1.2", days=1)
    a_rate("EUR", "9.9", days=0)
    a_deal(amount_minor=100_05, currency="EUR", created=2, won=1)
    settle()

    assert (outcome().amount_minor, outcome().rate) == (120_06, Decimal("1.2"))
    assert outcome("opportunity").amount_minor == 110_06


def test_a_rate_may_be_a_week_old_and_no_older() -> None:
    a_rate("EUR", "1.1", days=17)
    a_deal(currency="EUR", created=10)
    a_deal(currency="EUR", created=9)
    settle()

    assert {o.occurred_at: o.exclusion for o in Outcome.objects.all()} == {
        days_ago(10): "",
        days_ago(9): "no_rate",
    }


def test_a_missing_rate_excludes_and_its_arrival_includes() -> None:
    a_deal(amount_minor=100_00, currency="EUR", won=1)
    settle()
    assert sums() == {"excluded: no_rate": 0}

    a_rate("EUR", "2", days=1)
    assert settle() == 1
    assert sums() == {"unattributed: no_contacts": 200_00}


def test_an_edited_rate_settles_itself() -> None:
    rate = a_rate("EUR", "2", days=1)
    a_deal(amount_minor=100_00, currency="EUR", won=1)
    settle()

    rate.rate = Decimal(3)
    rate.save()
    settle()

    assert sums() == {"unattributed: no_contacts": 300_00}
    assert CreditBatch.objects.order_by("-number")[0].cause == "rate"


def test_a_newer_rate_replaces_an_older_one_in_force() -> None:
    a_rate("EUR", "2", days=5)
    a_deal(amount_minor=100_00, currency="EUR", won=1)
    settle()

    a_rate("EUR", "4", days=2)
    settle()

    assert sums() == {"unattributed: no_contacts": 400_00}


def test_a_deleted_rate_leaves_its_outcomes_to_the_one_before_or_to_none() -> None:
    a_rate("EUR", "2", days=5)
    newer = a_rate("EUR", "4", days=2)
    a_deal(amount_minor=100_00, currency="EUR", won=1)
    settle()

    newer.delete()
    settle()
    assert sums() == {"unattributed: no_contacts": 200_00}

    ExchangeRate.objects.all().delete()
    settle()
    assert outcome().exclusion == "no_rate"


def test_currencies_without_decimals_are_converted_by_their_units() -> None:
    a_rate("JPY", "0.0065", days=1)
    a_deal(amount_minor=1000, currency="JPY", created=1)
    settle()

    assert outcome("opportunity").amount_minor == 6_50


def test_an_amount_too_large_to_divide_exactly_is_excluded_whole() -> None:
    a_deal(amount_minor=LARGEST_AMOUNT + 1, won=1)
    a_deal(amount_minor=LARGEST_AMOUNT, won=1)
    settle()

    assert sums() == {
        "excluded: too_large": LARGEST_AMOUNT + 1,
        "unattributed: no_contacts": LARGEST_AMOUNT,
    }


def test_an_amount_that_no_column_holds_once_converted_is_excluded() -> None:
    a_rate("EUR", "1000", days=1)
    a_deal(amount_minor=2**62, currency="EUR", won=1)
    settle()

    assert (outcome().exclusion, outcome().amount_minor) == ("too_large", 0)


def test_a_goal_event_is_a_lead_of_its_person() -> None:
    ann = make_identity()
    a_lead(ann, days=3, value_minor=25_00, currency="USD")
    settle()

    lead = outcome("lead")
    assert (lead.person_id, lead.occurred_at, lead.amount_minor) == (
        ann.person_id,
        days_ago(3),
        25_00,
    )


def test_an_event_without_a_value_is_worth_what_its_goal_says() -> None:
    a_lead(make_identity(), goal=make_goal("demo-booked", value_minor=50_00))
    settle()

    assert outcome("lead").amount_minor == 50_00


def test_a_lead_without_any_value_is_worth_nothing_and_not_excluded() -> None:
    a_lead(make_identity())
    settle()

    assert (outcome("lead").amount_minor, outcome("lead").exclusion) == (0, "")


def test_an_event_that_was_no_goal_is_no_lead() -> None:
    event = a_lead(make_identity())
    type(event).objects.update(goal=None)
    settle()

    assert not Outcome.objects.exists()


def test_a_leads_person_follows_its_identity() -> None:
    ann, bob = make_identity(), make_identity()
    event = a_lead(ann)
    settle()
    type(ann).objects.filter(pk=ann.pk).update(person=bob.person)
    derived = derive_from_events([event.pk])

    assert [o.person_id for o in derived.changed] == [bob.person_id]


def test_deriving_again_finds_everything_unchanged() -> None:
    deal, event = a_deal(won=1), a_lead(make_identity())
    settle()
    derived = derive_from_deals([deal.pk])
    derived += derive_from_events([event.pk])

    assert (len(derived.new), len(derived.changed), len(derived.unchanged)) == (0, 0, 3)


def test_deriving_only_reads_and_writing_stores() -> None:
    derived = derive_from_deals([a_deal().pk])
    assert not Outcome.objects.exists()

    write(derived, now=NOW + timedelta(hours=1))
    assert outcome("opportunity").updated_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_deriving_costs_the_same_queries_for_two_deals_and_for_twenty(currency: str) -> None:
    def queries(number: int) -> int:
        for days in range(number):
            a_deal(currency=currency, created=days, won=days / 2)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            derive_from_deals(Deal.objects.values_list("pk", flat=True))
        return len(captured)

    assert queries(2) == queries(20)
