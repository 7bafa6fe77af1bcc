"""A deal is won in the CRM, its webhook calls, and the report says so: nobody waits for a sync."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from attribution.services import settle_changes
from crm_sync.hooks import hook_address
from crm_sync.models import SyncRun
from crm_sync.sandbox.server import run_sandbox
from tests.crm_sync.hook_builders import a_hooked_connection, an_event, signed
from tests.crm_sync.sandbox_builders import a_sync, seed_account
from tests.journeys.installation import Installation, an_installation, eventually

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def wins(textrail: Installation) -> str:
    """Return what the statement of wins says the CRM has, where it reconciles."""
    report = textrail.api.get("reports/reconciliation")
    (won,) = [one for one in report["statements"] if one["goal"] == "win"]
    unattributed = won["unattributed"].get("no_touches", {"amount": "0"})
    return unattributed["amount"] if won["reconciles"] else "it does not reconcile yet"


def test_a_webhook_moves_the_report_without_a_sync(tmp_path: Path, settings: Any) -> None:
    with run_sandbox() as crm, an_installation(tmp_path) as textrail:
        settings.PUBLIC_URL = textrail.url
        seed_account(crm)
        connection = a_hooked_connection(crm)
        a_sync(connection)
        while settle_changes(now=timezone.now()):
            pass
        textrail.start_worker()
        crm.store.update(
            "deals",
            "31",
            {"dealstage": "closedwon", "amount": "250.00", "closedate": "2026-06-01T00:00:00Z"},
        )

        body = json.dumps([an_event("deal", "propertyChange", "31")]).encode()
        answer = requests.post(
            hook_address(connection),
            data=body,
            headers=signed(connection, body, now=timezone.now()),
            timeout=30,
        )
        assert answer.status_code == 204
        eventually(lambda: wins(textrail) == "250.00")

    assert SyncRun.objects.filter(trigger=SyncRun.Trigger.HOOK).count() == 1
