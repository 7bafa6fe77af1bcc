"""Operations import 8,800 messy opportunities, and the statement accounts for every cent."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from attribution.models import CreditEntry, Finding
from attribution.services import refresh_findings, settle_changes
from crm_sync.models import SyncProblem
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING
from tests.tracking.builders import api_client

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]


@pytest.fixture
def client() -> APIClient:
    return api_client("read")


def import_export(export: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `manage.py import_deals` with the contract's mapping, settle, and return its words."""
    (folder / "map.json").write_text(json.dumps(SALES_PIPELINE_MAPPING))
    call_command("import_deals", str(export), "--mapping", str(folder / "map.json"))
    while settle_changes(now=timezone.now(), limit=5000):
        pass
    return capsys.readouterr().out


def statement(client: APIClient, goal: str) -> dict[str, Any]:
    """Return a goal's statement as the API answers it."""
    answer = client.get("/api/v1/reports/reconciliation").json()
    (found,) = [one for one in answer["statements"] if one["goal"] == goal]
    one: dict[str, Any] = found
    return one


def test_the_export_is_accounted_for_to_the_cent_and_importing_it_again_changes_nothing(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], client: APIClient
) -> None:
    export = shared_data / "crm" / "sales_pipeline.csv"

    told = import_export(export, tmp_path, capsys)

    assert "8,800 rows read, 8,800 created, 0 updated, 0 unchanged, 0 refused." in told
    gaps = SyncProblem.objects.filter(severity="warning").values_list("code", "record__row_count")
    assert dict(gaps) == {"no-amount": 2089, "no-company": 1425, "no-created-date": 500}
    assert "2,089 deals have no value" in told
    assert "1,425 deals have no" in told

    wins = statement(client, "win")
    assert (wins["crm_total"]["amount"], wins["crm_total"]["count"]) == ("10005534.00", "4238")
    assert wins["unattributed"].keys() == {"no_contacts"}
    assert wins["unattributed"]["no_contacts"]["amount"] == "10005534.00"
    assert (wins["difference"], wins["reconciles"]) == ("0.00", True)

    created = statement(client, "opportunity")
    assert created["crm_total"]["count"] == "8800"
    assert created["crm_total"]["without_amount"] == 2089
    assert {name: line["count"] for name, line in created["excluded"].items()} == {"no_date": "500"}
    assert (created["difference"], created["reconciles"]) == ("0.00", True)

    refresh_findings(now=timezone.now())
    findings = dict(Finding.objects.values_list("code", "row_count"))
    assert findings["deal_without_company"] == 1425
    assert findings["opportunity_without_amount"] == 1589
    assert findings["opportunity_without_date"] == 500

    entries = CreditEntry.objects.count()
    told = import_export(export, tmp_path, capsys)

    assert "8,800 rows read, 0 created, 0 updated, 8,800 unchanged, 0 refused." in told
    assert CreditEntry.objects.count() == entries
    call_command("verify_ledger")
    assert "The ledger agrees with the facts" in capsys.readouterr().out
