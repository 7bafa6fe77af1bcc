"""Problems stand once, are put right, and come back."""

from datetime import UTC, datetime

import pytest

from crm_sync.intake import take_deals
from crm_sync.models import SyncProblem, SyncRun
from crm_sync.problems import (
    FoundProblem,
    close_problems,
    note_gaps,
    note_problems,
    resolve_problems,
)
from tests.crm_sync.builders import NOW, a_deal_record, a_run_with_stages

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 6, 16, tzinfo=UTC)


@pytest.fixture
def run() -> SyncRun:
    return a_run_with_stages()


def note(run: SyncRun, *found: FoundProblem, now: datetime = NOW) -> int:
    return note_problems(connection=run.connection, run=run, found=found, now=now)


def a_problem(**fields: object) -> FoundProblem:
    return FoundProblem(**{"code": "bad-date", "message": "Wrong", "external_id": "d1", **fields})


def test_a_problem_met_again_is_refreshed_and_stands_once(run: SyncRun) -> None:
    note(run, a_problem())
    note(run, a_problem(message="Still wrong"), now=LATER)

    problem = SyncProblem.objects.get()
    assert (problem.message, problem.first_seen_at, problem.latest_seen_at) == (
        "Still wrong", NOW, LATER,
    )  # fmt: skip


def test_two_lines_without_an_id_are_two_problems(run: SyncRun) -> None:
    assert (
        note(run, a_problem(external_id="", row_number=2), a_problem(external_id="", row_number=3))
        == 2
    )
    assert SyncProblem.objects.count() == 2


def test_the_same_problem_twice_in_one_batch_is_one_row(run: SyncRun) -> None:
    note(run, a_problem(), a_problem())

    assert SyncProblem.objects.count() == 1


def test_a_nul_in_the_record_is_no_obstacle(run: SyncRun) -> None:
    note(run, a_problem(message="a\0b", record={"value": "c\0d"}))

    problem = SyncProblem.objects.get()
    assert (problem.message, problem.record) == ("ab", {"value": "cd"})


def test_a_problem_found_at_this_moment_is_not_resolved(run: SyncRun) -> None:
    note(run, a_problem(), a_problem(external_id="d2"))
    note(run, a_problem(), now=LATER)
    resolved = resolve_problems(
        connection=run.connection, object_type="deals", external_ids=["d1", "d2"], now=LATER
    )

    assert resolved == 1
    assert SyncProblem.objects.unresolved().get().external_id == "d1"


def test_a_problem_closed_by_hand_is_opened_anew_when_it_is_met_again(run: SyncRun) -> None:
    note(run, a_problem())
    assert close_problems(ids=[SyncProblem.objects.get().pk], now=NOW) == 1
    note(run, a_problem(), now=LATER)

    assert SyncProblem.objects.unresolved().count() == 1
    assert SyncProblem.objects.count() == 2


def test_gaps_are_counted_per_kind_with_examples(run: SyncRun) -> None:
    records = [
        a_deal_record("d1", amount_minor=None),
        a_deal_record("d2", amount_minor=None, created_at=None),
        a_deal_record("d3", stage_external_id="won"),
    ]
    take_deals(connection=run.connection, run=run, records=records, now=NOW)
    gaps = note_gaps(connection=run.connection, run=run, now=NOW)

    assert {gap.code: gap.record["row_count"] for gap in gaps} == {
        "no-amount": 2, "no-company": 3, "no-created-date": 1, "won-without-close-date": 1,
    }  # fmt: skip
    found = SyncProblem.objects.get(code="no-amount")
    assert found.record["examples"] == ["d1", "d2"]
    assert found.message.startswith("2 deals have no value.")


def test_a_gap_that_closed_is_resolved(run: SyncRun) -> None:
    record = a_deal_record("d1", amount_minor=None)
    take_deals(connection=run.connection, run=run, records=[record], now=NOW)
    note_gaps(connection=run.connection, run=run, now=NOW)
    take_deals(connection=run.connection, run=run, records=[a_deal_record("d1")], now=LATER)
    note_gaps(connection=run.connection, run=run, now=LATER)

    assert SyncProblem.objects.get(code="no-amount").resolved_at == LATER
