"""The link linter's page in the admin."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns import link_sources
from campaigns.convention_versions import draft_new_version
from campaigns.models import NamingConvention
from campaigns.spreadsheets import write_workbook
from tests.campaigns.builders import a_convention, a_user

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/linter/"
GOOD = "https://example.com/a?utm_source=sms&utm_medium=text&utm_campaign=trial-june"
WRONG = GOOD.replace("=sms", "=SMS")


def signed_in(*permissions: str, name: str = "alice") -> Client:
    client = Client()
    client.force_login(
        a_user(name, *permissions), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def client() -> Client:
    return signed_in("campaigns.view_namingconvention")


def check(client: Client, text: str = "", file: Any = None, **fields: Any) -> Any:
    data = {"text": text, "convention": str(a_convention().pk), **fields}
    return client.post(ADDRESS, {**data, "file": file} if file else data)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_the_page_offers_the_published_convention_first(client: Client) -> None:
    page = client.get(ADDRESS)

    assert page.status_code == 200
    assert page.context["form"].initial["convention"] == a_convention()
    assert "Check the links" in page.content.decode()


def test_who_may_not_see_conventions_sees_no_linter() -> None:
    outsider = signed_in("campaigns.view_campaign")

    assert outsider.get(ADDRESS).status_code == 403
    assert outsider.post(ADDRESS, {}).status_code == 403
    assert outsider.get(f"{ADDRESS}corrected/x").status_code == 403


def test_who_is_not_signed_in_is_asked_to() -> None:
    assert Client().get(ADDRESS).status_code == 302


def test_wrong_links_are_shown_with_what_is_wrong_and_what_to_write(client: Client) -> None:
    text = f"Hello\n{WRONG}\n{GOOD}\n{WRONG}"

    html = check(client, text).content.decode()

    assert "1 of 2 links needs mending" in html
    assert "<mark>utm_source=SMS</mark>" in html
    assert "<ins>utm_source=sms</ins>" in html
    assert 'data-copy-text="https://example.com/a?utm_source=sms&amp;' in html
    assert "line 2; line 4" in html
    assert "lines without a link (1)" in html
    assert f"{WRONG}\n".replace("&", "&amp;") in html  # what was pasted is still there


def test_links_that_are_fine_are_said_to_be(client: Client) -> None:
    assert "The link follows the convention" in check(client, GOOD).content.decode()


def corrected(client: Client, response: Any) -> list[list[str]]:
    file = client.get(f"{ADDRESS}corrected/{response.context['token']}")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))


def test_a_spreadsheet_comes_back_corrected(client: Client) -> None:
    data = write_workbook([["Name", "URL"], ["=1+1", WRONG]])

    response = check(client, file=upload("Summer sends.xlsx", data))

    rows = corrected(client, response)
    assert rows[0] == ["Name", "URL", "Verdict", "Mistakes", "Corrected URL"]
    assert rows[1][0] == "'=1+1"
    assert rows[1][-1] == GOOD
    file = client.get(f"{ADDRESS}corrected/{response.context['token']}")
    assert file["Content-Disposition"] == 'attachment; filename="summer-sends-corrected.csv"'


def test_a_page_of_html_is_read(client: Client) -> None:
    page = f'<p><a href="{WRONG.replace("&", "&amp;")}">x</a>'.encode()

    assert corrected(client, check(client, file=upload("mail.html", page)))[1][4] == GOOD


def test_a_corrected_file_is_for_its_owner_alone(client: Client) -> None:
    token = check(client, WRONG).context["token"]
    other = signed_in("campaigns.view_namingconvention", name="bob")

    answer = other.get(f"{ADDRESS}corrected/{token}", follow=True)

    assert answer.redirect_chain == [(ADDRESS, 302)]
    assert "kept for an hour only" in answer.content.decode()


def test_a_draft_can_be_tried_on_links_that_exist(client: Client) -> None:
    draft = draft_new_version(convention=a_convention(), by=None)
    draft.sources = ["SMS".lower(), "text"]
    draft.save()
    link = GOOD.replace("=sms", "=text")

    assert "follows the convention" in check(client, link, convention=draft.pk).content.decode()
    assert "version 2 (draft, to try it)" in client.get(ADDRESS).content.decode()


def problem(response: Any, field: str) -> str:
    assert response.status_code == 200
    assert "page" not in response.context
    return " ".join(response.context["form"].errors[field])


def test_a_draft_that_contradicts_itself_is_refused(client: Client) -> None:
    draft = draft_new_version(convention=a_convention(), by=None)
    draft.sources = []
    draft.save()

    response = check(client, GOOD, convention=draft.pk)

    assert "Name at least one utm_source" in problem(response, "convention")


def test_nothing_at_all_is_refused(client: Client) -> None:
    assert "Paste at least one link" in problem(check(client, " \n"), "text")


def test_links_and_a_file_together_are_refused(client: Client) -> None:
    response = check(client, GOOD, upload("a.csv", b"URL\n"))

    assert "not both" in problem(response, "file")
    assert GOOD.replace("&", "&amp;") in response.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "old Excel file"),
        ("a.xlsx", b"PK\x03\x04x", "damaged"),
        ("a.txt", b"hello", "There is no link in it"),
        ("a.html", b"<p>hello", "There is no link in it"),
    ],
)
def test_a_file_that_says_nothing_is_refused_in_words(
    client: Client, name: str, data: bytes, words: str
) -> None:
    assert words in problem(check(client, file=upload(name, data)), "file")


def test_a_text_without_links_is_refused(client: Client) -> None:
    assert "There is no link in it" in problem(check(client, "hello"), "text")


def test_too_many_links_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_sources, "MOST_LINKS", 1)

    assert "There are 2 links; 1 are judged" in problem(check(client, f"{GOOD} {WRONG}"), "text")


def test_a_retired_convention_is_no_choice(client: Client) -> None:
    convention = a_convention()
    draft = draft_new_version(convention=convention, by=None)
    NamingConvention.objects.filter(pk=draft.pk).update(status=NamingConvention.Status.RETIRED)

    assert problem(check(client, GOOD, convention=draft.pk), "convention")


def test_without_a_convention_the_page_says_where_to_write_one(client: Client) -> None:
    NamingConvention.objects.update(status=NamingConvention.Status.RETIRED)

    html = client.get(ADDRESS).content.decode()

    assert "There is no naming convention to check by yet." in html
    assert "Check the links" not in html


def test_many_links_stay_a_page_of_bearable_size(client: Client) -> None:
    text = "\n".join(f"https://example.com/{n}?utm_source=SMS" for n in range(3000))

    response = check(client, text)

    assert response.content.count(b'class="lint-place"') == 150
    assert "and 2,950 more" in response.content.decode()
    assert len(corrected(client, response)) == 3001


def test_markup_in_a_link_is_text(client: Client) -> None:
    html = check(client, "https://example.com/?utm_source='><script>alert(1)</script>").content

    assert b"<script>alert(1)" not in html
