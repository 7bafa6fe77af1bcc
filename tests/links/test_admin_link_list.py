"""The list of short links in the admin: what it shows, finds and does to many at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from links.models import Link
from tests.links.builders import NOW, make_check, make_link, make_send

pytestmark = pytest.mark.django_db
LINKS = "/admin/links/link/"


@pytest.fixture
def page(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


def text(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_names_link_send_state_and_checks_and_no_id(page) -> None:
    link = make_link(send=make_send(), utm_content="version-a")
    make_check(link, "iphone")
    make_check(link, "desktop", is_ok=False)
    shown = text(page.get(LINKS))
    for words in (
        "go.example.com/k7Qm2Xa",
        "Demo invitation, June · version-a",
        "www.example.com/trial",
        "Active",
        "Works",
        "Does not work",
        'data-copy="https://go.example.com/k7Qm2Xa"',
    ):
        assert words in shown


@pytest.mark.parametrize(
    "words",
    ["k7Qm2Xa", "https://go.example.com/k7Qm2Xa", "summer poster", "/trial", "print",
     "demo-invite-q2", "Demo invitations", "Demo invitation, June"],
)  # fmt: skip
def test_a_link_is_found_by_every_word_about_it(page, words) -> None:
    make_link(send=make_send(), title="Our summer poster", tags=["print"])
    make_link(code="other2", destination_url="https://x.example/", utm_campaign="other")
    shown = text(page.get(LINKS, {"q": words}))
    assert "/k7Qm2Xa" in shown
    assert "/other2" not in shown


def test_links_are_filtered_by_tag(page) -> None:
    make_link(code="inside", tags=["print"])
    make_link(code="outside")
    shown = text(page.get(LINKS, {"tag": "print"}))
    assert "/inside" in shown
    assert "/outside" not in shown


@pytest.mark.parametrize(
    ("choice", "found"),
    [(None, {"inuse2"}), ("only", {"hidden2"}), ("with", {"inuse2", "hidden2"})],
)
def test_archived_links_are_shown_to_whoever_asks(page, choice, found) -> None:
    make_link(code="inuse2")
    make_link(code="hidden2", archived_at=NOW)
    shown = text(page.get(LINKS, {"archived": choice} if choice else {}))
    assert {code for code in ("inuse2", "hidden2") if f"/{code}<" in shown} == found


def test_links_are_archived_and_taken_out_again_from_the_list(page) -> None:
    link = make_link()
    chosen = {"_selected_action": [str(link.pk)]}
    page.post(LINKS, {"action": "archive", **chosen})
    assert Link.objects.archived().get() == link
    page.post(f"{LINKS}?archived=only", {"action": "unarchive", **chosen})
    assert Link.objects.in_use().get() == link


def test_a_link_is_archived_and_taken_out_again_on_its_page(page) -> None:
    link = make_link()
    page.post(f"{LINKS}{link.pk}/do/archive/")
    shown = text(page.get(f"{LINKS}{link.pk}/change/"))
    assert "Take out of the archive" in shown
    page.post(f"{LINKS}{link.pk}/do/unarchive/")
    assert Link.objects.in_use().get() == link


def test_the_list_costs_the_same_queries_for_two_links_and_for_twenty(page) -> None:
    def cost(wanted: int) -> int:
        for place in range(Link.objects.count(), wanted):
            make_check(make_link(code=f"code{place}", send=make_send(f"send-{place}")))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(page.get(LINKS))
        return len(queries)

    cost(2)
    assert cost(2) == cost(20)


@pytest.mark.parametrize(
    ("choice", "found"),
    [("ok", "works2"), ("failed", "broken"), ("none", "never2")],
)
def test_links_are_filtered_by_their_last_check(page, choice, found) -> None:
    for code, is_ok in (("works2", True), ("broken", False), ("never2", None)):
        link = make_link(code=code)
        for device in ("iphone", "android", "desktop") if is_ok is not None else ():
            make_check(link, device, is_ok=bool(is_ok))
    shown = text(page.get(LINKS, {"last_check": choice}))
    assert {code for code in ("works2", "broken", "never2") if code in shown} == {found}


def test_links_are_filtered_by_send(page) -> None:
    send = make_send()
    make_link(code="inside", send=send)
    make_link(code="outside")
    shown = text(page.get(LINKS, {"send": str(send.pk)}))
    assert "/inside" in shown
    assert "/outside" not in shown


def test_links_are_retired_and_restored_from_the_list(page) -> None:
    link = make_link()
    for action, status in (("retire", "retired"), ("restore", "active")):
        page.post(LINKS, {"action": action, "_selected_action": [str(link.pk)]})
        link.refresh_from_db()
        assert link.status == status
