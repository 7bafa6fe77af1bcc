"""Quiet hours by the clock on the recipients' wall."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.quiet_hours import QuietHours, UnknownTimeZoneError, zone_named

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(21), time(8), BERLIN)
NOON = QuietHours(time(12), time(13), BERLIN)


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("hours", "clock", "is_quiet"),
    [
        (NIGHT, (20, 59), False),
        (NIGHT, (21, 0), True),
        (NIGHT, (0, 0), True),
        (NIGHT, (7, 59), True),
        (NIGHT, (8, 0), False),
        (NOON, (11, 59), False),
        (NOON, (12, 30), True),
        (NOON, (13, 0), False),
        (QuietHours(time(9), time(9), BERLIN), (9, 0), False),
    ],
)
def test_the_hours_begin_with_their_start_and_end_before_their_end(
    hours: QuietHours, clock: tuple[int, int], is_quiet: bool
) -> None:
    assert hours.cover(berlin(2026, 6, 1, *clock)) is is_quiet


def test_the_clock_is_the_recipients_not_ours() -> None:
    moment = datetime(2026, 6, 1, 19, 30, tzinfo=UTC)

    assert NIGHT.cover(moment)
    assert not QuietHours(time(21), time(8), ZoneInfo("America/New_York")).cover(moment)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        (berlin(2026, 6, 1, 22, 0), berlin(2026, 6, 2, 8, 0)),
        (berlin(2026, 6, 2, 3, 0), berlin(2026, 6, 2, 8, 0)),
        (berlin(2026, 6, 2, 9, 0), berlin(2026, 6, 2, 9, 0)),
        # The night in which the clocks go forward is an hour shorter
        (berlin(2026, 3, 28, 23, 0), berlin(2026, 3, 29, 8, 0)),
    ],
)
def test_a_send_may_go_out_when_the_quiet_is_over(moment: datetime, end: datetime) -> None:
    assert NIGHT.end_after(moment) == end


def test_an_end_that_the_clock_change_skips_is_the_next_time_there_is() -> None:
    hours = QuietHours(time(21), time(2, 30), BERLIN)

    assert hours.end_after(berlin(2026, 3, 29, 1, 0)).astimezone(UTC) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_an_end_that_the_clock_change_repeats_is_the_second_one() -> None:
    hours = QuietHours(time(21), time(2, 30), BERLIN)

    assert hours.end_after(berlin(2026, 10, 25, 1, 0)).astimezone(UTC) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  (Hypothesis adds the zone)
    starts=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_the_end_is_never_quiet_never_past_and_within_a_day(
    moment: datetime, starts: time, ends: time, zone: str
) -> None:
    hours = QuietHours(starts, ends, ZoneInfo(zone))

    end = hours.end_after(moment).astimezone(UTC)

    assert not hours.cover(end)
    assert moment <= end <= moment + timedelta(hours=25)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "europe/berlin", "../etc/passwd", "CEST"])
def test_a_name_that_no_zone_has_is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZoneError, match="write one such as Europe/Berlin"):
        zone_named(name)
