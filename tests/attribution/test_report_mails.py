"""Report mails in the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import ReportDelivery, ReportSchedule
from attribution.report_schedules import unsubscribe
from tests.attribution.builders import NOW
from tests.attribution.kept_reports import a_reader, a_schedule, a_view
from tests.campaigns.builders import a_superuser, a_user, signed_in

pytestmark = pytest.mark.django_db
LIST = reverse("admin:attribution_reportschedule_changelist")
FORM = {
    "frequency": "daily",
    "weekday": "",
    "month_day": "",
    "time_of_day": "09:30",
    "time_zone": "Europe/Berlin",
    "format": "csv",
    "is_active": "on",
}


def page(schedule: ReportSchedule) -> str:
    return reverse("admin:attribution_reportschedule_change", args=[schedule.pk])


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def ada() -> Any:
    return a_reader()


def test_the_empty_list_says_where_mails_are_set_up(ada: Any) -> None:
    assert "<strong>Mail me this</strong>" in text(signed_in(ada), LIST)


def test_a_person_sees_what_they_made_or_receive(ada: Any) -> None:
    bob = a_reader("bob")
    a_schedule(a_view(ada, name="From ada"), recipients=[ada, bob])
    a_schedule(a_view(ada, name="For ada only"))
    shown = text(signed_in(bob), LIST)
    assert "From ada" in shown
    assert "For ada only" not in shown
    assert "For ada only" in text(signed_in(a_superuser()), LIST)


def test_the_list_costs_the_same_for_more_rows(ada: Any) -> None:
    client = signed_in(ada)
    a_schedule(a_view(ada))
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(18):
        a_schedule(a_view(ada, name=f"View {number}"))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few) <= 40


def test_its_maker_changes_times_and_recipients(ada: Any) -> None:
    bob, schedule = a_reader("bob"), a_schedule(a_view(ada))
    answer = signed_in(ada).post(page(schedule), {**FORM, "readers": [ada.pk, bob.pk]})
    assert answer.status_code == 302, answer.context["errors"]
    schedule.refresh_from_db()
    assert (schedule.frequency, schedule.weekday, schedule.format) == ("daily", None, "csv")
    assert {one.user for one in schedule.recipients.all()} == {ada, bob}


def test_times_that_do_not_fit_are_refused_beside_their_field(ada: Any) -> None:
    schedule = a_schedule(a_view(ada))
    body = {**FORM, "frequency": "weekly", "readers": [ada.pk]}
    answer = signed_in(ada).post(page(schedule), body)
    assert "Choose the day of the week." in answer.content.decode()


def test_somebody_without_an_address_cannot_be_chosen(ada: Any) -> None:
    bob, schedule = a_reader("bob", email=""), a_schedule(a_view(ada))
    answer = signed_in(ada).post(page(schedule), {**FORM, "readers": [bob.pk]})
    assert "not one of the available choices" in answer.content.decode()


def test_a_receiver_looks_and_changes_nothing(ada: Any) -> None:
    bob = a_reader("bob")
    schedule = a_schedule(a_view(ada), recipients=[ada, bob])
    client = signed_in(bob)
    assert "ada, bob" in text(client, page(schedule))
    assert client.post(page(schedule), {**FORM, "readers": [bob.pk]}).status_code == 403
    delete = reverse("admin:attribution_reportschedule_delete", args=[schedule.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_its_maker_ends_it(ada: Any) -> None:
    schedule = a_schedule(a_view(ada))
    delete = reverse("admin:attribution_reportschedule_delete", args=[schedule.pk])
    assert signed_in(ada).post(delete, {"post": "yes"}).status_code == 302
    assert not ReportSchedule.objects.exists()


def test_how_every_mail_went_is_shown(ada: Any) -> None:
    schedule = a_schedule(a_view(ada))
    recipient = schedule.recipients.get()
    ReportDelivery.objects.create(
        recipient=recipient,
        due_at=NOW,
        status="waiting",
        attempts=2,
        next_attempt_at=NOW + timedelta(minutes=5),
        problem="The mail server refused it: later",
    )
    unsubscribe(recipient=recipient, now=NOW)
    shown = text(signed_in(ada), page(schedule))
    assert "The mail server refused it: later" in shown
    assert "2, again 12:05" in shown
    assert "ada unsubscribed on 2026-06-15." in shown
    assert "Waiting" in text(signed_in(ada), LIST)


def test_whoever_may_not_read_reports_sees_no_mails() -> None:
    assert signed_in(a_user("carl")).get(LIST).status_code == 403
