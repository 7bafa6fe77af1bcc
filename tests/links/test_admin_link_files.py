"""The pages that make many links from a file."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from links.models import Domain, Link
from tests.links.builders import make_domain, make_link

pytestmark = pytest.mark.django_db
LINKS = "/admin/links/link/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def domain() -> Domain:
    return make_domain(is_default=True)


def signed_in(django_user_model: Any, *permissions: str) -> Client:
    user = django_user_model.objects.create_user("alice", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(django_user_model: Any) -> Client:
    return signed_in(django_user_model, "view_link", "add_link", "change_link")


def words_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def upload(page: Client, domain: Domain, text: str, name: str = "links.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    values = {"file": file, "domain": str(domain.pk), **fields}
    return page.post(f"{LINKS}import/", values, follow=True)


CSV = "destination_url,code\nhttps://a.example/,spring\nhttps://b.example/,a b\n"


def test_every_rows_result_is_shown_before_a_link_is_made(page, domain) -> None:
    shown = words_of(upload(page, domain, CSV))
    assert "1 refused" in shown
    assert "1 new" in shown
    assert "“a b” cannot be a code" in shown
    assert not Link.objects.exists()


def test_the_good_rows_become_links_with_the_tags_for_all(page, domain) -> None:
    answer = upload(page, domain, CSV, tags="Poster, spring")
    stored = page.post(answer.redirect_chain[-1][0], follow=True)
    assert "Stored: 1 new" in words_of(stored)
    link = Link.objects.get()
    assert (link.code, link.tags, link.domain) == ("spring", ["poster", "spring"], domain)
    assert link.created_by is not None


def test_warnings_stand_beside_the_rows_they_are_about(page, domain) -> None:
    text = "destination_url,domain\nhttps://a.example/?utm_source=x,bit.ly\n"
    shown = words_of(upload(page, domain, text))
    assert "1 with a warning" in shown
    assert "bit.ly is none of your active domains" in shown
    assert "Taken out of the destination" in shown


def test_an_export_of_another_shortener_is_known_and_keeps_its_codes(page, domain) -> None:
    text = "keyword,url,title,timestamp,ip,clicks\nspring,https://a.example/,Poster,2023-01-05 12:00:00,::1,7\n"
    answer = upload(page, domain, text)
    assert "Read as an export of YOURLS" in words_of(answer)
    page.post(answer.redirect_chain[-1][0])
    link = Link.objects.get()
    assert (link.code, link.imported_from, link.created_at.year) == ("spring", "yourls", 2023)
    assert "imported from YOURLS" in words_of(page.get(f"{LINKS}{link.pk}/change/"))


def test_refused_rows_are_downloaded_with_their_reasons(page, domain) -> None:
    answer = upload(page, domain, CSV)
    file = page.get(f"{answer.redirect_chain[-1][0]}refused.csv")
    body = b"".join(file.streaming_content).decode()
    assert "cannot be a code" in body
    assert "spring" not in body


def test_a_file_of_unknown_columns_is_refused_at_the_form(page, domain) -> None:
    assert "No column is called destination_url" in words_of(upload(page, domain, "a,b\n1,2\n"))


def test_without_a_domain_the_form_says_what_is_missing(page) -> None:
    assert "There is none yet: add one" in words_of(page.get(f"{LINKS}import/"))


def test_the_example_passes_as_it_is(page, domain) -> None:
    example = b"".join(page.get(f"{LINKS}import/example.csv").streaming_content).decode()
    shown = words_of(upload(page, domain, example))
    assert "refused" not in shown
    assert "1 new" in shown


def test_the_list_offers_the_pages_to_whoever_may_make_links(page, domain) -> None:
    make_link(domain)
    assert f"{LINKS}import/" in page.get(LINKS).content.decode()


def test_whoever_may_only_look_makes_no_links(django_user_model, domain) -> None:
    viewer = signed_in(django_user_model, "view_link")
    assert viewer.get(f"{LINKS}import/").status_code == 403
    assert f"{LINKS}import/" not in viewer.get(LINKS).content.decode()
