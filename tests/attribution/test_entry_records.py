"""What is hashed is what is written: records read back are the records that were copied."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection

from attribution.chain import NO_RATE
from attribution.entries import ENTRY
from attribution.entry_records import copied, posted_records, records_of
from attribution.facts import NO_DAY, day_number
from attribution.models import CreditBatch, CreditEntry, Outcome
from campaigns.public_ids import new_id
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, rule, settle

pytestmark = pytest.mark.django_db


def a_batch() -> CreditBatch:
    return CreditBatch.objects.create(
        number=99, cause="rebuild", posted_at=NOW, entry_count=2, hash="x"
    )


@pytest.mark.parametrize(
    "rate", [None, Decimal(1), Decimal("0.0000000001"), Decimal("1234567890.0123456789")]
)
def test_every_column_comes_back_as_it_was_written(rate: Decimal | None) -> None:
    ann = make_identity()
    touch = a_tap(ann, days=20)
    a_deal(people=(ann,))
    settle()
    outcome = Outcome.objects.get()
    outcome.rate = rate
    rows = np.zeros(2, ENTRY)
    rows["bucket"], rows["reason"] = (0, 2), (0, 5)
    rows["touch_id"][0], rows["channel_id"][0] = touch.pk.bytes, new_id().bytes
    rows["outcome_date"] = (day_number(date(1999, 1, 31)), NO_DAY)
    rows["touch_date"] = (day_number(date(2026, 5, 1)), NO_DAY)
    rows["amount_minor"], rows["count_micro"] = (-(2**62), 5), (7, -(2**62))
    batch = a_batch()
    locked = {day_number(date(1999, 1, 31))}
    records = records_of(rows, outcomes=[outcome], rules=[rule()], locked=locked)
    with connection.cursor() as cursor:
        copied(records, batch_id=batch.pk, cursor=cursor)

    none, found = posted_records([new_id(), batch.pk])
    assert len(none) == 0
    assert np.array_equal(found, records)
    first, second = CreditEntry.objects.filter(batch=batch).order_by("line")
    assert (first.rate, second.rate) == (rate, rate)
    assert (first.bucket, first.reason, second.bucket) == ("attributed", "", "excluded")
    assert (first.outcome_date, second.outcome_date) == (date(1999, 1, 31), None)
    assert (first.touch, first.send_id, second.touch) == (touch, None, None)
    assert (first.is_restatement, second.is_restatement) == (True, False)
    assert (first.amount_minor, second.count_micro) == (-(2**62), -(2**62))


def test_an_absent_rate_is_marked() -> None:
    rows = np.zeros(1, ENTRY)
    records = records_of(rows, outcomes=[Outcome()], rules=[rule()], locked=set())

    assert (records["rate_whole"].item(), records["rate_fraction"].item()) == (NO_RATE, NO_RATE)
