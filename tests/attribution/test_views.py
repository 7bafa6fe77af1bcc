"""Ending the mails of a scheduled report without signing in."""

import pytest
from django.test import Client
from django.urls import reverse

from attribution.models import ScheduleRecipient
from attribution.report_schedules import subscription_token
from tests.attribution.kept_reports import a_schedule

pytestmark = pytest.mark.django_db


def the_way_out() -> str:
    token = subscription_token(a_schedule().recipients.get())
    return reverse("report-mail-unsubscribe", args=[token])


def has_left() -> bool:
    return ScheduleRecipient.objects.get().unsubscribed_at is not None


def test_opening_the_link_only_asks() -> None:
    answer = Client().get(the_way_out())
    assert "End these mails?" in answer.content.decode()
    assert not has_left()


def test_pressing_the_button_ends_them() -> None:
    answer = Client().post(the_way_out())
    assert "You get no more of these mails" in answer.content.decode()
    assert has_left()


def test_a_mail_program_ends_them_by_itself() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(the_way_out(), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert has_left()


def test_a_second_time_says_the_same() -> None:
    way = the_way_out()
    Client().post(way)
    assert "You get no more of these mails" in Client().get(way).content.decode()


def test_a_damaged_link_ends_nothing() -> None:
    answer = Client().post(the_way_out()[:-3] + "xyz")
    assert answer.status_code == 404
    assert "ends no mails" in answer.content.decode()
    assert not has_left()


def test_other_verbs_are_refused() -> None:
    assert Client().delete(the_way_out()).status_code == 405
