"""The sidebar: every item leads somewhere, and nobody reads what is closed to them."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from config.admin import TextrailAdminSite
from config.admin_menu import NAVIGATION, navigation
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db

ITEMS = [item for group in NAVIGATION for item in group["items"]]


def titles(user: Any) -> list[str]:
    request = RequestFactory().get("/")
    request.user = user
    return [item["title"] for group in navigation(request) for item in group["items"]]


def test_our_site_is_the_admin() -> None:
    assert isinstance(admin.site, TextrailAdminSite)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["title"])
def test_every_item_opens(item: dict[str, str]) -> None:
    client = Client()
    client.force_login(a_superuser())
    assert client.get(reverse(item["view"])).status_code == 200


@pytest.mark.parametrize("view", ["admin:index", "admin:crm_sync_company_changelist"])
def test_a_page_can_be_read_without_scripts(view: str) -> None:
    client = Client()
    client.force_login(a_superuser())
    assert "<noscript><style>html[x-cloak]" in client.get(reverse(view)).content.decode()


def test_the_login_page_can_be_read_without_scripts() -> None:
    text = Client().get(reverse("admin:login")).content.decode()
    assert text.count("<noscript><style>html[x-cloak]") == 1


def test_a_superuser_reads_the_whole_story() -> None:
    assert titles(a_superuser()) == [item["title"] for item in ITEMS]


def test_rooms_without_an_open_door_are_left_out() -> None:
    assert titles(a_user("bob")) == ["Dashboard", "Checklist"]


def test_a_permission_opens_its_item() -> None:
    bob = a_user("bob", "campaigns.view_spend")
    assert titles(bob) == ["Dashboard", "Checklist", "Spend"]


def test_every_permission_of_the_sidebar_exists() -> None:
    names = {item["permission"] for item in ITEMS} - {""}
    assert names <= a_superuser().get_all_permissions()
