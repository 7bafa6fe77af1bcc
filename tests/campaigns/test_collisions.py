"""Two sends of a channel to the same people within a few days collide."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import audience_overlaps
from campaigns.audience_overlaps import Overlap
from campaigns.collisions import Collision, collisions_among, collisions_of
from campaigns.models import Send, SendingPolicy
from tests.campaigns.builders import a_channel, a_convention, a_send

pytestmark = pytest.mark.django_db
TENTH = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_counts_recipients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_overlaps, "_counters", {})


def a_dated_send(name: str, day: int = 0, audience: str = "Lapsed trials", **fields: Any) -> Send:
    when = TENTH + timedelta(days=day)
    return a_send(name, name=name, audience=audience, **{"scheduled_at": when, **fields})


def found(send: Send, **options: Any) -> list[str]:
    return [collision.words for collision in collisions_of(send, **options)]


def test_two_sends_to_one_audience_within_the_days_collide() -> None:
    one, other = a_dated_send("one-june"), a_dated_send("other-june", day=2)

    assert collisions_of(one) == [Collision(other, 2, "same audience", 0)]
    assert collisions_of(other) == [Collision(one, -2, "same audience", 0)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (0, "On the same day as “other-june”, same audience"),
        (1, "1 day before “other-june”, same audience"),
        (-3, "3 days after “other-june”, same audience"),
    ],
)
def test_it_is_said_from_the_send_s_own_side(day: int, words: str) -> None:
    one = a_dated_send("one-june")
    a_dated_send("other-june", day=day)

    assert found(one) == [words]


def test_the_name_of_an_audience_is_read_without_case_and_spaces() -> None:
    one = a_dated_send("one-june", audience="  Lapsed  trials ")
    a_dated_send("other-june", audience="lapsed TRIALS")

    assert len(found(one)) == 1


@pytest.mark.parametrize("day", [4, -4])
def test_one_day_more_is_no_collision(day: int) -> None:
    one = a_dated_send("one-june")
    a_dated_send("other-june", day=day)

    assert not found(one)


def test_the_day_counts_and_not_the_hour() -> None:
    one = a_dated_send("one-june", scheduled_at=datetime(2026, 6, 10, 0, 1, tzinfo=UTC))
    a_dated_send("other-june", scheduled_at=datetime(2026, 6, 13, 23, 59, tzinfo=UTC))

    assert found(one) == ["3 days before “other-june”, same audience"]


def test_the_channel_s_policy_says_within_how_many_days() -> None:
    SendingPolicy.objects.update_or_create(channel=a_channel(), defaults={"collision_days": 7})
    one = a_dated_send("one-june")
    a_dated_send("other-june", day=7)

    assert len(found(one)) == 1
    assert not found(one, days=6)


def test_days_given_stand_over_the_policy() -> None:
    one = a_dated_send("one-june")
    a_dated_send("other-june", day=10)

    assert found(one, days=10) == ["10 days before “other-june”, same audience"]


@pytest.mark.parametrize("status", ["draft", "ready", "live", "done"])
def test_every_send_that_may_go_out_or_did_counts(status: str) -> None:
    one = a_dated_send("one-june")
    a_dated_send("other-june", status=status)

    assert len(found(one)) == 1


def test_a_cancelled_send_collides_with_none() -> None:
    one = a_dated_send("one-june")
    cancelled = a_dated_send("other-june", status="cancelled")

    assert not found(one)
    assert not found(cancelled)


def test_a_send_without_a_date_collides_with_none() -> None:
    one = a_dated_send("one-june", scheduled_at=None)
    a_dated_send("other-june")

    assert not found(one)


def test_a_send_that_went_live_without_a_plan_counts_from_then() -> None:
    one = a_dated_send("one-june", day=1)
    a_dated_send("other-june", scheduled_at=None, live_at=TENTH, status="live")

    assert found(one) == ["1 day after “other-june”, same audience"]


def test_another_channel_s_send_is_none_of_it() -> None:
    one = a_dated_send("one-june")
    a_dated_send("other-june", channel=a_channel("email"), convention=a_convention())

    assert not found(one)


def test_audiences_without_a_name_are_not_the_same() -> None:
    one = a_dated_send("one-june", audience="")
    a_dated_send("other-june", audience=" ")

    assert not found(one)


def test_uploaded_recipients_of_both_collide_under_any_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = a_dated_send("one-june", audience="Trials")
    other = a_dated_send("other-june", day=1, audience="Newsletter")
    shared = {(one.pk, other.pk): Overlap(1204)}
    monkeypatch.setattr(audience_overlaps, "_counters", {"test": lambda pairs: shared})

    assert found(one) == ["1 day before “other-june”, 1,204 people are in both audiences"]
    assert collisions_of(other)[0].shared == 1204


def test_the_same_name_and_the_same_people_are_both_said(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = a_dated_send("one-june"), a_dated_send("other-june", day=1)
    shared = {(one.pk, other.pk): Overlap(1)}
    monkeypatch.setattr(audience_overlaps, "_counters", {"test": lambda pairs: shared})

    assert collisions_of(one)[0].why == "same audience, 1 person is in both"


def test_an_estimate_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = a_dated_send("one-june"), a_dated_send("other-june", day=1, audience="All")
    shared = {(one.pk, other.pk): Overlap(48_000, is_estimate=True)}
    monkeypatch.setattr(audience_overlaps, "_counters", {"test": lambda pairs: shared})

    assert collisions_of(one)[0].why == "about 48,000 people are in both audiences"


def test_the_nearest_comes_first() -> None:
    one = a_dated_send("one-june")
    for name, day in (("far-june", 3), ("near-june", -1), ("same-june", 0)):
        a_dated_send(name, day=day)

    assert [hit.other.name for hit in collisions_of(one)] == ["same-june", "near-june", "far-june"]


def test_a_range_finds_what_each_send_finds_alone() -> None:
    sends = [
        a_dated_send(f"send-{day}-june", day=day, audience=f"Audience {day % 3}")
        for day in range(9)
    ]
    outside = a_dated_send("outside-june", day=10, audience="Audience 1")

    among = collisions_among(sends)

    assert among == {send.pk: hits for send in sends if (hits := collisions_of(send))}
    assert outside.pk not in among
    assert [hit.other for hit in among[sends[7].pk]] == [outside, sends[4]]


def test_many_sends_cost_as_many_queries_as_two() -> None:
    def queries(sends: list[Send]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert collisions_among(sends)
        return len(captured)

    few = [a_dated_send(f"few-{day}-june", day=day) for day in range(2)]
    many = [*few, *(a_dated_send(f"many-{day}-june", day=day) for day in range(20))]

    assert queries(few) == queries(many) == 2
