"""Refunds are recorded once, corrected with a tombstone, and refused as a whole."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.models import Deal, DealRefund
from crm_sync.refunds import RefundAlreadyRemovedError, record_refunds, remove_refund
from tests.attribution.builders import NOW, a_deal
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def a_row(deal: Deal, **fields: str) -> dict[str, str]:
    given = {"external_id": "r-1", "amount": "30.00", "refunded_at": "2026-06-10", **fields}
    return {"connection": deal.connection.slug, "deal": deal.external_id, **given}


def record(*rows: dict[str, str], now: datetime = NOW, dry_run: bool = False) -> list[str]:
    """Record rows and return what became of each."""
    result = record_refunds(rows=rows, origin="api", now=now, dry_run=dry_run)
    return [row.status for row in result.rows]


def causes() -> list[str]:
    return list(PendingChange.objects.filter(cause="refund").values_list("cause", flat=True))


def test_a_refund_is_stored_in_the_deals_currency_and_noted() -> None:
    deal = a_deal(won=5)

    assert record(a_row(deal)) == ["created"]

    refund = DealRefund.objects.get()
    assert (refund.deal, refund.amount_minor, refund.currency) == (deal, 30_00, "USD")
    assert refund.refunded_at == datetime(2026, 6, 10, tzinfo=UTC)
    assert (refund.reason, refund.origin, refund.recorded_at) == ("refund", "api", NOW)
    assert causes() == ["refund"]


def test_the_same_row_again_changes_nothing() -> None:
    deal = a_deal(won=5)
    record(a_row(deal))

    assert record(a_row(deal), now=LATER) == ["unchanged"]

    assert DealRefund.objects.get().recorded_at == NOW
    assert causes() == ["refund"]


def test_a_corrected_amount_leaves_a_tombstone_and_a_new_row() -> None:
    deal = a_deal(won=5)
    record(a_row(deal))

    assert record(a_row(deal, amount="40"), now=LATER) == ["updated"]

    assert DealRefund.objects.standing().get().amount_minor == 40_00
    assert DealRefund.objects.known_at(NOW).get().amount_minor == 30_00
    assert DealRefund.objects.known_at(LATER).get().amount_minor == 40_00


def test_a_corrected_reason_moves_no_credit() -> None:
    deal = a_deal(won=5)
    record(a_row(deal))

    assert record(a_row(deal, reason="churn"), now=LATER) == ["updated"]

    assert DealRefund.objects.get().reason == "churn"
    assert causes() == ["refund"]


def test_a_refund_moved_to_another_deal_notes_both() -> None:
    deal, other = a_deal(won=5), a_deal(won=5)
    record(a_row(deal))
    PendingChange.objects.all().delete()

    record(a_row(other), now=LATER)

    assert set(PendingChange.objects.values_list("subject_id", flat=True)) == {deal.pk, other.pk}


def test_one_wrong_row_and_nothing_is_stored() -> None:
    deal = a_deal(won=5)

    assert record(a_row(deal), a_row(deal, external_id="")) == ["created", "rejected"]

    assert not DealRefund.objects.exists()
    assert causes() == []


def test_a_row_that_repeats_a_reference_is_refused() -> None:
    deal = a_deal(won=5)

    assert record(a_row(deal), a_row(deal, amount="1")) == ["created", "rejected"]


def test_a_dry_run_stores_nothing() -> None:
    assert record(a_row(a_deal(won=5)), dry_run=True) == ["created"]
    assert not DealRefund.objects.exists()


def test_more_than_the_win_is_stored_all_the_same() -> None:
    assert record(a_row(a_deal(amount_minor=100_00, won=5), amount="250.00")) == ["created"]


def test_a_removed_refund_stays_as_a_tombstone_and_is_noted() -> None:
    deal = a_deal(won=5)
    record(a_row(deal))
    PendingChange.objects.all().delete()

    remove_refund(refund=DealRefund.objects.get(), now=LATER)

    assert not DealRefund.objects.standing().exists()
    assert DealRefund.objects.get().removed_at == LATER
    assert causes() == ["refund"]


def test_a_refund_is_removed_once() -> None:
    record(a_row(a_deal(won=5)))
    remove_refund(refund=DealRefund.objects.get(), now=NOW)

    with pytest.raises(RefundAlreadyRemovedError):
        remove_refund(refund=DealRefund.objects.get(), now=LATER)


def test_a_reference_is_free_again_after_its_refund_was_removed() -> None:
    deal = a_deal(won=5)
    record(a_row(deal))
    remove_refund(refund=DealRefund.objects.get(), now=NOW)

    assert record(a_row(deal), now=LATER) == ["created"]
