"""Deals, connections, runs and problems over REST."""

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from crm_sync.intake import take_deals
from crm_sync.models import Connection, Deal, SyncProblem, SyncRun
from crm_sync.problems import FoundProblem, note_problems
from links.secrets import decrypt_secret
from tests.campaigns.builders import api_client
from tests.crm_sync.builders import NOW, a_connection, a_deal_record, a_run_with_stages

pytestmark = pytest.mark.django_db

NEW = {"slug": "acme", "name": "Acme", "provider": "hubspot", "token": "pat-secret"}


@pytest.fixture
def api() -> APIClient:
    return api_client()


@pytest.fixture
def run() -> SyncRun:
    run = a_run_with_stages()
    records = [
        a_deal_record("d1"),
        a_deal_record("d2", stage_external_id="won", amount_minor=None),
    ]
    take_deals(connection=run.connection, run=run, records=records, now=NOW)
    return run


def a_noted_problem(run: SyncRun, **fields: Any) -> SyncProblem:
    given = {"code": "unknown-stage", "message": "Which stage?", "external_id": "d9", **fields}
    note_problems(connection=run.connection, run=run, found=[FoundProblem(**given)], now=NOW)
    return SyncProblem.objects.get()


def results(api: APIClient, address: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_a_deal_is_read_with_names_and_money(api: APIClient, run: SyncRun) -> None:
    deal = Deal.objects.get(external_id="d1")
    body = api.get(f"/api/v1/deals/{deal.pk}").json()

    assert (body["connection"], body["stage"], body["outcome"]) == ("acme-crm", "Engaging", "open")
    assert body["amount"] == {"amount": "100.00", "currency": "USD"}


def test_a_deal_without_a_value_has_none(api: APIClient, run: SyncRun) -> None:
    assert results(api, "deals?external_id=d2")[0]["amount"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("external_id=d1", ["d1"]),
        ("external_id=d1&connection=acme-crm", ["d1"]),
        ("connection=other", []),
        ("outcome=won", ["d2"]),
        ("is_deleted=true", []),
        ("ordering=-deal_created_at&page_size=1", ["d1"]),
    ],
)
def test_deals_are_filtered(api: APIClient, run: SyncRun, query: str, found: list[str]) -> None:
    Deal.objects.filter(external_id="d2").update(deal_created_at="2020-01-01T00:00:00Z")

    assert [deal["external_id"] for deal in results(api, f"deals?{query}")] == found


def test_an_unknown_outcome_is_refused(api: APIClient) -> None:
    answer = api.get("/api/v1/deals?outcome=maybe")

    assert answer.status_code == 400
    assert "outcome" in answer.json()["error"]["fields"]


def test_deals_cannot_be_written(api: APIClient, run: SyncRun) -> None:
    assert api.post("/api/v1/deals", {}, format="json").status_code == 405


def test_a_list_of_deals_costs_the_same_with_many(api: APIClient, run: SyncRun) -> None:
    def cost() -> int:
        with CaptureQueriesContext(database) as queries:
            results(api, "deals")
        return len(queries)

    results(api, "deals")  # the first use of a key is noted
    few = cost()
    records = [a_deal_record(f"more{n}") for n in range(20)]
    take_deals(connection=run.connection, run=run, records=records, now=NOW)

    assert cost() == few


def test_a_connection_is_made_with_its_token_encrypted_and_never_shown(api: APIClient) -> None:
    answer = api.post("/api/v1/connections", NEW, format="json")

    connection = Connection.objects.get()
    assert answer.status_code == 201
    assert decrypt_secret(connection.secret) == "pat-secret"
    assert connection.next_sync_at is not None
    assert (answer.json()["has_token"], "token" in answer.json()) == (True, False)
    assert "secret" not in api.get("/api/v1/connections").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"provider": "excel"}, "provider"),
        ({"base_url": "http://crm.example.com"}, "base_url"),
        ({"sync_minutes": 0}, "sync_minutes"),
        ({"name": ""}, "name"),
    ],
)
def test_a_wrong_connection_is_refused(api: APIClient, change: dict[str, Any], field: str) -> None:
    a_connection("taken")
    answer = api.post("/api/v1/connections", {**NEW, **change}, format="json")

    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_a_new_token_replaces_the_old_one(api: APIClient) -> None:
    connection = a_connection(secret="old")
    api.patch(f"/api/v1/connections/{connection.pk}", {"token": "new"}, format="json")

    connection.refresh_from_db()
    assert decrypt_secret(connection.secret) == "new"


@pytest.mark.parametrize("change", [{"slug": "other"}, {"provider": "csv_file"}])
def test_what_contacts_are_known_by_stays(api: APIClient, change: dict[str, str]) -> None:
    connection = a_connection()
    answer = api.patch(f"/api/v1/connections/{connection.pk}", change, format="json")

    assert answer.status_code == 400
    assert next(iter(change)) in answer.json()["error"]["fields"]


def test_a_connection_with_deals_is_not_deleted(api: APIClient, run: SyncRun) -> None:
    answer = api.delete(f"/api/v1/connections/{run.connection_id}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "connection-in-use")


def test_a_connection_without_deals_can_be_deleted(api: APIClient) -> None:
    connection = a_connection()

    assert api.delete(f"/api/v1/connections/{connection.pk}").status_code == 204


def test_a_sync_is_started_by_making_the_connection_due(api: APIClient) -> None:
    connection = a_connection()
    answer = api.post(f"/api/v1/connections/{connection.pk}/sync")

    connection.refresh_from_db()
    assert answer.status_code == 202
    assert connection.next_sync_at is not None


def test_a_file_connection_cannot_be_synced(api: APIClient) -> None:
    connection = a_connection(provider="csv_file")
    answer = api.post(f"/api/v1/connections/{connection.pk}/sync")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-syncable")


def test_runs_are_followed(api: APIClient, run: SyncRun) -> None:
    found = results(api, "sync-runs?connection=acme-crm&status=running")

    assert [row["id"] for row in found] == [str(run.pk)]
    assert results(api, "sync-runs?connection=other") == []


def test_open_problems_are_listed(api: APIClient, run: SyncRun) -> None:
    problem = a_noted_problem(run)
    assert [row["code"] for row in results(api, "sync-problems?is_open=true")] == ["unknown-stage"]

    SyncProblem.objects.filter(pk=problem.pk).update(resolved_at=NOW)
    assert results(api, "sync-problems?is_open=true") == []


def test_a_problem_is_tried_again_with_the_next_sync(api: APIClient, run: SyncRun) -> None:
    answer = api.post(f"/api/v1/sync-problems/{a_noted_problem(run).pk}/retry")

    run.connection.refresh_from_db()
    assert answer.status_code == 202
    assert run.connection.next_sync_at is not None


def test_a_problem_of_no_single_deal_cannot_be_tried_again(api: APIClient, run: SyncRun) -> None:
    problem = a_noted_problem(run, external_id="")
    answer = api.post(f"/api/v1/sync-problems/{problem.pk}/retry")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not-retryable")


@pytest.mark.parametrize("address", ["connections/{}/sync", "sync-problems/{}/retry"])
def test_a_reading_key_starts_nothing(run: SyncRun, address: str) -> None:
    pk = run.connection_id if "connections" in address else a_noted_problem(run).pk

    assert api_client("read").post(f"/api/v1/{address.format(pk)}").status_code == 403


@pytest.mark.parametrize("resource", ["deals", "connections", "sync-runs", "sync-problems"])
def test_nothing_is_told_without_a_key(resource: str) -> None:
    assert APIClient().get(f"/api/v1/{resource}").status_code == 401
