"""Schedules of report mails: made, changed, refused, ended by their readers."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import IntegrityError

from attribution.models import ReportSchedule, ScheduleRecipient
from attribution.report_schedules import (
    NotYourScheduleError,
    ScheduleRefusedError,
    UnknownSubscriptionError,
    change_schedule,
    in_words,
    schedule_report,
    subscription,
    subscription_token,
    unsubscribe,
)
from tests.attribution.builders import NOW
from tests.attribution.kept_reports import MONDAY_8, a_reader, a_schedule, a_view
from tests.campaigns.builders import a_superuser

pytestmark = pytest.mark.django_db


def test_it_is_due_by_the_clock_of_its_place() -> None:
    assert a_schedule().next_due_at == datetime(2026, 6, 22, 6, 0, tzinfo=UTC)


def test_the_day_that_its_frequency_does_not_need_is_dropped() -> None:
    schedule = a_schedule(frequency="daily", weekday=3, month_day=4)
    assert (schedule.weekday, schedule.month_day) == (None, None)


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({"frequency": "hourly"}, "frequency"),
        ({"weekday": None}, "weekday"),
        ({"weekday": 7}, "weekday"),
        ({"frequency": "monthly", "month_day": None}, "month_day"),
        ({"frequency": "monthly", "month_day": 32}, "month_day"),
        ({"time_of_day": None}, "time_of_day"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"format": "pdf"}, "format"),
    ],
)
def test_times_that_do_not_fit_are_refused(when: dict[str, Any], field: str) -> None:
    with pytest.raises(ScheduleRefusedError) as caught:
        a_schedule(**when)
    assert caught.value.field == field
    assert not ReportSchedule.objects.exists()


def test_the_database_refuses_a_weekly_schedule_without_its_day() -> None:
    schedule = a_schedule()
    with pytest.raises(IntegrityError):
        ReportSchedule.objects.filter(pk=schedule.pk).update(weekday=None)


def test_somebodys_private_view_is_not_there_for_others() -> None:
    view, bob = a_view(), a_reader("bob")
    with pytest.raises(ScheduleRefusedError, match="There is no view “June” for you"):
        schedule_report(view=view, by=bob, recipients=[bob], now=NOW, **MONDAY_8)


def test_a_shared_view_can_be_scheduled_by_others() -> None:
    bob = a_reader("bob")
    view = a_view(is_shared=True)
    assert (
        schedule_report(view=view, by=bob, recipients=[bob], now=NOW, **MONDAY_8).created_by == bob
    )


def test_it_needs_a_recipient() -> None:
    view = a_view()
    with pytest.raises(ScheduleRefusedError, match="Name at least one recipient"):
        schedule_report(view=view, by=view.owner, recipients=[], now=NOW, **MONDAY_8)


@pytest.mark.parametrize("fields", [{"email": ""}, {"is_active": False}])
def test_a_recipient_that_cannot_be_written_to_is_refused(fields: dict[str, Any]) -> None:
    view = a_view()
    with pytest.raises(ScheduleRefusedError, match="bob cannot be written to"):
        a_schedule(view, recipients=[a_reader("bob", **fields)])


def test_only_its_maker_changes_it() -> None:
    schedule = a_schedule()
    with pytest.raises(NotYourScheduleError, match="set up by ada"):
        change_schedule(schedule=schedule, by=a_reader("bob"), now=NOW, time_of_day=time(9))


def test_whoever_runs_the_installation_may_change_it() -> None:
    schedule = change_schedule(
        schedule=a_schedule(), by=a_superuser(), now=NOW, time_of_day=time(9)
    )
    assert schedule.next_due_at == datetime(2026, 6, 22, 7, 0, tzinfo=UTC)


def test_recipients_are_replaced_and_keep_their_leave() -> None:
    schedule = a_schedule()
    ada, bob = schedule.created_by, a_reader("bob")
    unsubscribe(recipient=schedule.recipients.get(), now=NOW)
    change_schedule(schedule=schedule, by=ada, now=NOW, recipients=[ada, bob])
    left = {one.user: one.unsubscribed_at for one in schedule.recipients.all()}
    assert left == {ada: NOW, bob: None}
    change_schedule(schedule=schedule, by=ada, now=NOW, recipients=[bob])
    assert [one.user for one in schedule.recipients.all()] == [bob]


def test_a_token_names_its_recipient() -> None:
    recipient = a_schedule().recipients.get()
    assert subscription(subscription_token(recipient)) == recipient


def test_a_damaged_token_names_nobody() -> None:
    token = subscription_token(a_schedule().recipients.get())
    with pytest.raises(UnknownSubscriptionError):
        subscription(token[:-1] + ("A" if token[-1] != "A" else "B"))


def test_a_token_of_a_schedule_that_is_gone_names_nobody() -> None:
    token = subscription_token(a_schedule().recipients.get())
    ReportSchedule.objects.all().delete()
    with pytest.raises(UnknownSubscriptionError):
        subscription(token)


def test_leaving_twice_keeps_the_first_moment() -> None:
    recipient = a_schedule().recipients.get()
    unsubscribe(recipient=recipient, now=NOW)
    unsubscribe(recipient=recipient, now=datetime.now(UTC))
    assert ScheduleRecipient.objects.get().unsubscribed_at == NOW


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({}, "every Monday at 08:00 (Europe/Berlin)"),
        ({"frequency": "daily"}, "every day at 08:00 (Europe/Berlin)"),
        (
            {"frequency": "monthly", "month_day": 31},
            "on the last day of every month at 08:00 (Europe/Berlin)",
        ),
        (
            {"frequency": "monthly", "month_day": 2},
            "on day 2 of every month at 08:00 (Europe/Berlin)",
        ),
    ],
)
def test_it_says_when_it_comes(when: dict[str, Any], words: str) -> None:
    assert in_words(a_schedule(**when)) == words
