"""What the database itself refuses about credit."""

import pytest
from django.db import IntegrityError, transaction

from attribution.models import (
    Bucket,
    CreditBatch,
    CreditEntry,
    CreditRule,
    CreditTotal,
    Outcome,
    Period,
)
from tests.attribution.builders import NOW, a_deal, a_lead, days_ago, make_identity, rule, settle
from tests.tracking.builders import make_touch

pytestmark = pytest.mark.django_db


def a_batch(number: int = 1) -> CreditBatch:
    return CreditBatch.objects.create(
        number=number, cause="rebuild", posted_at=NOW, entry_count=1, hash="x"
    )


def an_outcome(**fields: object) -> Outcome:
    given = {"kind": "win", "deal": a_deal(), "updated_at": NOW, "source_currency": "USD"}
    return Outcome.objects.create(**{**given, **fields})


def an_entry(**fields: object) -> CreditEntry:
    given: dict[str, object] = {
        "line": 1,
        "rule": rule(),
        "bucket": Bucket.UNATTRIBUTED,
        "reason": "no_touches",
        "amount_minor": 1,
        "count_micro": 1,
    }
    given["batch"] = fields.pop("batch", None) or a_batch()
    given["outcome"] = fields.pop("outcome", None) or an_outcome()
    return CreditEntry.objects.create(**{**given, **fields})


def refuses(name: str) -> object:
    return pytest.raises(IntegrityError, match=name)


def test_a_rule_has_each_version_once() -> None:
    with refuses("attribution_rule_version_unique"), transaction.atomic():
        CreditRule.objects.create(slug="linear", version=1, name="x", kind="linear", retired_at=NOW)


def test_a_rule_has_one_active_version() -> None:
    with refuses("attribution_rule_one_active"), transaction.atomic():
        CreditRule.objects.create(slug="linear", version=2, name="x", kind="linear")


def test_there_is_one_default_rule() -> None:
    with refuses("attribution_rule_one_default"), transaction.atomic():
        CreditRule.objects.filter(slug="first").update(is_default=True)


def test_a_deal_is_won_once() -> None:
    outcome = an_outcome()
    with refuses("attribution_outcome_deal"), transaction.atomic():
        an_outcome(deal=outcome.deal)


def test_an_event_is_one_lead() -> None:
    lead = an_outcome(kind="lead", deal=None, event=a_lead(make_identity()))
    with refuses("attribution_outcome_event"), transaction.atomic():
        an_outcome(kind="lead", deal=None, event=lead.event)


def test_an_outcome_has_exactly_one_fact() -> None:
    with refuses("attribution_outcome_one_fact"), transaction.atomic():
        an_outcome(deal=None)
    with refuses("attribution_outcome_one_fact"), transaction.atomic():
        an_outcome(event=a_lead(make_identity()))


def test_batches_are_numbered_once() -> None:
    a_batch(1)
    with refuses("attribution_creditbatch_number"), transaction.atomic():
        a_batch(1)


def test_a_batch_has_each_line_once() -> None:
    entry = an_entry()
    with refuses("attribution_entry_line_unique"), transaction.atomic():
        an_entry(batch=entry.batch)


def test_an_entry_that_says_nothing_is_refused() -> None:
    with refuses("attribution_entry_says_something"), transaction.atomic():
        an_entry(amount_minor=0, count_micro=0)


@pytest.mark.parametrize(
    ("bucket", "reason", "has_touch"),
    [
        ("attributed", "", False),
        ("attributed", "no_touches", True),
        ("unattributed", "", False),
        ("excluded", "no_date", True),
    ],
)
def test_an_entrys_bucket_reason_and_touch_fit(bucket: str, reason: str, has_touch: bool) -> None:
    touch = make_touch() if has_touch else None
    with refuses("attribution_entry_bucket_fits"), transaction.atomic():
        an_entry(bucket=bucket, reason=reason, touch=touch)


def test_running_sums_have_one_row_per_cell_even_where_columns_are_empty() -> None:
    a_deal(won=1)
    settle()
    total = CreditTotal.objects.first()
    total.pk = None
    total._state.adding = True
    with refuses("attribution_total_cell_unique"), transaction.atomic():
        CreditTotal.objects.create(
            rule=total.rule,
            kind=total.kind,
            bucket=total.bucket,
            reason=total.reason,
            grain=total.grain,
            touch_date=total.touch_date,
            outcome_date=total.outcome_date,
            amount_minor=1,
            count_micro=1,
        )


def test_a_running_sum_has_the_dates_of_its_grain() -> None:
    with refuses("attribution_total_dates_fit"), transaction.atomic():
        CreditTotal.objects.create(
            rule=rule(), kind="win", bucket="excluded", reason="no_amount", grain="all",
            outcome_date=NOW.date(), amount_minor=1, count_micro=1,
        )  # fmt: skip


def test_a_period_does_not_end_before_it_starts() -> None:
    with refuses("attribution_period_ends_after_start"), transaction.atomic():
        Period.objects.create(starts_on=NOW.date(), ends_on=days_ago(2).date(), locked_at=NOW)
