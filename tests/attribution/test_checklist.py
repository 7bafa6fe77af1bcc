"""The checklist: six steps, open to all staff, at a constant price."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution import checklist
from attribution.checklist_lines import State
from tests.attribution.builders import NOW, a_tap, make_identity
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db


def test_there_are_six_steps() -> None:
    assert [one.number for one in checklist.build(now=NOW)] == [1, 2, 3, 4, 5, 6]


def test_a_new_installation_contradicts_nothing() -> None:
    states = {one.state for one in checklist.build(now=NOW)}
    assert State.BROKEN not in states


def test_every_member_of_staff_may_read_it() -> None:
    client = Client()
    client.force_login(a_user("bob"))
    assert client.get(reverse("admin:attribution_checklist")).status_code == 200


def test_nobody_else_may() -> None:
    assert Client().get(reverse("admin:attribution_checklist")).status_code == 302


def test_it_costs_the_same_number_of_queries_with_2_sends_and_with_20() -> None:
    tell_story()
    with CaptureQueriesContext(connection) as few:
        checklist.build(now=NOW)
    for number in range(18):
        send = a_live_send(f"more-{number}")
        a_tap(make_identity(), days=3, send=send, campaign=send.campaign)
    with CaptureQueriesContext(connection) as many:
        checklist.build(now=NOW)
    assert len(many) == len(few) < 40
