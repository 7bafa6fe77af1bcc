"""`manage.py sync_crm`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm_sync.leases import take_lease
from crm_sync.models import Deal, SyncRun
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.builders import a_connection
from tests.crm_sync.sandbox_builders import (
    a_synced_connection,
    seed_account,
    seed_deal,
)

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sync_crm", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def exit_status(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return caught.value.returncode, str(caught.value)


def test_it_syncs_one_connection_and_says_what_came(crm: Sandbox) -> None:
    seed_account(crm)
    a_synced_connection(crm)
    assert "Acme HubSpot: succeeded. 3 read, 3 new, 0 changed" in run("acme-hubspot")
    assert SyncRun.objects.get().trigger == SyncRun.Trigger.MANUAL


def test_without_a_name_it_syncs_all_that_are_on(crm: Sandbox) -> None:
    a_synced_connection(crm, slug="one")
    a_synced_connection(crm, slug="two")
    a_synced_connection(crm, slug="off", is_active=False)
    a_connection("file", provider="csv_file")
    run()
    assert {r.connection.slug for r in SyncRun.objects.all()} == {"one", "two"}


def test_with_nothing_set_up_there_is_nothing_to_do() -> None:
    assert run() == ""


def test_it_delivers_what_is_to_be_written_back(crm: Sandbox) -> None:
    seed_account(crm)
    a_synced_connection(crm, writes_back=True)
    assert "Written to CRM contacts: 0, refused: 0" in run()


def test_an_unknown_connection_is_bad_usage() -> None:
    a_connection("acme")
    status, message = exit_status("acne")
    assert (status, "Known: acme" in message) == (2, True)


def test_a_file_connection_is_bad_usage() -> None:
    a_connection("file", provider="csv_file")
    status, message = exit_status("file")
    assert (status, "import_deals" in message) == (2, True)


def test_a_failed_sync_is_a_problem(crm: Sandbox) -> None:
    crm.misbehave(status=401, times=100)
    a_synced_connection(crm)
    assert exit_status("acme-hubspot")[0] == 1


def test_an_incomplete_sync_is_a_problem_but_the_rest_is_there(crm: Sandbox) -> None:
    seed_deal(crm, "31", deal_currency_code="dollars")
    seed_deal(crm, "32")
    a_synced_connection(crm)
    assert exit_status("acme-hubspot")[0] == 1
    assert Deal.objects.count() == 1


def test_a_busy_connection_is_a_problem(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    take_lease(connection=connection, now=timezone.now())
    assert exit_status("acme-hubspot")[0] == 1
