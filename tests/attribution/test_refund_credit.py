"""A refund takes back from every touch what it had earned of the win."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from attribution.models import CreditBatch, CreditEntry, Outcome
from attribution.reports.query import parse_query
from attribution.reports.reconciliation import build
from attribution.services import verify_ledger
from campaigns.models import ExchangeRate
from crm_sync.refunds import remove_refund
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    change_deal,
    counts,
    days_ago,
    earned,
    make_identity,
    refund,
    settle,
    sums,
)

pytestmark = pytest.mark.django_db


def statements(**query: str) -> dict[str, bool]:
    """Return whether each goal's statement reconciles."""
    parsed = parse_query(query, time_zone=ZoneInfo("UTC"))
    return {item.goal: item.reconciles for item in build(parsed, now=NOW).statements}


def test_a_full_refund_mirrors_its_win_touch_by_touch() -> None:
    ann = make_identity()
    taps = [a_tap(ann, days=day) for day in (30, 20, 15)]
    deal = a_deal(amount_minor=100_00, created=12, won=10, people=(ann,))
    settle()

    refund(deal, "100.00")

    for slug in ("linear", "position", "time_decay"):
        for tap in taps:
            won = earned(tap, slug=slug)
            assert won > 0
            assert earned(tap, slug=slug, kind="refund") == -won


def test_touches_are_looked_back_for_from_the_win_not_from_the_refund() -> None:
    ann = make_identity()
    before = a_tap(ann, days=95)
    after = a_tap(ann, days=2)
    deal = a_deal(amount_minor=100_00, created=12, won=10, people=(ann,))
    settle()

    refund(deal, "40.00", days=0)

    assert earned(before, kind="refund") == -40_00
    assert earned(after, kind="refund") == 0


def test_a_refund_is_dated_and_converted_on_its_own_day() -> None:
    for day, rate in ((10, "1.10"), (1, "1.20")):
        ExchangeRate.objects.create(currency="EUR", date=days_ago(day).date(), rate=Decimal(rate))
    ann = make_identity()
    tap = a_tap(ann, days=30)
    deal = a_deal(amount_minor=100_00, currency="EUR", created=12, won=10, people=(ann,))

    refund(deal, "100.00")

    assert (earned(tap), earned(tap, kind="refund")) == (110_00, -120_00)
    entry = CreditEntry.objects.filter(outcome__kind="refund").first()
    assert entry is not None
    assert entry.outcome_date == days_ago(1).date()
    assert entry.rate == Decimal("1.20")


def test_its_entries_have_the_cause_refund_and_wins_do_not_move() -> None:
    deal = a_deal(won=10)
    settle()
    before = CreditBatch.objects.count()

    refund(deal, "10.00")

    assert [batch.cause for batch in CreditBatch.objects.order_by("number")[before:]] == ["refund"]


def test_each_refund_of_a_deal_counts_once() -> None:
    deal = a_deal(won=10)
    refund(deal, "10.00")
    refund(deal, "5.00", external_id="r-2")

    assert sums(kind="refund") == {"unattributed: no_contacts": -15_00}
    assert counts(kind="refund") == {"unattributed: no_contacts": 2_000_000}
    assert counts(kind="win") == {"unattributed: no_contacts": 1_000_000}


def test_a_refund_of_a_deal_that_is_not_won_is_excluded() -> None:
    refund(a_deal(amount_minor=100_00), "10.00")

    assert sums(kind="refund") == {"excluded: not_won": -10_00}


def test_a_refund_is_excluded_while_its_deal_is_reopened() -> None:
    ann = make_identity()
    tap = a_tap(ann, days=30)
    deal = a_deal(won=10, people=(ann,))
    refund(deal, "10.00")

    change_deal(deal, outcome="open")

    assert earned(tap, kind="refund") == 0
    assert {key: minor for key, minor in sums(kind="refund").items() if minor} == {
        "excluded: not_won": -10_00
    }


def test_a_refund_of_a_win_without_a_date_is_excluded() -> None:
    refund(a_deal(outcome="won"), "10.00")

    assert sums(kind="refund") == {"excluded: no_date": -10_00}


def test_a_refund_without_a_rate_is_excluded() -> None:
    refund(a_deal(won=10), "10.00", currency="CHF")

    assert Outcome.objects.get(kind="refund").exclusion == "no_rate"


def test_a_removed_refund_gives_the_credit_back() -> None:
    ann = make_identity()
    tap = a_tap(ann, days=30)
    deal = a_deal(won=10, people=(ann,))
    found = refund(deal, "10.00")
    assert earned(tap, kind="refund") == -10_00

    remove_refund(refund=found, now=NOW)
    settle()

    assert earned(tap, kind="refund") == 0
    assert CreditBatch.objects.order_by("number").last().cause == "refund"  # type: ignore[union-attr]


def test_refunds_of_a_deleted_deal_are_withdrawn() -> None:
    deal = a_deal(won=10)
    refund(deal, "10.00")

    change_deal(deal, deleted_at=NOW)

    assert Outcome.objects.get(kind="refund").exclusion == "withdrawn"
    assert not any(sums(kind="refund").values())


def test_the_statement_and_the_proof_hold_with_refunds() -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    deal = a_deal(won=10, people=(ann,))
    refund(deal, "10.00")
    refund(a_deal(), "3.00", external_id="r-2")
    refund(a_deal(won=3), "7.00", external_id="r-3", currency="CHF")

    assert all(statements().values())
    assert "refund" in statements()
    assert verify_ledger() == []


def test_the_statement_of_a_past_moment_knows_the_refund_as_it_was() -> None:
    deal = a_deal(won=10)
    refund(deal, "10.00")
    refund(deal, "12.00")

    assert all(statements(as_of=NOW.isoformat()).values())
