"""When a send reaches its recipients, by the clock on their wall."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from campaigns.models import Send, SendingPolicy
from campaigns.planned_times import PlannedTime, planned_time

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def planned(policy: SendingPolicy | None = None, **fields: Any) -> PlannedTime:
    found = planned_time(Send(scheduled_at=NOON, **fields), policy)
    assert found is not None
    return found


def test_it_is_told_in_the_recipients_own_zone() -> None:
    found = planned(time_zone="America/New_York")

    assert (found.shown, found.place) == ("Wednesday, 10 June 2026, 08:00", "New York")
    assert found.is_own_zone


def test_without_one_the_policys_zone_counts() -> None:
    found = planned(SendingPolicy(time_zone="Asia/Tokyo"))

    assert (f"{found.at:%H:%M}", found.place, found.is_own_zone) == ("21:00", "Tokyo", False)


def test_without_any_it_is_the_installations() -> None:
    assert planned().zone == "UTC"


@pytest.mark.parametrize(("zone", "quiet"), [("Asia/Tokyo", "21:00–08:00"), ("UTC", "")])
def test_quiet_hours_are_said(zone: str, quiet: str) -> None:
    policy = SendingPolicy(quiet_from=time(21), quiet_until=time(8))

    assert planned(policy, time_zone=zone).quiet == quiet


def test_a_policy_without_quiet_hours_has_none() -> None:
    policy = SendingPolicy(quiet_from=None, quiet_until=None)

    assert planned(policy, time_zone="Asia/Tokyo").quiet == ""


def test_nothing_is_said_without_a_planned_time_or_in_an_unknown_zone() -> None:
    assert planned_time(Send(), None) is None
    assert planned_time(Send(scheduled_at=NOON, time_zone="Mars/Base"), None) is None
