"""Searched choices that can be made without a script."""

import re

import pytest
from django.test import Client

from campaigns import newest_choices
from tests.campaigns.builders import a_campaign, a_send

pytestmark = pytest.mark.django_db


def offered(admin_client: Client, address: str) -> list[str]:
    """Return the names in a page's list of campaigns."""
    page = admin_client.get(address).content.decode()
    found = re.search(r'<select name="campaign".*?</select>', page, re.DOTALL)
    assert found
    return re.findall(r"<option[^>]*>([^<]*)</option>", found[0])


def test_a_new_row_has_the_newest_to_choose_from_and_none_chosen(admin_client: Client) -> None:
    for name in ("Trials", "Demos"):
        a_campaign(name)

    assert offered(admin_client, "/admin/campaigns/send/add/") == ["", "Demos", "Trials"]


def test_the_chosen_one_stands_first(admin_client: Client) -> None:
    send = a_send(campaign=a_campaign("Trials"))
    a_campaign("Demos")

    assert offered(admin_client, f"/admin/campaigns/send/{send.pk}/change/") == ["Trials", "Demos"]


def test_a_long_list_ends_where_searching_begins(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest_choices, "_MOST_OFFERED", 2)
    for name in ("Trials", "Demos", "Webinars"):
        a_campaign(name)

    assert offered(admin_client, "/admin/campaigns/send/add/") == ["", "Webinars", "Demos"]


def test_a_choice_that_is_none_is_said_to_be_none(admin_client: Client) -> None:
    answer = admin_client.post("/admin/campaigns/send/add/", {"campaign": "nothing"})

    assert answer.status_code == 200
    assert "is not a valid" in answer.content.decode()
    assert offered(admin_client, "/admin/campaigns/send/add/?campaign=nothing") == [""]
