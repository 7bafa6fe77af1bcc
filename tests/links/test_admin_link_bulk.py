"""The page that edits the selected links."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from links.admin import link_bulk
from links.models import Link
from tests.links.builders import make_domain, make_link, make_message, make_send

pytestmark = pytest.mark.django_db
LINKS = "/admin/links/link/"
OTHER = "https://www.example.com/other"


@pytest.fixture
def page(django_user_model: Any) -> Client:
    return signed_in(django_user_model, "view_link", "change_link")


def signed_in(django_user_model: Any, *permissions: str) -> Client:
    user = django_user_model.objects.create_user("alice", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def choose(page: Client, *links: Link, step: str = "", **values: str) -> Any:
    chosen = [str(link.pk) for link in links]
    data = {"action": "edit_selected", "_selected_action": chosen, "step": step, **values}
    return page.post(LINKS, data, follow=step == "do")


def words_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_selected_links_are_named_before_anything_is_asked(page) -> None:
    link = make_link()
    shown = words_of(choose(page, link))
    assert "written onto the selected link" in shown
    assert "go.example.com/k7Qm2Xa · https://www.example.com/trial" in shown


def test_what_would_become_of_each_link_is_shown_and_nothing_is_done(page) -> None:
    domain = make_domain()
    free = make_link(domain, "free2")
    bound = make_link(domain, "bound2", message=make_message(make_send()))
    shown = words_of(choose(page, free, bound, step="look", destination_url=OTHER))
    assert "1 of 2 links will change; the others stay as they are" in shown
    assert f"https://www.example.com/trial → {OTHER}" in shown
    assert "belongs to a send" in shown
    free.refresh_from_db()
    assert free.destination_url == "https://www.example.com/trial"


def test_the_change_is_done_and_told(page) -> None:
    domain = make_domain()
    free = make_link(domain, "free2")
    bound = make_link(domain, "bound2", message=make_message(make_send()))
    shown = words_of(choose(page, free, bound, step="do", destination_url=OTHER))
    assert "1 link changed." in shown
    assert "go.example.com/bound2 stays as it is" in shown
    free.refresh_from_db()
    assert free.destination_url == OTHER


def test_what_was_filled_in_is_handed_on_to_the_last_step(page) -> None:
    link = make_link(expires_at=None)
    look = choose(
        page, link, step="look", add_tags="Poster, b", expires_at_0="2030-01-01",
        expires_at_1="10:00", status="retired",
    ).content.decode()  # fmt: skip
    last = look[look.rindex("<form") :]
    fields = dict(re.findall(r'type="hidden" name="([^"]+)"(?: value="([^"]*)")?', last))
    fields.pop("csrfmiddlewaretoken")
    assert fields["step"] == "do"
    page.post(LINKS, fields)
    link.refresh_from_db()
    assert (link.tags, link.status) == (["b", "poster"], "retired")
    assert link.expires_at is not None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Fill in what shall change."),
        ({"fallback_url": OTHER, "clears_fallback": "on"}, "Either give a new value"),
        ({"add_tags": "x" * 50}, "too long"),
    ],
)
def test_a_form_that_says_nothing_or_two_things_is_shown_again(page, values, words) -> None:
    assert words in words_of(choose(page, make_link(), step="look", **values))


def test_links_that_have_the_values_are_told_to_be_the_same(page) -> None:
    link = make_link(tags=["poster"])
    assert "Nothing changed" in words_of(choose(page, link, step="do", add_tags="poster"))


def test_more_links_than_one_step_takes_are_named(page, monkeypatch) -> None:
    monkeypatch.setattr(link_bulk, "MOST_AT_ONCE", 1)
    domain = make_domain()
    shown = words_of(choose(page, make_link(domain, "a2"), make_link(domain, "b2")))
    assert "1 of the selected is left out" in shown


def test_whoever_may_only_look_changes_nothing(django_user_model) -> None:
    link = make_link()
    viewer = signed_in(django_user_model, "view_link")
    choose(viewer, link, step="do", destination_url=OTHER)
    link.refresh_from_db()
    assert link.destination_url == "https://www.example.com/trial"
