"""The ledger posts differences, never changes, and its chain tells when somebody did."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from attribution import ledger
from attribution.models import CreditBatch, CreditEntry, CreditTotal, Outcome
from attribution.services import lock_period
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    days_ago,
    earned,
    make_identity,
    note_deal,
    note_person,
    rule,
    settle,
    sums,
)
from tests.tracking.builders import make_channel

pytestmark = pytest.mark.django_db


def test_a_won_deal_is_divided_over_its_touches() -> None:
    ann = make_identity()
    first, last = a_tap(ann, days=9), a_tap(ann, days=8, channel="email")
    a_deal(amount_minor=100_01, created=7, won=1, people=(ann,))
    settle()

    assert (earned(first), earned(last)) == (50_01, 50_00)
    assert sums("first") == {"sms": 100_01}
    assert sums("last") == {"email": 100_01}


def test_settling_again_posts_nothing() -> None:
    deal = a_deal(won=1)
    settle()
    batches = CreditBatch.objects.count()
    note_deal(deal)
    settle()

    assert CreditBatch.objects.count() == batches


def test_posting_unchanged_outcomes_makes_no_batch() -> None:
    a_deal(won=1)
    settle()

    batch = ledger.post(outcomes=list(Outcome.objects.all()), cause="deal_changed", now=NOW)

    assert batch is None


def test_a_changed_amount_posts_only_the_difference() -> None:
    ann = make_identity()
    touch = a_tap(ann, days=9)
    deal = a_deal(amount_minor=100_00, won=1, people=(ann,))
    settle()
    change_deal(deal, amount_minor=130_00)

    batch = CreditBatch.objects.first()
    wins = batch.entries.filter(rule=rule(), outcome__kind="win")
    assert batch.cause == "deal_changed"
    assert [(e.touch_id, e.amount_minor, e.count_micro) for e in wins] == [(touch.pk, 30_00, 0)]
    assert sums() == {"sms": 130_00}


def test_a_late_touch_moves_credit_from_nobody_to_itself() -> None:
    ann = make_identity()
    a_deal(won=1, people=(ann,))
    settle()
    a_tap(ann, days=5)
    settle()

    batch = CreditBatch.objects.first()
    assert batch.cause == "late_touch"
    assert sums() == {"sms": 100_00}
    moved = batch.entries.filter(rule=rule(), outcome__kind="win").order_by("amount_minor")
    assert [(e.bucket, e.reason, e.amount_minor) for e in moved] == [
        ("unattributed", "no_touches", -100_00),
        ("attributed", "", 100_00),
    ]


def test_every_rule_sums_to_the_amount_at_every_moment() -> None:
    ann = make_identity()
    for days in (9, 8, 7):
        a_tap(ann, days=days)
        deal = a_deal(amount_minor=100_00, won=1, people=(ann,))
        settle()
        change_deal(deal, amount_minor=99_99)

    for total in (
        CreditTotal.objects.filter(kind="win", grain="all")
        .values("rule")
        .annotate(m=Sum("amount_minor"))
    ):
        assert total["m"] == 3 * 99_99


def test_batches_are_numbered_and_each_names_the_hash_before() -> None:
    a_deal()
    settle()
    a_lead(make_identity())
    settle()

    latest, first = CreditBatch.objects.order_by("-number")[:2]
    assert (first.number, latest.number) == (1, 2)
    assert first.previous_hash == ""
    assert latest.previous_hash == first.hash
    assert len({first.hash, latest.hash}) == 2


def test_a_batch_counts_its_entries_and_numbers_their_lines() -> None:
    a_deal(won=1)
    settle()

    batch = CreditBatch.objects.get()
    lines = list(batch.entries.order_by("line").values_list("line", flat=True))
    assert lines == list(range(1, batch.entry_count + 1))


def test_a_cell_that_comes_to_nothing_leaves_the_running_sums() -> None:
    ann = make_identity()
    a_deal(won=1, people=(ann,))
    settle()
    assert CreditTotal.objects.filter(reason="no_touches").exists()
    a_tap(ann, days=20)
    settle()

    assert not CreditTotal.objects.filter(reason="no_touches").exists()


def test_an_entry_keeps_its_rate_and_its_days() -> None:
    ann = make_identity()
    a_tap(ann, days=9)
    a_deal(created=7, won=1, people=(ann,))
    settle()

    entry = CreditEntry.objects.get(rule=rule(), outcome__kind="win")
    assert entry.rate == 1
    assert entry.touch_date == days_ago(9).date()
    assert entry.outcome_date == days_ago(1).date()


def test_days_are_cut_in_the_organisations_time_zone(settings: object) -> None:
    settings.TIME_ZONE = "America/New_York"  # type: ignore[attr-defined]
    ann = make_identity()
    midnight = NOW.replace(hour=3)
    touch = a_tap(ann, days=0)
    type(touch).objects.filter(pk=touch.pk).update(occurred_at=midnight)
    a_lead(ann, days=-1)
    settle()

    entry = CreditEntry.objects.get(rule=rule())
    assert entry.touch_date == midnight.date() - timedelta(days=1)


def test_a_reclassified_touch_moves_its_credit_to_the_other_channel() -> None:
    ann = make_identity()
    touch = a_tap(ann, days=9, channel="referral")
    a_deal(won=1, people=(ann,))
    settle()
    type(touch).objects.filter(pk=touch.pk).update(channel=make_channel("sms"))
    note_person(ann, cause="channel_rules")
    settle()

    assert sums() == {"sms": 100_00}


def test_entries_for_a_locked_period_are_marked_as_restatements() -> None:
    deal = a_deal(created=7, won=1)
    settle()
    lock_period(starts_on=days_ago(2).date(), ends_on=days_ago(0).date(), by=None, now=NOW)
    change_deal(deal, amount_minor=150_00)

    entries = CreditBatch.objects.first().entries.filter(rule=rule())
    assert {(e.outcome.kind, e.is_restatement) for e in entries} == {
        ("win", True),
        ("opportunity", False),
    }


def test_the_figures_of_a_locked_period_as_of_its_lock_do_not_move() -> None:
    deal = a_deal(created=7, won=1)
    settle()
    period = lock_period(starts_on=days_ago(2).date(), ends_on=NOW.date(), by=None, now=NOW)
    type(deal).objects.filter(pk=deal.pk).update(amount_minor=150_00)
    note_deal(deal)
    settle(now=NOW + timedelta(days=1))

    as_locked = CreditEntry.objects.filter(
        rule=rule(), outcome__kind="win", batch__posted_at__lte=period.locked_at
    )
    assert as_locked.aggregate(m=Sum("amount_minor"))["m"] == 100_00
    assert sums() == {"unattributed: no_contacts": 150_00}


@pytest.mark.parametrize("table", ["attribution_creditentry", "attribution_creditbatch"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_to_change_the_ledger(table: str, statement: str) -> None:
    a_deal()
    settle()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_not_emptied")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table))
