"""The planning and link pages of the menu: they open empty, and cost the same for 2 and for 20."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Spend
from campaigns.services import suppress_phone
from tests.campaigns.builders import NOW, a_campaign, a_channel, a_message, a_send, a_superuser
from tests.links.builders import make_check, make_link

pytestmark = pytest.mark.django_db

LISTS = [
    "campaigns_campaign",
    "campaigns_send",
    "campaigns_namingconvention",
    "campaigns_spend",
    "campaigns_suppression",
    "campaigns_sendingpolicy",
    "campaigns_channel",
    "links_link",
    "links_linkcheck",
    "links_domain",
]
PAGES = [
    *(f"admin:{model}_changelist" for model in LISTS),
    "admin:campaigns_calendar",
    "admin:campaigns_linter",
    "admin:campaigns_changes",
]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(a_superuser())
    return client


def plan(numbers: range) -> None:
    """Store sends of one audience, a day apart, each with all that belongs to it."""
    for number in numbers:
        send = a_send(
            f"trial-{number}-june",
            name=f"Trial {number}",
            campaign=a_campaign(f"Campaign {number}"),
            audience="Lapsed trials",
            scheduled_at=NOW + timedelta(days=number),
        )
        link = make_link(code=f"k7Qm2{number:02}", send=send, message=a_message(send))
        make_check(link)
        Spend.objects.create(
            platform="twilio", external_id=str(number), date=NOW, channel=a_channel(),
            send=send, amount_minor=100, currency="USD",
        )  # fmt: skip
        suppress_phone(phone=f"+14155550{100 + number}", reason="opted out", send=send, now=NOW)


def queries_of(client: Client, page: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(page)).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_menu_opens_empty(client: Client, page: str) -> None:
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_number_of_queries_with_2_sends_and_with_20(
    client: Client, page: str
) -> None:
    plan(range(2))
    queries_of(client, page)
    few = queries_of(client, page)
    plan(range(2, 20))
    many = queries_of(client, page)
    assert len(many) == len(few) <= 40, many
