"""`links/{id}/taps`."""

import uuid
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from tests.links.builders import make_link
from tracking.models import ClickTotal, TapBreakdown

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(django_user_model: Any) -> APIClient:
    client = APIClient()
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


def ask(client: APIClient, link: Any, **query: str) -> Any:
    return client.get(f"/api/v1/links/{link.pk}/taps", query)


def test_every_day_of_the_range_has_its_counts(client) -> None:
    link = make_link()
    ClickTotal.objects.create(link=link, date=date(2026, 6, 2), human_count=3, machine_count=1)
    TapBreakdown.objects.create(
        link=link, date=date(2026, 6, 2), dimension="os", value="iOS", human_count=3
    )
    body = ask(client, link, **{"from": "2026-06-01", "to": "2026-06-02"}).json()
    assert (body["human_taps"], body["machine_taps"]) == (3, 1)
    assert body["days"] == [
        {"date": "2026-06-01", "human_taps": 0, "machine_taps": 0},
        {"date": "2026-06-02", "human_taps": 3, "machine_taps": 1},
    ]
    assert body["breakdown"]["os"] == [{"value": "iOS", "human_taps": 3, "machine_taps": 0}]
    assert body["breakdown"]["country"] == []


@time_machine.travel("2026-06-30T12:00:00Z", tick=False)
def test_without_a_range_the_last_thirty_days_are_told(client) -> None:
    days = ask(client, make_link()).json()["days"]
    assert (len(days), days[0]["date"], days[-1]["date"]) == (30, "2026-06-01", "2026-06-30")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "2026-06-02", "to": "2026-06-01"}, "is after"),
        ({"from": "2024-01-01", "to": "2026-06-01"}, "366 days at most"),
        ({"from": "yesterday"}, "wrong format"),
    ],
)
def test_a_range_that_cannot_be_is_refused_at_its_field(client, query, words) -> None:
    answer = ask(client, make_link(), **query)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["fields"]["from"][0]["message"]


def test_an_unknown_link_is_not_found(client) -> None:
    assert client.get(f"/api/v1/links/{uuid.uuid4()}/taps").status_code == 404


def test_whoever_may_not_see_taps_is_refused(django_user_model) -> None:
    user = django_user_model.objects.create_user("bob")
    user.user_permissions.set(Permission.objects.filter(codename="view_link"))
    client = APIClient()
    client.force_login(user)
    assert ask(client, make_link()).status_code == 403
