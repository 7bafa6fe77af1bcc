"""Deals from any provider become rows, history and notes, once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from crm_sync.intake import IntakeCounts, take_companies, take_contacts, take_deals
from crm_sync.models import Deal, DealChange, DealContact, SyncProblem, SyncRun
from crm_sync.records import ContactRef, DealRecord, HistoryChange
from tests.crm_sync.builders import (
    NOW,
    a_company_record,
    a_contact_record,
    a_deal_record,
    a_run_with_stages,
)
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 20, 8, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 8, tzinfo=UTC)


@pytest.fixture
def run() -> SyncRun:
    run = a_run_with_stages()
    take_companies(
        connection=run.connection,
        run=run,
        records=[a_company_record("c1", "Acme"), a_company_record("c2", "Betatech")],
        now=NOW,
    )
    take_contacts(
        connection=run.connection,
        run=run,
        records=[
            a_contact_record("p1", name="Ann Lee", email="ann@acme.example"),
            a_contact_record("p2", name="Bob Ray", email="bob@acme.example"),
        ],
        now=NOW,
    )
    PendingChange.objects.all().delete()
    return run


def take(run: SyncRun, *records: DealRecord) -> IntakeCounts:
    return take_deals(connection=run.connection, run=run, records=records, now=NOW)


def history(field: str) -> list[tuple[str, str]]:
    return list(DealChange.objects.filter(field=field).values_list("old_value", "new_value"))


def notes() -> list[tuple[str, str]]:
    return list(PendingChange.objects.values_list("subject", "cause"))


def test_a_new_deal_is_stored_with_its_facts(run: SyncRun) -> None:
    counts = take(run, a_deal_record(company_external_id="c1", owner="Moses Frase"))

    deal = Deal.objects.get()
    assert counts == IntakeCounts(created=1)
    assert (deal.name, deal.outcome, deal.amount_minor) == ("Acme rollout", "open", 10_000)
    assert (str(deal.company), str(deal.stage), deal.owner) == ("Acme", "Engaging", "Moses Frase")


def test_a_new_deal_begins_its_history_and_is_noted_as_a_new_outcome(run: SyncRun) -> None:
    take(run, a_deal_record())

    assert history("created") == [("", "100.00 USD")]
    assert history("stage") == [("", "Engaging")]
    assert notes() == [("deal", "new_outcome")]


def test_the_same_deal_again_changes_nothing(run: SyncRun) -> None:
    record = a_deal_record(company_external_id="c1", contacts=(ContactRef("p1", "", True),))
    take(run, record)
    before = (DealChange.objects.count(), PendingChange.objects.count())

    assert take(run, record) == IntakeCounts(unchanged=1)
    assert (DealChange.objects.count(), PendingChange.objects.count()) == before


def test_a_changed_stage_moves_the_outcome_and_is_kept_as_history(run: SyncRun) -> None:
    take(run, a_deal_record())
    PendingChange.objects.all().delete()

    counts = take(run, a_deal_record(stage_external_id="won", closed_at=JUNE))

    assert counts == IntakeCounts(updated=1)
    assert Deal.objects.get().outcome == "won"
    assert history("stage")[-1] == ("Engaging", "Won")
    assert DealChange.objects.filter(field="stage").last().changed_at == JUNE
    assert notes() == [("deal", "deal_changed")]


def test_a_stage_change_happened_when_the_crm_says_the_stage_was_entered(run: SyncRun) -> None:
    take(run, a_deal_record())
    take(run, a_deal_record(stage_external_id="won", stage_entered_at=MAY, closed_at=JUNE))

    assert DealChange.objects.filter(field="stage").last().changed_at == MAY


@pytest.mark.parametrize(
    ("field", "changes", "step"),
    [
        ("amount", {"amount_minor": 25_050}, ("100.00 USD", "250.50 USD")),
        ("amount", {"amount_minor": None}, ("100.00 USD", "")),
        ("amount", {"currency": "EUR"}, ("100.00 USD", "100.00 EUR")),
        ("closed_at", {"closed_at": JUNE}, ("", "2026-06-10")),
        ("company", {"company_external_id": "c2"}, ("Acme", "Betatech")),
        ("company", {"company_external_id": ""}, ("Acme", "")),
        ("contacts", {"contacts": (ContactRef("p2"),)}, ("Ann Lee", "Bob Ray")),
        ("contacts", {"contacts": ()}, ("Ann Lee", "")),
        ("deleted", {"is_deleted": True}, ("", "deleted in the CRM")),
    ],
)
def test_each_fact_that_changes_is_one_step_of_history(
    run: SyncRun, field: str, changes: dict[str, object], step: tuple[str, str]
) -> None:
    record = a_deal_record(company_external_id="c1", contacts=(ContactRef("p1"),))
    take(run, record)
    PendingChange.objects.all().delete()
    DealChange.objects.all().delete()

    assert take(run, replace(record, **changes)) == IntakeCounts(updated=1)
    assert history(field) == [step]
    assert DealChange.objects.count() == 1
    assert notes() == [("deal", "deal_changed")]


def test_a_new_owner_is_stored_but_moves_no_credit(run: SyncRun) -> None:
    take(run, a_deal_record(owner="Moses"))
    PendingChange.objects.all().delete()

    assert take(run, a_deal_record(owner="Darcel")) == IntakeCounts(updated=1)
    assert Deal.objects.get().owner == "Darcel"
    assert notes() == []


def test_an_older_version_of_a_deal_is_left_aside(run: SyncRun) -> None:
    take(run, a_deal_record(modified_at=JUNE, name="Newer"))

    assert take(run, a_deal_record(modified_at=MAY, name="Older")) == IntakeCounts(unchanged=1)
    assert Deal.objects.get().name == "Newer"


def test_an_older_tombstone_does_not_bury_a_deal(run: SyncRun) -> None:
    take(run, a_deal_record(modified_at=JUNE))
    take(run, a_deal_record(modified_at=MAY, is_deleted=True))

    assert Deal.objects.get().deleted_at is None


def test_a_newer_date_alone_is_kept_and_counts_as_unchanged(run: SyncRun) -> None:
    take(run, a_deal_record(modified_at=MAY))

    assert take(run, a_deal_record(modified_at=JUNE)) == IntakeCounts(unchanged=1)
    assert Deal.objects.get().modified_at == JUNE


def test_company_and_contacts_that_are_not_told_stay(run: SyncRun) -> None:
    take(run, a_deal_record(company_external_id="c1", contacts=(ContactRef("p1"),)))
    take(run, a_deal_record(company_external_id=None, contacts=None))

    deal = Deal.objects.get()
    assert (str(deal.company), deal.deal_contacts.count()) == ("Acme", 1)


def test_a_contact_that_becomes_primary_is_updated_in_place(run: SyncRun) -> None:
    take(run, a_deal_record(contacts=(ContactRef("p1"), ContactRef("p2"))))
    link = DealContact.objects.get(contact__external_id="p2")
    take(run, a_deal_record(contacts=(ContactRef("p1"), ContactRef("p2", "Buyer", True))))

    link.refresh_from_db()
    assert (link.role, link.is_primary) == ("Buyer", True)


def test_a_deleted_deal_stays_as_a_tombstone_and_can_come_back(run: SyncRun) -> None:
    take(run, a_deal_record())
    take(run, a_deal_record(is_deleted=True, modified_at=MAY))
    assert Deal.objects.get().deleted_at == MAY

    take(run, a_deal_record(modified_at=JUNE))
    assert Deal.objects.get().deleted_at is None
    assert history("deleted") == [("", "deleted in the CRM"), ("deleted in the CRM", "")]


def test_a_deleted_deal_that_we_never_held_is_ignored(run: SyncRun) -> None:
    assert take(run, a_deal_record(is_deleted=True)) == IntakeCounts(unchanged=1)
    assert not Deal.objects.exists()


def test_history_that_the_crm_tells_is_kept_once_and_with_its_own_dates(run: SyncRun) -> None:
    told = (
        HistoryChange("stage", "won", JUNE),
        HistoryChange("stage", "engaging", MAY),
        HistoryChange("amount", "5000", MAY),
        HistoryChange("amount", "10000", JUNE),
    )
    record = a_deal_record(stage_external_id="won", closed_at=JUNE, history=told)
    take(run, record)
    take(run, replace(record, history=(*told, HistoryChange("stage", "lost", NOW))))

    assert history("stage") == [("", "Engaging"), ("Engaging", "Won"), ("Won", "Lost")]
    assert history("amount") == [("", "50.00 USD"), ("50.00 USD", "100.00 USD")]
    assert DealChange.objects.filter(field="stage", changed_at__in=[MAY, JUNE]).count() == 2


def test_a_deal_in_an_unknown_stage_is_refused_and_the_others_are_taken(run: SyncRun) -> None:
    counts = take(run, a_deal_record("d1", stage_external_id="nirvana"), a_deal_record("d2"))

    problem = SyncProblem.objects.get()
    assert counts == IntakeCounts(created=1, refused=1)
    assert (problem.code, problem.external_id, problem.severity) == ("unknown-stage", "d1", "error")
    assert "nirvana" in problem.message


def test_a_refused_deal_that_is_taken_later_resolves_its_problem(run: SyncRun) -> None:
    take(run, a_deal_record(stage_external_id="nirvana"))
    later = datetime(2026, 6, 16, tzinfo=UTC)
    take_deals(connection=run.connection, run=run, records=[a_deal_record()], now=later)

    assert SyncProblem.objects.get().resolved_at == later


def test_text_too_long_or_with_a_nul_fits_its_column(run: SyncRun) -> None:
    take(run, a_deal_record(name="A\0" + "x" * 300, owner="o" * 300))

    deal = Deal.objects.get()
    assert deal.name == "A" + "x" * 199
    assert len(deal.owner) == 120


def test_a_batch_of_deals_costs_the_same_queries_as_a_few(run: SyncRun) -> None:
    def cost(count: int, prefix: str) -> int:
        records = [
            a_deal_record(f"{prefix}{n}", company_external_id="c1", contacts=(ContactRef("p1"),))
            for n in range(count)
        ]
        with CaptureQueriesContext(database) as queries:
            take(run, *records)
        return len(queries)

    assert cost(40, "many") == cost(3, "few")
