"""The panel “History” of an object's page."""

from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory
from django.urls import reverse

from campaigns.history_panel import MOST_SHOWN, SEND_PANEL, panel_context
from tests.campaigns.builders import a_campaign, a_message, a_send, a_superuser, a_user

pytestmark = pytest.mark.django_db


def context_for(user: Any, code: str, pk: UUID) -> dict[str, Any]:
    request = RequestFactory().get("/")
    request.user = user
    return panel_context(code, pk, request)


def test_a_send_s_panel_shows_its_changes_and_those_of_its_texts() -> None:
    request = RequestFactory().get("/")
    request.user = a_superuser()
    send = a_send()
    a_message(send)

    context = SEND_PANEL.context(send, request)

    assert context is not None
    page = reverse("admin:campaigns_send_change", args=[send.pk])
    assert [(item.change.kind.code, item.icon, item.url) for item in context["changes"]] == [
        ("message", "add_circle", page),
        ("send", "add_circle", page),
    ]
    assert context["changes_url"] == ""


def test_of_many_changes_the_newest_are_shown_and_the_rest_is_a_link_away() -> None:
    campaign = a_campaign()
    for index in range(MOST_SHOWN + 2):
        campaign.description = str(index)
        campaign.save()

    context = context_for(a_superuser(), "campaign", campaign.pk)

    assert len(context["changes"]) == MOST_SHOWN
    assert context["changes_url"].endswith(f"/changes/?kind=campaign&id={campaign.pk}")


def test_what_somebody_may_not_see_is_not_in_the_panel() -> None:
    campaign = a_campaign()

    assert context_for(a_user(), "campaign", campaign.pk)["changes"] == []


def test_what_is_gone_has_no_address() -> None:
    campaign = a_campaign()
    pk = campaign.pk
    campaign.delete()

    context = context_for(a_superuser(), "campaign", pk)

    assert [(item.change.action, item.url) for item in context["changes"]] == [
        ("deleted", ""),
        ("created", ""),
    ]
