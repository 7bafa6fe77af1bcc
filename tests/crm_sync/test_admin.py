"""The CRM's pages: what they show, to whom, and what their buttons do."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm_sync.intake import take_companies, take_contacts, take_deals
from crm_sync.models import Connection, Deal, HookDelivery, Stage, SyncProblem, SyncRun
from crm_sync.problems import FoundProblem, note_problems
from crm_sync.records import ContactRef
from links.secrets import decrypt_secret, encrypt_secret
from tests.campaigns.builders import a_superuser, a_user
from tests.crm_sync.builders import (
    NOW,
    a_company_record,
    a_connection,
    a_contact_record,
    a_deal_record,
    a_run,
    a_run_with_stages,
)

pytestmark = pytest.mark.django_db

MODELS = (
    "connection", "deal", "contact", "company", "syncrun", "syncproblem", "stage", "pipeline",
    "writeback",
)  # fmt: skip


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(a_superuser())
    return client


def fill(run: SyncRun, count: int = 1) -> None:
    """Take over as many companies, contacts, deals and problems."""
    where: dict[str, Any] = {"connection": run.connection, "run": run, "now": NOW}
    take_companies(records=[a_company_record(f"c{n}", f"Acme {n}") for n in range(count)], **where)
    take_contacts(
        records=[
            a_contact_record(f"p{n}", email=f"ann{n}@acme.example", phone="+14155550123")
            for n in range(count)
        ],
        **where,
    )
    take_deals(
        records=[
            a_deal_record(
                f"d{n}",
                name=f"Rollout {n}",
                company_external_id=f"c{n}",
                contacts=(ContactRef(f"p{n}", "Buyer", is_primary=True),),
            )
            for n in range(count)
        ],
        **where,
    )
    found = [FoundProblem("bad-date", f"Wrong {n}", external_id=f"x{n}") for n in range(count)]
    note_problems(connection=run.connection, run=run, found=found, now=NOW)


def page(admin: Client, model: str, pk: object = None) -> str:
    name = "changelist" if pk is None else "change"
    answer = admin.get(reverse(f"admin:crm_sync_{model}_{name}", args=[pk] if pk else []))
    assert answer.status_code == 200
    return answer.content.decode()


def cost(admin: Client, model: str) -> int:
    with CaptureQueriesContext(database) as queries:
        page(admin, model)
    return len(queries)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_opens_when_it_is_empty(admin: Client, model: str) -> None:
    page(admin, model)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_with_many_rows(admin: Client, model: str) -> None:
    run = a_run_with_stages()
    fill(run, 2)
    page(admin, model)
    few = cost(admin, model)
    for n in range(8):
        fill(a_run_with_stages(a_connection(f"other-{n}")), 2)

    assert cost(admin, model) <= few


def test_a_deal_is_listed_in_words_and_money(admin: Client) -> None:
    fill(a_run_with_stages())
    shown = page(admin, "deal")

    for word in ("Rollout 0", "Acme 0", "Engaging", "$100.00"):
        assert word in shown


def test_a_deals_page_shows_its_history_and_contacts(admin: Client) -> None:
    fill(a_run_with_stages())
    shown = page(admin, "deal", Deal.objects.get().pk)

    assert "How it got here" in shown
    assert "Engaging (Open)" in shown
    assert "ann0@acme.example" in shown


def test_addresses_are_masked_for_whoever_may_not_see_them(client: Client) -> None:
    fill(a_run_with_stages())
    client.force_login(a_user("vera", "crm_sync.view_deal", "crm_sync.view_contact"))
    deal = Deal.objects.get()
    contact = deal.deal_contacts.get().contact

    for shown in (page(client, "deal", deal.pk), page(client, "contact", contact.pk)):
        assert "ann0@" not in shown
        assert "5550123" not in shown
        assert "a•••@acme.example" in shown


def test_a_new_connection_is_stored_with_its_token_encrypted(admin: Client) -> None:
    answer = admin.post(
        reverse("admin:crm_sync_connection_add"),
        {"name": "Acme", "slug": "acme", "provider": "hubspot", "token": "pat-secret",
         "is_active": "on", "sync_minutes": "10", "base_url": ""},
    )  # fmt: skip

    assert answer.status_code == 302
    connection = Connection.objects.get()
    assert decrypt_secret(connection.secret) == "pat-secret"
    assert connection.next_sync_at is not None
    assert "pat-secret" not in connection.secret
    assert "pat-secret" not in page(admin, "connection", connection.pk)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"token": ""}, "needs its access token"),
        ({"sync_minutes": "0"}, "between 1 and 1440"),
        ({"base_url": "http://crm.example.com"}, "https"),
        ({"slug": "taken"}, "already exists"),
    ],
)
def test_a_wrong_connection_is_refused_in_the_form(
    admin: Client, change: dict[str, str], message: str
) -> None:
    a_connection("taken")
    given = {"name": "Acme", "slug": "acme", "provider": "hubspot", "token": "pat",
             "is_active": "on", "sync_minutes": "10", "base_url": ""}  # fmt: skip
    answer = admin.post(reverse("admin:crm_sync_connection_add"), {**given, **change})

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert Connection.objects.count() == 1


def test_saving_a_connection_without_a_token_keeps_the_one_there_is(admin: Client) -> None:
    connection = a_connection(secret="kept")
    admin.post(
        reverse("admin:crm_sync_connection_change", args=[connection.pk]),
        {"name": "Renamed", "base_url": "", "token": "", "sync_minutes": "30"},
    )

    connection.refresh_from_db()
    assert (connection.name, connection.secret, connection.sync_minutes) == ("Renamed", "kept", 30)


def test_sync_now_makes_the_connection_due(admin: Client) -> None:
    connection = a_connection()
    admin.post(reverse("admin:crm_sync_connection_sync", args=[connection.pk]))

    connection.refresh_from_db()
    assert connection.next_sync_at is not None


def test_sync_now_is_refused_where_files_feed_the_connection(admin: Client) -> None:
    connection = a_connection(provider="csv_file")
    answer = admin.post(
        reverse("admin:crm_sync_connection_sync", args=[connection.pk]), follow=True
    )

    assert "fed by importing files" in answer.content.decode()


def test_test_connection_says_what_is_missing(admin: Client) -> None:
    connection = a_connection()
    answer = admin.post(
        reverse("admin:crm_sync_connection_test", args=[connection.pk]), follow=True
    )

    assert "has no access token yet" in answer.content.decode()


@pytest.mark.parametrize("button", ["sync", "test"])
def test_the_buttons_take_only_posts(admin: Client, button: str) -> None:
    connection = a_connection()

    assert (
        admin.get(reverse(f"admin:crm_sync_connection_{button}", args=[connection.pk])).status_code
        == 405
    )


@pytest.mark.parametrize("button", ["sync", "test"])
def test_the_buttons_are_refused_to_a_viewer(client: Client, button: str) -> None:
    connection = a_connection()
    client.force_login(a_user("vera", "crm_sync.view_connection"))

    assert (
        client.post(
            reverse(f"admin:crm_sync_connection_{button}", args=[connection.pk])
        ).status_code
        == 403
    )


def test_a_connection_with_deals_cannot_be_deleted(admin: Client) -> None:
    run = a_run_with_stages()
    fill(run)
    answer = admin.post(
        reverse("admin:crm_sync_connection_delete", args=[run.connection.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert Connection.objects.exists()


def test_a_stages_meaning_can_be_set_and_its_deals_follow(admin: Client) -> None:
    fill(a_run_with_stages())
    stage = Stage.objects.get(external_id="engaging")
    admin.post(reverse("admin:crm_sync_stage_change", args=[stage.pk]), {"outcome": "won"})

    assert Deal.objects.get().outcome == "won"


def test_a_problem_can_be_closed(admin: Client) -> None:
    fill(a_run_with_stages())
    problem = SyncProblem.objects.get()
    admin.post(
        reverse("admin:crm_sync_syncproblem_changelist"),
        {"action": "close", "_selected_action": [str(problem.pk)]},
    )

    problem.refresh_from_db()
    assert problem.resolved_at is not None


def test_a_problem_of_a_synced_deal_can_be_tried_again(admin: Client) -> None:
    run = a_run_with_stages()
    fill(run)
    admin.post(
        reverse("admin:crm_sync_syncproblem_changelist"),
        {"action": "try_again", "_selected_action": [str(SyncProblem.objects.get().pk)]},
    )

    run.connection.refresh_from_db()
    assert run.connection.next_sync_at is not None


def test_a_viewer_is_offered_neither_retry_nor_close(client: Client) -> None:
    fill(a_run_with_stages())
    client.force_login(a_user("vera", "crm_sync.view_syncproblem"))
    client.post(
        reverse("admin:crm_sync_syncproblem_changelist"),
        {"action": "close", "_selected_action": [str(SyncProblem.objects.get().pk)]},
    )

    assert SyncProblem.objects.get().resolved_at is None


def test_closed_problems_leave_the_list_until_they_are_asked_for(admin: Client) -> None:
    fill(a_run_with_stages())
    SyncProblem.objects.update(resolved_at=NOW)

    assert "Wrong 0" not in page(admin, "syncproblem")
    address = reverse("admin:crm_sync_syncproblem_changelist")
    assert "Wrong 0" in admin.get(f"{address}?state=resolved").content.decode()


@pytest.mark.parametrize(
    ("status", "fields", "word"),
    [
        (None, {}, "Never synced"),
        ("succeeded", {}, "Healthy"),
        ("failed", {}, "Failing"),
        ("running", {}, "Syncing"),
        ("succeeded", {"is_active": False}, "Switched off"),
    ],
)
def test_a_connections_health_is_said_in_a_word(
    admin: Client, status: str | None, fields: dict[str, Any], word: str
) -> None:
    connection = a_connection(**fields)
    if status:
        a_run(connection, status=status)

    assert word in page(admin, "connection")


def test_a_running_sync_shows_how_far_it_is(admin: Client) -> None:
    run = a_run(a_connection(), read_count=50, expected_count=200, step="Deals")
    shown = page(admin, "syncrun", run.pk)

    assert "Running: Deals" in shown
    assert "width: 25%" in shown


def test_runs_are_drawn_once_there_are_two(admin: Client) -> None:
    connection = a_connection()
    a_run(connection, read_count=10)
    assert "Records per run" not in page(admin, "syncrun")

    a_run(connection, read_count=20)
    assert "Records per run" in page(admin, "syncrun")


def test_a_connection_shows_its_webhook_and_what_came(admin: Client) -> None:
    connection = a_connection(hook_secret=encrypt_secret("s3cret"))
    HookDelivery.objects.create(
        connection=connection, received_at=NOW, body=b"{", error="The body is not JSON."
    )
    page = admin.get(f"/admin/crm_sync/connection/{connection.pk}/change/").content.decode()

    assert f"/hooks/crm/{connection.pk}" in page
    assert "The body is not JSON." in page
    assert "s3cret" not in page


def test_a_signing_secret_is_stored_encrypted(admin: Client) -> None:
    connection = a_connection(secret=encrypt_secret("token"))
    admin.post(
        f"/admin/crm_sync/connection/{connection.pk}/change/",
        {"name": "Acme", "base_url": "", "sync_minutes": 10, "signing_secret": "s3cret"},
    )

    connection.refresh_from_db()
    assert decrypt_secret(connection.hook_secret) == "s3cret"
