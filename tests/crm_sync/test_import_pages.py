"""The file import in the browser: upload, preview, import, result. Without JavaScript."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from crm_sync.models import Connection, Deal, SyncRun
from tests.campaigns.builders import a_superuser, a_user
from tests.crm_sync.builders import a_connection

pytestmark = pytest.mark.django_db

SHEET = b"""id,stage,status,account,value,created
1,Closed won,A,Acme,"1,000.50",10/25/2026
2,Demo,B,,,10/26/2026
3,Demo,B,Acme,abc,10/27/2026
"""


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(a_superuser())
    return client


def upload(admin: Client, data: bytes = SHEET, **fields: str) -> Any:
    file = SimpleUploadedFile("deals.csv", data, content_type="text/csv")
    given = {"name": "Acme export", "connection": "", **fields}
    return admin.post(reverse("admin:crm_sync_import"), {"file": file, **given})


def fields_of(answer: Any) -> dict[str, str]:
    """Return what the page's form would post as it stands."""
    form = answer.context["form"]
    return {field.name: field.value() or "" for field in form if field.name != "decimal_comma"}


def files(settings: Any) -> list[Path]:
    return list((Path(settings.VAR_DIR) / "imports").glob("*"))


def test_an_upload_leads_to_a_preview_and_imports_nothing(admin: Client) -> None:
    answer = upload(admin)
    shown = admin.get(answer.url).content.decode()

    assert answer.status_code == 302
    assert "2 of 3 rows will be read as deals, 1 will be refused" in shown
    assert "$1,000.50" in shown
    assert "Refused: value: “abc” is not an amount" in shown
    assert not Connection.objects.exists()


def test_the_import_ends_on_a_page_with_counts_and_problems(admin: Client, settings: Any) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    answer = admin.post(address, {**given, "step": "import"}, follow=True)
    shown = answer.content.decode()

    run = SyncRun.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("admin:crm_sync_syncrun_change", args=[run.pk])
    assert (run.connection.name, run.connection.slug) == ("Acme export", "acme-export")
    assert (run.created_count, run.problem_count, run.file_name) == (2, 1, "deals.csv")
    assert "Line 4:" in shown
    assert "1 deal has no company." in shown
    assert files(settings) == []


def test_looking_again_reads_the_file_with_the_changed_mapping(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    answer = admin.post(address, {**given, "column_amount": "", "step": "look"})

    assert "3 of 3 rows will be read as deals" in answer.content.decode()
    assert not Deal.objects.exists()


def test_a_stages_meaning_is_taken_from_the_form(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    demo = f"stage_{b'Demo'.hex()}"
    admin.post(address, {**given, demo: "lost", "step": "import"})

    assert Deal.objects.get(external_id="2").outcome == "lost"


def test_another_stage_column_must_be_looked_at_before_the_import(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    answer = admin.post(address, {**given, "column_stage": "status", "step": "import"})

    assert "The stages are other ones now" in answer.content.decode()
    assert not Deal.objects.exists()

    answer = admin.post(address, {**fields_of(answer), "step": "import"}, follow=True)
    assert set(Deal.objects.values_list("stage__name", flat=True)) == {"A", "B"}


def test_the_next_import_begins_with_the_saved_mapping(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    admin.post(address, {**given, "currency": "eur", "column_amount": "", "step": "import"})
    address = upload(admin, name="", connection="acme-export").url
    given = fields_of(admin.get(address))

    assert (given["currency"], given["column_amount"]) == ("EUR", "")


@pytest.mark.parametrize(
    ("data", "fields", "message"),
    [
        (b"", {}, "The file is empty"),
        (b"PK\x03\x04 workbook", {}, "workbook"),
        (SHEET, {"name": ""}, "write a name for a new one"),
        (SHEET, {"name": "Taken"}, "choose it above"),
    ],
)
def test_a_wrong_upload_is_refused_on_its_page(
    admin: Client, data: bytes, fields: dict[str, str], message: str, settings: Any
) -> None:
    a_connection("taken", provider="csv_file")
    answer = upload(admin, data, **fields)

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert files(settings) == []


def test_an_unknown_currency_keeps_the_page_with_its_reason(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    answer = admin.post(address, {**given, "currency": "12", "step": "import"})

    assert "“12” is not a currency code" in answer.content.decode()
    assert not Deal.objects.exists()


def test_a_column_that_is_not_in_the_file_is_refused_by_the_form(admin: Client) -> None:
    address = upload(admin).url
    given = fields_of(admin.get(address))
    answer = admin.post(address, {**given, "column_amount": "nowhere", "step": "import"})

    assert answer.status_code == 200
    assert "The file has no single column “nowhere”" in answer.content.decode()
    assert not Deal.objects.exists()


def test_a_file_without_a_known_column_asks_for_it(admin: Client) -> None:
    address = upload(admin, b"nr,phase\n1,x\n").url
    shown = admin.get(address).content.decode()

    assert "must say where external_id and stage stands" in shown
    assert 'value="import"' not in shown


def test_another_users_upload_opens_nothing(admin: Client) -> None:
    address = upload(admin).url
    other = Client()
    other.force_login(a_superuser("other"))

    assert other.get(address).url == reverse("admin:crm_sync_import")


@pytest.mark.parametrize("token", ["nothing", "AZoAAAAAcACAAAAAAAAAAA", "..etc"])
def test_an_unknown_token_leads_back_to_the_upload(admin: Client, token: str) -> None:
    answer = admin.get(f"{reverse('admin:crm_sync_import')}{token}/", follow=True)

    assert "not there any more" in answer.content.decode()


def test_the_pages_are_refused_to_a_viewer(client: Client) -> None:
    client.force_login(a_user("vera", "crm_sync.view_connection"))

    assert client.get(reverse("admin:crm_sync_import")).status_code == 403
    assert upload(client).status_code == 403


def test_the_progress_is_told_while_nothing_runs(admin: Client) -> None:
    address = reverse("admin:crm_sync_import_progress", args=["AZoAAAAAcACAAAAAAAAAAA"])

    assert admin.get(address).json() == {"done": 0, "total": 0}


@pytest.mark.shared_data
def test_the_real_export_goes_through_the_pages(admin: Client, shared_data: Path) -> None:
    address = upload(admin, (shared_data / "crm" / "sales_pipeline.csv").read_bytes()).url
    given = fields_of(admin.get(address))
    shown = admin.post(address, {**given, "step": "import"}, follow=True).content.decode()

    won = Deal.objects.filter(outcome="won").aggregate(total=Sum("amount_minor"))
    assert won["total"] == 1_000_553_400
    for word in ("8,800", "2,089 deals have no value", "1,425 deals have no company"):
        assert word in shown
