"""What a channel's sending policy asks of a send."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigns.models import Send, SendingPolicy
from campaigns.policy_checks import policy_checks
from campaigns.preflight import CheckResult, Level
from campaigns.services import approve_send
from tests.campaigns.builders import NOW, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)


def found(send: Send, now: datetime = NOW) -> dict[str, CheckResult]:
    return {result.code: result for result in policy_checks(send, now)}


def policy(**fields: Any) -> None:
    SendingPolicy.objects.filter(channel__slug="sms").update(**fields)


def test_by_day_without_a_rate_there_are_only_hints() -> None:
    results = found(a_send())

    assert set(results) == {"quiet-hours-kept", "cost-unknown"}
    assert {result.level for result in results.values()} == {Level.OK}


def test_a_channel_without_a_policy_keeps_to_the_usual_one() -> None:
    SendingPolicy.objects.all().delete()

    results = found(a_send(), NIGHT)

    assert results["quiet-hours"].level == Level.WARNING
    assert results["cost-unknown"].fix_url.startswith(
        "/admin/campaigns/sendingpolicy/add/?channel="
    )


def test_without_the_approval_that_is_asked_for_it_does_not_go_live() -> None:
    policy(needs_approval=True)

    result = found(a_send(status="ready"))["approval-missing"]

    assert result.level == Level.ERROR
    assert result.message.startswith("Needs a second person’s approval: ask somebody")


def test_an_approval_that_holds_is_told() -> None:
    policy(needs_approval=True)
    send = a_send(status="ready")
    approve_send(send=send, by=a_user("bob", "campaigns.approve_send"), note="", now=NOW)

    result = found(send)["approval"]

    assert (result.level, result.message) == (Level.OK, "bob approved it on 1 June 2026 12:00.")


def test_an_approval_of_something_else_is_void() -> None:
    policy(needs_approval=True)
    send = a_send(status="ready")
    approve_send(send=send, by=a_user("bob", "campaigns.approve_send"), note="", now=NOW)
    send.audience = "Everybody"

    result = found(send)["approval-void"]

    assert result.level == Level.ERROR
    assert "it changed since the approval by bob on 1 June 2026 12:00" in result.message


def test_what_went_out_before_the_policy_asked_needs_none() -> None:
    policy(needs_approval=True)

    assert set(found(a_send(status="live"))) == {"cost-unknown"}


def test_the_approval_of_a_user_who_is_gone_still_holds() -> None:
    policy(needs_approval=True)
    send, bob = a_send(status="ready"), a_user("bob", "campaigns.approve_send")
    approve_send(send=send, by=bob, note="", now=NOW)
    bob.delete()

    assert found(send)["approval"].message.startswith("Somebody who is gone approved it")


def test_a_planned_time_in_the_night_is_a_warning_that_says_when_instead() -> None:
    send = a_send(scheduled_at=datetime(2026, 6, 3, 21, 0, tzinfo=UTC))

    result = found(send)["quiet-hours"]

    assert result.level == Level.WARNING
    assert result.message == (
        "The planned time is in the quiet hours of its recipients, 21:00–08:00 in UTC. "
        "It may go out from 08:00 on 4 June 2026."
    )


def test_the_recipients_time_zone_wins_over_the_policys() -> None:
    policy(time_zone="America/New_York")
    at_night_in_berlin = datetime(2026, 6, 3, 20, 0, tzinfo=UTC)

    assert "quiet-hours-kept" in found(a_send("one-june", scheduled_at=at_night_in_berlin))
    send = a_send("two-june", scheduled_at=at_night_in_berlin, time_zone="Europe/Berlin")
    assert "in Europe/Berlin" in found(send)["quiet-hours"].message


@pytest.mark.parametrize("planned", [None, NIGHT - timedelta(days=1, hours=12)])
def test_without_a_time_to_come_the_present_one_counts(planned: datetime | None) -> None:
    result = found(a_send(scheduled_at=planned), NIGHT)["quiet-hours"]

    assert result.message.startswith("Now it would go out in the quiet hours")


def test_the_words_of_a_night_do_not_change_with_the_minutes() -> None:
    send = a_send()

    early, late = found(send, NIGHT), found(send, NIGHT + timedelta(hours=3))

    assert early["quiet-hours"] == late["quiet-hours"]


def test_where_the_policy_says_so_the_night_is_an_error() -> None:
    policy(quiet_hours_block=True)

    assert found(a_send(), NIGHT)["quiet-hours"].level == Level.ERROR


def test_without_quiet_hours_nothing_is_said_of_them() -> None:
    policy(quiet_from=None, quiet_until=None)

    assert set(found(a_send(), NIGHT)) == {"cost-unknown"}


def test_what_is_out_is_not_judged_by_the_hour() -> None:
    assert "quiet-hours" not in found(a_send(status="live"), NIGHT)


def test_an_unknown_time_zone_is_left_to_the_plans_own_check() -> None:
    assert set(found(a_send(time_zone="Mars/Olympus"), NIGHT)) == {"cost-unknown"}


def test_quiet_hours_over_noon_count_too() -> None:
    policy(quiet_from=time(11), quiet_until=time(13))

    assert found(a_send())["quiet-hours"].level == Level.WARNING


def test_the_cost_is_estimated_from_the_texts_that_go_out() -> None:
    policy(segment_rate=Decimal("0.0083"), currency="EUR")
    send = a_send(audience_size=1000)
    a_message(send, utm_content="version-a", retired_at=NOW)
    a_message(send, utm_content="version-b")

    assert found(send)["cost"].message == "About €8.30 for 1,000 segments at 0.0083 EUR each."


def test_without_a_rate_the_policys_field_is_named() -> None:
    row = SendingPolicy.objects.get(channel__slug="sms")

    assert found(a_send())["cost-unknown"].fix_url == (
        f"/admin/campaigns/sendingpolicy/{row.pk}/change/#id_segment_rate"
    )
