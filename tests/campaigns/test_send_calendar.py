"""What the calendar of sends shows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import audience_overlaps
from campaigns.calendar_weeks import weeks_from
from campaigns.models import Send, SendingPolicy
from campaigns.money import Money
from campaigns.send_calendar import MOST_UNDATED, PlannedSend, SendCalendar, build_calendar
from tests.campaigns.builders import NOW, a_channel, a_message, a_send

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)
TUESDAY = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_counts_recipients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_overlaps, "_counters", {})


@pytest.fixture(autouse=True)
def _policy() -> None:
    SendingPolicy.objects.update_or_create(
        channel=a_channel(), defaults={"segment_rate": "0.01", "time_zone": ""}
    )


def a_dated_send(name: str = "one-june", **fields: Any) -> Send:
    given = {"scheduled_at": TUESDAY, "audience": name, "audience_size": 100, **fields}
    return a_send(name, name=name, **given)


def built(sends: Any = None) -> SendCalendar:
    wanted = Send.objects.all() if sends is None else sends
    return build_calendar(weeks=weeks_from(MONDAY, 6), sends=wanted, now=NOW)


def planned(calendar: SendCalendar) -> list[PlannedSend]:
    return [one for week in calendar.weeks for day in week.days for one in day.sends]


def test_a_send_stands_on_its_day() -> None:
    send = a_dated_send()

    week = built().weeks[0]

    assert [one.send for one in week.days[1].sends] == [send]
    assert not any(day.sends for day in week.days if day.date.day != 2)


def test_a_day_s_sends_stand_in_the_order_of_their_times() -> None:
    a_dated_send("late-june", scheduled_at=TUESDAY + timedelta(hours=3))
    a_dated_send("early-june")

    assert [one.send.name for one in planned(built())] == ["early-june", "late-june"]


@pytest.mark.parametrize("moment", ["2026-05-31T23:59:59Z", "2026-07-13T00:00:00Z"])
def test_a_send_of_another_week_is_not_there(moment: str) -> None:
    a_dated_send(scheduled_at=datetime.fromisoformat(moment))

    calendar = built()

    assert calendar.is_empty
    assert not planned(calendar)


def test_a_send_without_a_plan_stands_where_it_went_live() -> None:
    a_dated_send(scheduled_at=None, live_at=TUESDAY, status="live")

    calendar = built()

    assert calendar.weeks[0].days[1].sends
    assert not calendar.undated


def test_the_days_are_the_installation_s(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    a_dated_send(scheduled_at=datetime(2026, 6, 2, 20, 0, tzinfo=UTC))

    (week, *_) = built().weeks

    assert [day.date.day for day in week.days if day.sends] == [3]


@pytest.mark.parametrize(
    ("zone", "hour", "clock"),
    [
        ("", 9, "09:00"),
        ("UTC", 9, "09:00"),
        ("America/New_York", 9, "05:00 EDT"),
        ("America/Los_Angeles", 3, "Mon 20:00 PDT"),
        ("Atlantis/Capital", 9, "09:00"),
    ],
)
def test_the_time_is_on_the_recipients_clock(zone: str, hour: int, clock: str) -> None:
    a_dated_send(time_zone=zone, scheduled_at=TUESDAY.replace(hour=hour))

    assert planned(built())[0].clock == clock


def test_a_send_that_names_no_zone_has_its_channel_s() -> None:
    SendingPolicy.objects.filter(channel=a_channel()).update(time_zone="Europe/Berlin")
    a_dated_send()

    assert planned(built())[0].clock == "11:00 CEST"


def test_a_week_adds_up_what_goes_out() -> None:
    for name in ("one-june", "other-june"):
        a_message(a_dated_send(name))
    a_dated_send("cancelled-june", status="cancelled")

    week = built().weeks[0]

    assert (len(week.counted), week.recipients) == (2, 200)
    assert week.costs == [Money(200, "USD")]


def test_a_cost_noted_when_it_went_live_stands() -> None:
    a_message(a_dated_send(planned_cost_minor=777, planned_cost_currency="EUR"))

    assert built().weeks[0].costs == [Money(777, "EUR")]


def test_a_send_without_a_text_or_rate_has_no_cost() -> None:
    a_dated_send("no-text-june")
    assert built().weeks[0].costs == []

    SendingPolicy.objects.filter(channel=a_channel()).update(segment_rate=None)
    a_message(a_dated_send("no-rate-june"))
    assert built().weeks[0].costs == []


def test_collisions_are_found_also_with_sends_that_are_not_shown() -> None:
    shown = a_dated_send("shown-june", audience="Trials")
    a_dated_send("hidden-june", audience="Trials", scheduled_at=TUESDAY + timedelta(days=1))

    calendar = built(Send.objects.filter(pk=shown.pk))

    assert [hit.words for hit in planned(calendar)[0].collisions] == [
        "1 day before “hidden-june”, same audience"
    ]
    assert calendar.colliding == 1


def test_today_and_this_week_are_known() -> None:
    first, second, *_ = built().weeks

    assert (first.is_this_week, second.is_this_week) == (True, False)
    assert [day.date.day for day in first.days if day.is_today] == [1]


def test_open_sends_without_a_date_stand_aside() -> None:
    draft = a_dated_send("draft-june", scheduled_at=None)
    a_dated_send("over-june", scheduled_at=None, status="cancelled")

    calendar = built()

    assert (calendar.undated, calendar.undated_count) == ([draft], 1)


def test_of_many_without_a_date_some_are_shown_and_all_counted() -> None:
    for index in range(MOST_UNDATED + 2):
        a_dated_send(f"draft-{index}-june", scheduled_at=None)

    calendar = built()

    assert (len(calendar.undated), calendar.undated_count) == (MOST_UNDATED, MOST_UNDATED + 2)


def test_many_sends_cost_as_many_queries_as_two() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert not built().is_empty
        return len(captured)

    for index in range(2):
        a_message(a_dated_send(f"few-{index}-june", audience="Trials"))
    few = queries()
    for index in range(20):
        a_message(a_dated_send(f"many-{index}-june", audience="Trials"))

    assert queries() == few <= 8
