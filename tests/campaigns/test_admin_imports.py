"""The import and export pages of campaigns and sends."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from campaigns.admin import send_imports
from campaigns.models import Campaign, Send
from campaigns.send_sheet import COLUMNS, EXAMPLE
from campaigns.spreadsheets import write_csv, write_workbook
from tests.campaigns.builders import a_campaign, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
SENDS = "/admin/campaigns/send/"
CAMPAIGNS = "/admin/campaigns/campaign/"
MAY_IMPORT = ("campaigns.view_send", "campaigns.add_send", "campaigns.change_send")


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


def signed_in(*permissions: str, name: str = "alice") -> Client:
    client = Client()
    client.force_login(a_user(name, *permissions))
    return client


def a_file(*rows: dict[str, str], name: str = "sends.csv") -> SimpleUploadedFile:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    content = write_workbook(table) if name.endswith("xlsx") else "".join(write_csv(table)).encode()
    return SimpleUploadedFile(name, content)


def upload(client: Client, file: SimpleUploadedFile, at: str = SENDS, **fields: str) -> Any:
    return client.post(f"{at}import/", {"file": file, **fields}, follow=True)


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def sent_to(response: Any) -> str:
    return str(response.redirect_chain[-1][0])


def test_every_rows_result_is_shown_before_anything_is_stored() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()
    a_send("demo-invite-q2", audience="Old")
    rows = [
        EXAMPLE,
        {**EXAMPLE, "utm_campaign": "Trial June"},
        {**EXAMPLE, "utm_campaign": "demo-invite-q2", "audience": "New ones"},
    ]

    page = upload(client, a_file(*rows))

    text = text_of(page)
    assert "1 refused" in text
    assert "1 new" in text
    assert "1 changed" in text
    assert "Trial June" in text
    assert "Try trial-june" in text
    assert "Old → New ones" in text
    assert "Store 2 rows, leave out 1" in text
    assert Send.objects.count() == 1


def test_good_rows_are_stored_and_the_refused_are_left_to_be_mended() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()
    page = upload(client, a_file(EXAMPLE, {**EXAMPLE, "utm_campaign": "Trial June"}))

    after = client.post(sent_to(page), follow=True)

    assert Send.objects.filter(created_by__username="alice").count() == 1
    text = text_of(after)
    assert "Stored: 1 new, 0 changed" in text
    assert "1 refused rows were left out" in text
    assert "There is nothing to store" in text
    refused = client.get(f"{sent_to(page)}refused.csv")
    lines = b"".join(refused).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("row,what is wrong,name,")
    assert lines[1].startswith("3,")
    assert "Try “trial-june" in lines[1]


def test_a_mended_file_of_refused_rows_passes_with_its_extra_columns() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()
    row = {"row": "3", "what is wrong": "utm_campaign: no", **EXAMPLE}

    text = text_of(upload(client, a_file(row)))

    assert "Every row is in order" in text
    assert "not known" not in text


def test_when_every_row_is_good_it_leads_back_to_the_list() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()
    page = upload(client, a_file(EXAMPLE, name="sends.xlsx"))

    after = client.post(sent_to(page), follow=True)

    assert after.redirect_chain[-1][0] == SENDS
    assert Send.objects.count() == 1
    assert client.get(sent_to(page), follow=True).redirect_chain[-1][0] == f"{SENDS}import/"


def test_unknown_columns_are_named_and_what_is_only_shown_is_said() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()

    text = text_of(upload(client, a_file({**EXAMPLE, "utm_campain": "x", "status": "live"})))

    assert "The column “utm_campain” is not known and not read. Was “utm_campaign” meant?" in text
    assert "“status” is shown in an export and never read." in text


def test_campaigns_are_made_on_request_by_whoever_may() -> None:
    client = signed_in(*MAY_IMPORT, "campaigns.add_campaign")

    without = upload(client, a_file(EXAMPLE))
    page = upload(client, a_file(EXAMPLE), creates_campaigns="on")

    assert "There is no campaign" in text_of(without)
    client.post(sent_to(page))
    assert Campaign.objects.get().name == EXAMPLE["campaign"]


def test_who_may_not_make_campaigns_is_not_asked_and_cannot() -> None:
    client = signed_in(*MAY_IMPORT)

    form = client.get(f"{SENDS}import/")
    page = upload(client, a_file(EXAMPLE), creates_campaigns="on")

    assert "creates_campaigns" not in form.content.decode()
    assert "There is no campaign" in text_of(page)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.csv", b"\x00\x01\x02\x03"), "not text"),
        (SimpleUploadedFile("a.csv", b"Apples,Pears\n1,2\n"), "No column has a name"),
        (SimpleUploadedFile("a.csv", b"name,Name\na,b\n"), "more than once"),
        (SimpleUploadedFile("a.csv", b""), "empty"),
    ],
    ids=["binary", "columns", "twice", "empty"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    file: SimpleUploadedFile, words: str
) -> None:
    client = signed_in(*MAY_IMPORT)
    file.seek(0)

    page = upload(client, file)

    assert page.status_code == 200
    assert words in text_of(page)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_imports, "MOST_ROWS", 2)

    page = upload(signed_in(*MAY_IMPORT), a_file(*[EXAMPLE] * 3))

    assert "more than 2 rows" in text_of(page)


def test_a_file_without_rows_says_so() -> None:
    page = upload(signed_in(*MAY_IMPORT), SimpleUploadedFile("a.csv", b"name,campaign\n"))

    assert "no rows below its first one" in text_of(page)


def test_another_users_upload_opens_nothing() -> None:
    a_campaign()
    page = upload(signed_in(*MAY_IMPORT), a_file(EXAMPLE))
    other = signed_in(*MAY_IMPORT, name="bob")

    assert other.post(sent_to(page), follow=True).redirect_chain[-1][0] == f"{SENDS}import/"
    assert other.get(f"{sent_to(page)}refused.csv").status_code == 404
    assert not Send.objects.exists()


def test_an_upload_of_sends_is_not_read_as_campaigns() -> None:
    client = signed_in(
        *MAY_IMPORT, *(f"campaigns.{verb}_campaign" for verb in ("add", "change", "view"))
    )
    page = upload(client, a_file(EXAMPLE))

    after = client.post(sent_to(page).replace("send", "campaign"), follow=True)

    assert after.redirect_chain[-1][0] == f"{CAMPAIGNS}import/"


@pytest.mark.parametrize(
    "permissions",
    [
        ("campaigns.view_send",),
        ("campaigns.view_send", "campaigns.add_send"),
        ("campaigns.view_send", "campaigns.change_send"),
    ],
)
def test_without_the_right_to_add_and_change_there_is_no_import(
    permissions: tuple[str, ...],
) -> None:
    client = signed_in(*permissions)

    for address in ("import/", "import/example.csv", "import/x/", "import/x/refused.csv"):
        assert client.get(f"{SENDS}{address}").status_code == 403
    assert f"{SENDS}import/" not in client.get(SENDS).content.decode()
    assert f"{SENDS}export/" in client.get(SENDS).content.decode()


def test_without_the_right_to_see_there_is_no_export() -> None:
    client = signed_in("campaigns.view_campaign")

    assert client.get(f"{SENDS}export/").status_code == 403


def test_the_list_offers_both() -> None:
    text = signed_in(*MAY_IMPORT).get(SENDS).content.decode()

    assert f'href="{SENDS}import/"' in text
    assert f'href="{SENDS}export/' in text


def test_the_example_file_passes() -> None:
    client = signed_in(*MAY_IMPORT)
    a_campaign()
    example = b"".join(client.get(f"{SENDS}import/example.csv"))

    page = upload(client, SimpleUploadedFile("example.csv", example))

    assert "Every row is in order" in text_of(page)


def test_an_export_has_a_format_chosen_already() -> None:
    page = signed_in(*MAY_IMPORT).get(f"{SENDS}export/").content.decode()

    assert re.search(r'<option value="0"\s+selected', page)


@pytest.mark.parametrize("kind", [0, 1], ids=["xlsx", "csv"])
def test_an_export_imported_again_changes_nothing(kind: int) -> None:
    client = signed_in(*MAY_IMPORT)
    send = a_send(name="=HYPERLINK(1)", audience="-5% club", audience_size=7)
    a_message(send, "+1 for you: {link}\r\nSTOP", utm_content="version-a", share=50)
    a_message(send, "@you {link} STOP", utm_content="version-b", share=50)

    answer = client.post(f"{SENDS}export/", {"format": str(kind), "resource": "0"})

    assert answer.status_code == 200
    name = ["sends.xlsx", "sends.csv"][kind]
    assert name.partition(".")[2] in answer["Content-Disposition"]
    page = upload(client, SimpleUploadedFile(name, answer.content))
    assert "1 unchanged" in text_of(page)
    assert "everything is the same already" in text_of(page)


def test_nothing_in_an_export_runs_as_a_formula() -> None:
    client = signed_in(*MAY_IMPORT)
    a_send(name="=HYPERLINK(1)")

    text = client.post(f"{SENDS}export/", {"format": "1", "resource": "0"}).content.decode()
    book = client.post(f"{SENDS}export/", {"format": "0", "resource": "0"}).content

    assert ",'=HYPERLINK(1)," in text
    cell = load_workbook(io.BytesIO(book)).worksheets[0].cell(2, 2)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_an_export_keeps_to_the_lists_filters_and_names_every_column() -> None:
    client = signed_in(*MAY_IMPORT)
    a_send(), a_send("demo-invite-q2", status="cancelled")

    answer = client.post(
        f"{SENDS}export/?status__exact=cancelled", {"format": "1", "resource": "0"}
    )

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 2
    assert "demo-invite-q2" in lines[1]


def test_campaigns_are_exported_and_imported_too() -> None:
    client = signed_in(*(f"campaigns.{verb}_campaign" for verb in ("add", "change", "view")))
    a_campaign("Spring")

    exported = client.post(f"{CAMPAIGNS}export/", {"format": "1", "resource": "0"}).content
    again = upload(client, SimpleUploadedFile("a.csv", exported), CAMPAIGNS)
    more = upload(client, SimpleUploadedFile("b.csv", exported + b",Summer\n"), CAMPAIGNS)
    client.post(sent_to(more))

    assert "1 unchanged" in text_of(again)
    assert Campaign.objects.filter(name="Summer", owner__username="alice").exists()


def test_the_campaigns_example_file_passes() -> None:
    client = signed_in(*(f"campaigns.{verb}_campaign" for verb in ("add", "change", "view")))
    example = b"".join(client.get(f"{CAMPAIGNS}import/example.csv"))

    page = upload(client, SimpleUploadedFile("example.csv", example), CAMPAIGNS)

    assert "Every row is in order" in text_of(page)
