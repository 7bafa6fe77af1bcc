"""Pipelines, stages and companies from any provider become rows."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crm_sync.intake import IntakeCounts, take_companies, take_deals, take_pipelines
from crm_sync.models import Company, Deal, DealChange, Pipeline, Stage, SyncRun
from crm_sync.records import CompanyRecord, PipelineRecord, StageRecord
from tests.crm_sync.builders import (
    NOW,
    STAGES,
    a_company_record,
    a_connection,
    a_deal_record,
    a_run,
    a_run_with_stages,
)
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 20, 8, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 8, tzinfo=UTC)


@pytest.fixture
def run() -> SyncRun:
    return a_run_with_stages()


def take_stages(run: SyncRun, *stages: StageRecord) -> IntakeCounts:
    record = PipelineRecord("default", "Sales pipeline", stages)
    return take_pipelines(connection=run.connection, run=run, records=[record], now=NOW)


def take_company(run: SyncRun, record: CompanyRecord) -> IntakeCounts:
    return take_companies(connection=run.connection, run=run, records=[record], now=NOW)


def test_a_pipeline_comes_with_its_stages_in_order() -> None:
    run = a_run(a_connection())

    assert take_stages(run, *STAGES) == IntakeCounts(created=3)
    assert str(Pipeline.objects.get()) == "Sales pipeline"
    assert list(Stage.objects.values_list("name", "outcome")) == [
        ("Engaging", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]


def test_the_same_stages_again_change_nothing(run: SyncRun) -> None:
    assert take_stages(run, *STAGES) == IntakeCounts(unchanged=3)


def test_a_stage_that_is_gone_is_archived_and_keeps_its_deals(run: SyncRun) -> None:
    take_deals(connection=run.connection, run=run, records=[a_deal_record()], now=NOW)

    assert take_stages(run, *STAGES[1:]) == IntakeCounts(updated=1, unchanged=2)
    assert Stage.objects.get(is_archived=True).deals.count() == 1


def test_a_stage_whose_meaning_changes_moves_its_deals(run: SyncRun) -> None:
    take_deals(connection=run.connection, run=run, records=[a_deal_record()], now=NOW)
    PendingChange.objects.all().delete()

    counts = take_stages(run, replace(STAGES[0], outcome="won"), *STAGES[1:])

    assert counts == IntakeCounts(updated=1, unchanged=2)
    assert Deal.objects.get().outcome == "won"
    assert DealChange.objects.order_by("observed_at", "id").last().new_value == (
        "Engaging, meaning won"
    )
    assert PendingChange.objects.get().cause == "deal_changed"


def test_a_meaning_that_was_set_by_hand_stays(run: SyncRun) -> None:
    Stage.objects.filter(external_id="engaging").update(outcome="won", is_outcome_fixed=True)

    assert take_stages(run, *STAGES) == IntakeCounts(unchanged=3)
    assert Stage.objects.get(external_id="engaging").outcome == "won"


def test_a_company_is_created_and_then_renamed(run: SyncRun) -> None:
    assert take_company(run, a_company_record(domain="acme.example")) == IntakeCounts(created=1)
    assert take_company(run, a_company_record(name="Acme Inc.")) == IntakeCounts(updated=1)
    assert Company.objects.get().name == "Acme Inc."


def test_the_same_company_again_changes_nothing(run: SyncRun) -> None:
    take_company(run, a_company_record())

    assert take_company(run, a_company_record()) == IntakeCounts(unchanged=1)


def test_an_older_version_of_a_company_is_left_aside(run: SyncRun) -> None:
    take_company(run, a_company_record(name="Newer", modified_at=JUNE))

    assert take_company(run, a_company_record(name="Older", modified_at=MAY)) == IntakeCounts(
        unchanged=1
    )
    assert Company.objects.get().name == "Newer"
