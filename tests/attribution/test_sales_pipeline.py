"""8,800 real, messy opportunities reconcile to the cent under every rule."""

from pathlib import Path

import pytest
from django.db.models import Sum

from attribution.models import CreditBatch, CreditRule, CreditTotal, Outcome
from attribution.services import refresh_findings, settle_changes, verify_ledger
from crm_sync.file_import import import_deals_file
from tests.attribution.builders import NOW
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


def import_and_settle(shared_data: Path) -> None:
    import_deals_file(
        path_or_file=shared_data / "crm" / "sales_pipeline.csv",
        mapping=SALES_PIPELINE_MAPPING,
        now=NOW,
    )
    while settle_changes(now=NOW, limit=5000):
        pass


def test_the_wins_of_the_export_reconcile_under_every_rule(shared_data: Path) -> None:
    import_and_settle(shared_data)

    rules = CreditRule.objects.active().count()
    wins = CreditTotal.objects.filter(kind="win", grain="all").order_by().values("rule")
    sums = wins.annotate(amount=Sum("amount_minor"), count=Sum("count_micro"))
    assert {(s["amount"], s["count"]) for s in sums} == {(1_000_553_400, 4238 * 1_000_000)}
    assert len(sums) == rules == 6
    exclusions = Outcome.objects.filter(kind="opportunity").values_list("exclusion", flat=True)
    assert {name: list(exclusions).count(name) for name in set(exclusions)} == {
        "": 6711,
        "no_amount": 1589,
        "no_date": 500,
    }
    assert verify_ledger() == []

    refresh_findings(now=NOW)
    batches = CreditBatch.objects.count()
    import_and_settle(shared_data)
    assert CreditBatch.objects.count() == batches
