"""A pass over a CRM: complete, repeatable, and sound when it breaks off."""

from datetime import timedelta
from typing import Any

import pytest

from crm_sync import engine
from crm_sync.models import (
    Company,
    Connection,
    Contact,
    Deal,
    DealChange,
    Stage,
    SyncCursor,
    SyncProblem,
    SyncRun,
)
from crm_sync.providers import hubspot
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_sync,
    a_synced_connection,
    searched,
    seed_account,
    seed_company,
    seed_contact,
    seed_deal,
    the_deal,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def everything() -> list[Any]:
    models = (Company, Contact, Deal, DealChange, Stage)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_first_sync_takes_the_whole_account_over(crm: Sandbox) -> None:
    seed_account(crm)
    run = a_sync(a_synced_connection(crm))
    deal = the_deal()
    assert (run.status, run.created_count, run.error) == (SyncRun.Status.SUCCEEDED, 3, "")
    assert (deal.name, deal.amount_minor, deal.outcome) == ("Deal 31", 10_000, "open")
    assert deal.company is not None
    assert deal.company.name == "Acme"
    assert [row.contact.email for row in deal.deal_contacts.all()] == ["person21@acme.example"]


def test_a_deals_earlier_stages_come_along(crm: Sandbox) -> None:
    seed_account(crm)
    seed_deal(crm, dealstage="closedwon", at="2026-06-01T00:00:00Z")
    a_sync(a_synced_connection(crm))
    stages = the_deal().changes.filter(field=DealChange.Field.STAGE)
    assert "Closed won" in [step.new_value for step in stages]
    assert the_deal().outcome == "won"


def test_syncing_again_changes_nothing(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm)
    a_sync(connection)
    before = everything()
    run = a_sync(connection, now=NOW + HOUR)
    assert (run.created_count, run.updated_count) == (0, 0)
    assert run.unchanged_count > 0
    assert everything() == before


def test_a_change_in_the_crm_arrives_with_its_history(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm)
    a_sync(connection)
    seed_deal(crm, dealstage="closedwon", amount="250.00", at="2026-06-14T00:00:00Z")
    run = a_sync(connection, now=NOW + HOUR)
    assert run.updated_count == 1
    assert (the_deal().outcome, the_deal().amount_minor) == ("won", 25_000)
    assert {"stage", "amount"} <= set(the_deal().changes.values_list("field", flat=True))


def test_the_next_window_begins_before_the_servers_time_of_this_one(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    connection = a_synced_connection(crm)
    a_sync(connection, now=NOW - timedelta(days=300))
    assert SyncCursor.objects.get(object_type="deals").watermark_at == NOW
    crm.set_clock(NOW + HOUR)
    a_sync(connection)
    (search,) = [r for r in crm.behaviour.requests if r.path.endswith("/deals/search")]
    low, high, last = search.body["filterGroups"][0]["filters"]
    start = round((NOW - timedelta(minutes=10)).timestamp() * 1000)
    assert (low["operator"], low["value"]) == ("GTE", str(start))
    assert (high["operator"], high["value"]) == (
        "LTE", str(round((NOW + HOUR + engine.DATE_PRECISION).timestamp() * 1000)),
    )  # fmt: skip
    assert (last["operator"], last["value"], search.body["after"]) == ("GT", "0", "0")


def test_what_the_index_did_not_know_yet_comes_with_the_overlap(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.set_clock(NOW + HOUR - timedelta(minutes=2))
    seed_company(crm)
    crm.set_clock(NOW + HOUR)
    crm.behaviour.index_lag_seconds = 300
    a_sync(connection)
    assert not Company.objects.exists()
    crm.behaviour.index_lag_seconds = 0
    crm.set_clock(NOW + HOUR + timedelta(minutes=1))
    a_sync(connection)
    assert Company.objects.count() == 1


def test_more_equal_times_than_search_can_page_all_arrive(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "SEARCH_LIMIT", 10)
    crm.behaviour.search_cap = 20
    crm.set_clock(NOW)
    connection = a_synced_connection(crm)
    a_sync(connection)
    for key in range(1, 46):
        seed_contact(crm, str(key))
    assert a_sync(connection, now=NOW + HOUR).status == SyncRun.Status.SUCCEEDED
    assert Contact.objects.count() == 45


def test_a_failing_crm_fails_the_run_and_is_seen(crm: Sandbox) -> None:
    crm.misbehave(status=500, times=1000)
    connection = a_synced_connection(crm)
    run = a_sync(connection)
    problem = SyncProblem.objects.unresolved().get()
    assert run.status == SyncRun.Status.FAILED
    assert run.error == problem.message
    assert "answered 500" in run.error
    assert (problem.object_type, problem.is_retryable) == ("connection", True)


def test_a_refused_token_fails_the_run_in_plain_words(crm: Sandbox) -> None:
    crm.misbehave(status=401, times=1000)
    run = a_sync(a_synced_connection(crm))
    assert "does not accept the access token" in run.error
    assert not SyncProblem.objects.unresolved().get().is_retryable


def test_a_connection_that_works_again_has_no_problem_left(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    crm.misbehave(status=401, times=1)
    a_sync(connection)
    assert a_sync(connection, now=NOW + HOUR).status == SyncRun.Status.SUCCEEDED
    assert not SyncProblem.objects.unresolved().exists()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": "0"},
        {"status": 429},
        {"status": 500},
        {"truncate": True},
        {"drop": True},
        {"delay": 0.05},
    ],
)
def test_passing_trouble_is_waited_out(crm: Sandbox, fault: dict[str, Any]) -> None:
    seed_account(crm)
    crm.misbehave(path="/objects/", times=2, skip=3, **fault)
    run = a_sync(a_synced_connection(crm))
    assert (run.status, run.created_count) == (SyncRun.Status.SUCCEEDED, 3)


def test_a_backfill_that_breaks_off_repeats_at_most_one_page(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "LIST_LIMIT", 2)
    for key in range(1, 8):
        seed_company(crm, str(key))
    # The first request proves access; then two pages come, and the third does not.
    crm.misbehave(path="/objects/2026-09/companies", skip=3, status=500, times=6)
    connection = a_synced_connection(crm)
    assert a_sync(connection).status == SyncRun.Status.FAILED
    assert Company.objects.count() == 4
    crm.behaviour.requests.clear()
    run = a_sync(connection, now=NOW + HOUR)
    assert (run.status, Company.objects.count()) == (SyncRun.Status.SUCCEEDED, 7)
    lists = [
        request.query.get("after", "")
        for request in crm.behaviour.requests
        if request.method == "GET" and request.path.endswith("/companies")
    ]
    assert run.created_count == 3
    assert lists[1] != ""


def test_a_window_that_breaks_off_goes_on_behind_its_last_page(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "SEARCH_LIMIT", 2)
    connection = a_synced_connection(crm)
    a_sync(connection)
    for key in range(1, 6):
        seed_contact(crm, str(key))
    crm.misbehave(path="/contacts/search", skip=1, status=500, times=6)
    assert a_sync(connection, now=NOW + HOUR).status == SyncRun.Status.FAILED
    assert Contact.objects.count() == 2
    crm.behaviour.requests.clear()
    a_sync(connection, now=NOW + 2 * HOUR)
    assert Contact.objects.count() == 5
    # The broken window goes on behind id 2; only then the window up to now begins.
    assert searched(crm, "contacts")[:2] == ["2", "4"]


class KilledError(BaseException):
    """Stands for whatever ends a process in the middle."""


def test_a_killed_pass_keeps_its_pages_and_the_next_one_goes_on(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "SEARCH_LIMIT", 2)
    connection = a_synced_connection(crm)
    a_sync(connection)
    for key in range(1, 6):
        seed_contact(crm, str(key))

    def kill(run: SyncRun) -> None:
        if run.read_count >= 4:
            raise KilledError

    with pytest.raises(KilledError):
        a_sync(connection, now=NOW + HOUR, progress=kill)
    assert connection.runs.first().status == SyncRun.Status.FAILED  # type: ignore[union-attr]
    assert Contact.objects.count() == 4
    crm.behaviour.requests.clear()
    assert a_sync(connection, now=NOW + 2 * HOUR).status == SyncRun.Status.SUCCEEDED
    assert searched(crm, "contacts")[0] == "4"
    assert Contact.objects.count() == 5


def test_a_place_the_crm_forgot_begins_the_window_again(crm: Sandbox) -> None:
    seed_company(crm)
    connection = a_synced_connection(crm)
    SyncCursor.objects.create(
        connection=connection,
        object_type="companies",
        checkpoint={"starts_at": None, "ends_at": NOW.isoformat(), "place": "forgotten"},
    )
    assert a_sync(connection).status == SyncRun.Status.SUCCEEDED
    assert Company.objects.count() == 1


def test_half_a_page_is_never_written(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm)

    def lose_the_lease(run: SyncRun) -> None:
        if run.step == "Contacts":
            Connection.objects.update(lease_token="00000000-0000-0000-0000-000000000000")

    run = a_sync(connection, progress=lose_the_lease)
    assert (run.status, "taken over" in run.error) == (SyncRun.Status.FAILED, True)
    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 0, 0)
    assert SyncCursor.objects.get(object_type="contacts").watermark_at is None


def test_one_broken_record_is_a_problem_and_the_rest_arrives(crm: Sandbox) -> None:
    seed_deal(crm, "31", deal_currency_code="dollars")
    seed_deal(crm, "32")
    run = a_sync(a_synced_connection(crm))
    assert (run.status, run.problem_count) == (SyncRun.Status.PARTIAL, 1)
    assert list(Deal.objects.values_list("external_id", flat=True)) == ["32"]
    problem = SyncProblem.objects.unresolved().get(external_id="31")
    assert (problem.code, problem.record["dealname"]) == ("bad-currency", "Deal 31")


def test_a_record_that_was_put_right_has_no_problem_left(crm: Sandbox) -> None:
    seed_deal(crm, deal_currency_code="dollars")
    connection = a_synced_connection(crm)
    a_sync(connection)
    seed_deal(crm, deal_currency_code="EUR")
    assert a_sync(connection, now=NOW + HOUR).status == SyncRun.Status.SUCCEEDED
    assert not SyncProblem.objects.unresolved().filter(external_id="31").exists()


def test_a_deal_of_an_unknown_stage_arrives_once_the_stage_does(crm: Sandbox) -> None:
    seed_deal(crm, dealstage="negotiation")
    connection = a_synced_connection(crm)
    assert a_sync(connection).status == SyncRun.Status.PARTIAL
    crm.store.pipelines["default"]["stages"].append({"id": "negotiation", "label": "Negotiation"})
    crm.set_clock(None)
    SyncCursor.objects.update(watermark_at=NOW + timedelta(days=3650))
    assert a_sync(connection, now=NOW + HOUR).status == SyncRun.Status.SUCCEEDED
    assert the_deal().stage.name == "Negotiation"
    assert not SyncProblem.objects.unresolved().filter(external_id="31").exists()


def test_a_refused_deal_that_is_gone_is_no_problem_any_more(crm: Sandbox) -> None:
    seed_deal(crm, dealstage="negotiation")
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.store.archive("deals", "31")
    a_sync(connection, now=NOW + HOUR)
    assert not SyncProblem.objects.unresolved().filter(external_id="31").exists()


def test_progress_is_told_after_each_page(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubspot, "LIST_LIMIT", 2)
    for key in range(1, 6):
        seed_company(crm, str(key))
    told: list[tuple[str, int]] = []
    a_sync(a_synced_connection(crm), progress=lambda run: told.append((run.step, run.read_count)))
    assert [count for step, count in told if step == "Companies"] == [0, 2, 4, 5]
    assert told[0] == ("Checking access", 0)
    assert told[-1] == ("Open deals", 5)


def test_a_pass_that_runs_out_of_time_goes_on_at_once(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubspot, "LIST_LIMIT", 1)
    for key in range(1, 4):
        seed_company(crm, str(key))
    connection = a_synced_connection(crm)
    run = a_sync(connection, time_limit=timedelta(0))
    assert (run.status, connection.synced_at) == (SyncRun.Status.PARTIAL, None)
    assert "next sync goes on" in run.error
    assert connection.next_sync_at == run.finished_at


def test_gaps_are_counted_and_named(crm: Sandbox) -> None:
    seed_deal(crm, amount=None)
    run = a_sync(a_synced_connection(crm))
    codes = set(SyncProblem.objects.unresolved().values_list("code", flat=True))
    assert {"no-amount", "no-company"} <= codes
    assert run.status == SyncRun.Status.SUCCEEDED
