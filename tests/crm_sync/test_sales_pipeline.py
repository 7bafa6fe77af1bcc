"""The real export of 8,800 messy opportunities, in one go."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from crm_sync.file_import import import_deals_file
from crm_sync.models import Deal, DealChange, SyncProblem, SyncRun
from tests.crm_sync.builders import NOW, SALES_PIPELINE_MAPPING
from tracking.models import PendingChange

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


def import_it(shared_data: Path, **options: Any) -> SyncRun:
    return import_deals_file(
        path_or_file=shared_data / "crm" / "sales_pipeline.csv",
        mapping=SALES_PIPELINE_MAPPING,
        **{"now": NOW, **options},
    )


def test_every_deal_of_the_export_is_there_and_wins_sum_to_the_cent(shared_data: Path) -> None:
    seen: list[tuple[int, int]] = []
    run = import_it(shared_data, progress=lambda done, total: seen.append((done, total)))

    won = Deal.objects.filter(outcome="won")
    assert (run.status, run.created_count, run.problem_count) == ("succeeded", 8800, 0)
    assert (Deal.objects.count(), won.count()) == (8800, 4238)
    assert won.aggregate(total=Sum("amount_minor"))["total"] == 1_000_553_400
    assert seen[-1] == (8800, 8800)
    assert PendingChange.objects.filter(cause="new_outcome").count() == 8800


def test_what_the_export_lacks_is_counted_and_named(shared_data: Path) -> None:
    import_it(shared_data)

    found = SyncProblem.objects.filter(severity="warning")
    assert {problem.code: problem.record["row_count"] for problem in found} == {
        "no-amount": 2089,
        "no-company": 1425,
        "no-created-date": 500,
    }
    assert Deal.objects.filter(stage__name="Prospecting", deal_created_at=None).count() == 500


def test_us_dates_are_read_month_first(shared_data: Path) -> None:
    import_it(shared_data)

    deal = Deal.objects.get(external_id="1C1I7A6R")
    assert deal.deal_created_at == datetime(2016, 10, 20, tzinfo=UTC)
    assert deal.closed_at == datetime(2017, 3, 1, tzinfo=UTC)
    assert (str(deal.company), deal.owner, deal.amount_minor) == ("Cancity", "Moses Frase", 105400)


def test_the_same_export_again_changes_nothing(shared_data: Path) -> None:
    import_it(shared_data)

    def state() -> tuple[int, int, int]:
        return (
            DealChange.objects.count(),
            PendingChange.objects.count(),
            SyncProblem.objects.count(),
        )

    before = state()
    run = import_it(shared_data, now=datetime(2026, 6, 16, tzinfo=UTC))

    assert (run.unchanged_count, run.created_count, run.updated_count) == (8800, 0, 0)
    assert state() == before
