"""The CRM's side of a past statement: later changes are undone."""

from datetime import timedelta
from typing import Any

import pytest

from attribution.reports import reconciliation
from attribution.reports.crm_history import PastDeal, deals_as_of
from attribution.reports.query import ReportQuery
from crm_sync.intake import take_deals
from crm_sync.models import SyncRun
from crm_sync.records import DealRecord
from tests.attribution.builders import NOW, days_ago, settle
from tests.crm_sync.builders import a_deal_record, a_run_with_stages

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def sync(run: SyncRun, *, at: Any = NOW, **fields: Any) -> DealRecord:
    record = a_deal_record("d1", created_at=days_ago(10), **fields)
    take_deals(connection=run.connection, run=run, records=[record], now=at)
    settle(at)
    return record


def past(moment: Any = NOW) -> list[PastDeal]:
    return list(deals_as_of(moment))


def test_a_deal_that_changed_since_is_what_it_was() -> None:
    run = a_run_with_stages()
    sync(run, amount_minor=100_00)
    before = past(LATER)[0]
    sync(run, at=LATER, amount_minor=900_00)
    assert past(NOW) == [before]
    assert past(LATER)[0].amount_minor == 900_00


def test_a_deal_nobody_had_told_us_of_was_not_there() -> None:
    run = a_run_with_stages()
    sync(run, at=LATER, amount_minor=100_00)
    assert past(NOW) == []
    assert len(past(LATER)) == 1


def test_a_statement_of_the_past_reconciles_after_the_deal_has_changed() -> None:
    run = a_run_with_stages()
    sync(run, amount_minor=100_00)
    sync(run, at=LATER, amount_minor=900_00)
    report = reconciliation.build(ReportQuery(as_of=NOW), now=LATER)
    opportunity = report.statements[1]
    assert opportunity.crm.amount_minor == 100_00
    assert report.reconciles


def test_a_deal_deleted_since_was_still_there() -> None:
    run = a_run_with_stages()
    sync(run, amount_minor=100_00)
    sync(run, at=LATER, amount_minor=100_00, is_deleted=True)
    assert [one.amount_minor for one in past(NOW)] == [100_00]
    assert past(LATER) == []
