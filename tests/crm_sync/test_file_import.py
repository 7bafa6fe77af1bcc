"""A file becomes deals, in one run and one transaction."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from crm_sync import file_import
from crm_sync.column_mapping import InvalidMappingError, MissingColumnsError
from crm_sync.file_import import WrongProviderError, import_deals_file
from crm_sync.models import Company, Connection, Contact, Deal, DealChange, SyncProblem, SyncRun
from crm_sync.providers.csv_file import UnreadableFileError
from crm_sync.stages import set_stage_outcome
from tests.crm_sync.builders import NOW, a_connection
from tracking.models import IdentityEdge, PendingChange

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 6, 16, tzinfo=UTC)
MAPPING: dict[str, Any] = {
    "connection": "acme-export",
    "columns": {
        "external_id": "id", "stage": "stage", "company": "account", "amount": "value",
        "created_at": "made", "closed_at": "closed", "contacts": "people",
    },
    "currency": "USD",
    "date_format": "%m/%d/%Y",
    "stages": {"Won": "won", "New": "open"},
}  # fmt: skip
HEADER = "id,stage,account,value,made,closed,people\n"
GOOD = "1,Won,Acme,100.50,3/1/2026,4/1/2026,ann@acme.example;bob@acme.example\n"


def import_text(text: str, **options: Any) -> SyncRun:
    given = {"mapping": MAPPING, "now": NOW, "file_name": "deals.csv", **options}
    return import_deals_file(path_or_file=io.BytesIO(text.encode()), **given)


def problems() -> list[tuple[int | None, str]]:
    errors = SyncProblem.objects.unresolved().filter(severity="error")
    return list(errors.order_by("row_number").values_list("row_number", "code"))


def test_a_file_becomes_a_connection_a_run_and_deals() -> None:
    run = import_text(HEADER + GOOD)

    assert (run.connection.name, run.connection.provider) == ("Acme export", "csv_file")
    assert (run.file_name, run.trigger, run.status) == ("deals.csv", "import", "succeeded")
    assert (run.read_count, run.created_count, run.problem_count) == (1, 1, 0)
    assert run.finished_at is not None
    deal = Deal.objects.get()
    assert (deal.name, deal.outcome, deal.amount_minor) == ("Acme (1)", "won", 10050)
    assert deal.closed_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_the_mapping_is_kept_with_the_connection() -> None:
    assert import_text(HEADER + GOOD).connection.settings == MAPPING


def test_a_new_connection_may_be_named() -> None:
    assert import_text(HEADER + GOOD, connection_name="Old CRM").connection.name == "Old CRM"


def test_contacts_become_people_of_the_company_and_the_first_is_primary() -> None:
    import_text(HEADER + GOOD)

    links = Deal.objects.get().deal_contacts.order_by("-is_primary")
    assert [(row.contact.email, row.is_primary) for row in links] == [
        ("ann@acme.example", True),
        ("bob@acme.example", False),
    ]
    assert set(Contact.objects.values_list("company__name", flat=True)) == {"Acme"}
    assert IdentityEdge.objects.count() == 2


def test_the_same_file_again_changes_nothing() -> None:
    text = HEADER + GOOD + "2,New,ACME,,,,ann@acme.example\n3,New,Betatech,,,,ann@acme.example\n"
    import_text(text)

    def state() -> list[int]:
        models = (Deal, DealChange, Company, Contact, IdentityEdge, PendingChange, SyncProblem)
        return [model.objects.count() for model in models]

    before = state()
    run = import_text(text, now=LATER)

    assert (run.unchanged_count, run.created_count, run.updated_count) == (3, 0, 0)
    assert state() == before


def test_a_company_is_one_however_it_is_spaced_and_cased() -> None:
    import_text(HEADER + GOOD + "2,New, acme ,,,,\n")

    assert Company.objects.get().name == "Acme"
    assert Company.objects.get().deals.count() == 2


def test_a_broken_row_becomes_a_problem_and_the_rest_goes_on() -> None:
    run = import_text(
        HEADER
        + "a,Won,Acme,many,,,\n"
        + "b,Won,Acme,1,2026-03-01,,\n"
        + "c,Lost,Acme,1,,,\n"
        + ",Won,Acme,1,,,\n"
        + "e,Won\n"
        + "f,Won,Acme,1,,,nobody\n"
        + GOOD
    )

    assert problems() == [
        (2, "bad-amount"), (3, "bad-date"), (4, "unknown-stage"), (5, "no-id"),
        (6, "broken-row"), (7, "bad-contact"),
    ]  # fmt: skip
    assert (run.status, run.created_count, run.problem_count) == ("partial", 1, 6)


def test_a_problem_names_line_rule_and_value_without_addresses() -> None:
    import_text(HEADER + "a,Won,Acme,many,,,ann@acme.example\n")

    problem = SyncProblem.objects.get(severity="error")
    assert problem.message == "value: “many” is not an amount; write it like 1234.50."
    assert (problem.external_id, problem.record["value"]) == ("a", "many")
    assert "ann@" not in str(problem.record)


def test_a_deal_that_stands_twice_is_taken_once_and_named() -> None:
    run = import_text(HEADER + GOOD + "1,New,Other,5,,,\n")

    assert problems() == [(3, "duplicate-row")]
    assert (run.created_count, Deal.objects.get().amount_minor) == (1, 10050)


def test_problems_of_a_corrected_file_are_resolved() -> None:
    import_text(HEADER + "1,Won,Acme,many,,,\n,Won,,,,,\n")
    import_text(HEADER + GOOD, now=LATER)

    assert problems() == []
    assert SyncProblem.objects.filter(severity="error", resolved_at=LATER).count() == 2


def test_a_problem_that_moved_to_another_line_stands_once() -> None:
    import_text(HEADER + "9,Won,Acme,many,,,\n")
    import_text(HEADER + GOOD + "9,Won,Acme,many,,,\n", now=LATER)

    assert problems() == [(3, "bad-amount")]


def test_a_mapping_that_names_a_missing_column_is_refused_before_anything_is_written() -> None:
    with pytest.raises(MissingColumnsError, match=r"“account” .for company.*Its columns are: id"):
        import_text("id,stage,value,made,closed,people\n")

    assert not Connection.objects.exists()
    assert not SyncRun.objects.exists()


def test_a_broken_mapping_is_refused_before_anything_is_written() -> None:
    with pytest.raises(InvalidMappingError):
        import_text(HEADER + GOOD, mapping={**MAPPING, "currency": "gold"})

    assert not Connection.objects.exists()


def test_an_empty_file_is_refused_before_anything_is_written() -> None:
    with pytest.raises(UnreadableFileError):
        import_text("")

    assert not Connection.objects.exists()


def test_a_connection_that_is_synced_takes_no_file() -> None:
    a_connection("acme-export", name="Acme HubSpot")

    with pytest.raises(WrongProviderError, match="Acme HubSpot"):
        import_text(HEADER + GOOD)

    assert Connection.objects.get().settings == {}


def test_a_header_without_rows_imports_nothing() -> None:
    assert import_text(HEADER).read_count == 0


def test_an_import_that_breaks_off_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_import, "_BATCH", 1)

    def break_off(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_text(HEADER + GOOD + "2,New,,,,,\n3,New,,,,,\n", progress=break_off)

    assert not Deal.objects.exists()
    assert not Connection.objects.exists()


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_import, "_BATCH", 1)
    run = import_text(HEADER + GOOD + "2,New,Acme,,,,ann@acme.example\n1,New,,,,,\n")

    assert (run.created_count, run.problem_count) == (2, 1)
    assert (Company.objects.count(), Contact.objects.count()) == (1, 2)


def test_a_stage_that_comes_from_a_confirmed_mapping_wins_over_the_hand() -> None:
    import_text(HEADER + GOOD)
    set_stage_outcome(stage=Deal.objects.get().stage, outcome="lost", now=NOW)
    import_text(HEADER + GOOD, now=LATER)

    assert Deal.objects.get().outcome == "won"


def test_a_deal_that_moves_in_the_next_export_gets_history() -> None:
    import_text(HEADER + "1,New,Acme,100,3/1/2026,,\n")
    run = import_text(HEADER + "1,Won,Acme,120,3/1/2026,4/1/2026,\n", now=LATER)

    assert run.updated_count == 1
    steps = DealChange.objects.filter(observed_at=LATER).order_by("field")
    assert [(step.field, step.new_value) for step in steps] == [
        ("amount", "120.00 USD"),
        ("closed_at", "2026-04-01"),
        ("stage", "Won"),
    ]
    assert steps.get(field="stage").changed_at == datetime(2026, 4, 1, tzinfo=UTC)
