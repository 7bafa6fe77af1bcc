"""Taps lie in the partition of the month in which their id was drawn."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from tests.tracking.click_builders import a_click, an_id
from tracking.models import Click
from tracking.partitions import (
    OTHER,
    Month,
    is_partitioned,
    make_partitions,
    months,
)

pytestmark = pytest.mark.django_db

FAR = datetime(2101, 5, 20, 8, 30, tzinfo=UTC)


def partition_of(click: Click) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM tracking_click WHERE id=%s", [click.pk]
        )
        found: Any = cursor.fetchone()
        return str(found[0])


def test_migrating_makes_this_month_and_the_two_after_it() -> None:
    present = Month.of(datetime.now(UTC))

    assert is_partitioned()
    assert {present, present.plus(1), present.plus(2)} <= set(months())


def test_a_new_tap_lies_in_its_month() -> None:
    assert partition_of(a_click()) == Month.of(datetime.now(UTC)).partition


def test_a_tap_of_no_known_month_lies_among_the_others() -> None:
    assert partition_of(a_click(id=an_id(FAR))) == OTHER


def test_taps_among_the_others_move_into_their_month_when_it_is_made() -> None:
    inside = a_click(id=an_id(FAR))
    later = a_click(id=an_id(datetime(2101, 9, 1, tzinfo=UTC)))

    made = make_partitions(now=FAR)

    assert made == [Month(2101, 5), Month(2101, 6), Month(2101, 7)]
    assert partition_of(inside) == "tracking_click_2101_05"
    assert partition_of(later) == OTHER
    assert Click.objects.get(pk=inside.pk) == inside


def test_making_them_again_makes_nothing() -> None:
    make_partitions(now=FAR)

    assert make_partitions(now=FAR) == []


def test_the_first_and_the_last_millisecond_lie_on_either_side_of_midnight() -> None:
    make_partitions(now=FAR)
    last = a_click(id=an_id(datetime(2101, 5, 31, 23, 59, 59, 999_000, tzinfo=UTC)))
    first = a_click(id=an_id(datetime(2101, 6, 1, tzinfo=UTC)))

    assert partition_of(last) == "tracking_click_2101_05"
    assert partition_of(first) == "tracking_click_2101_06"


def test_an_id_is_met_once_over_all_months() -> None:
    click = a_click()

    assert Click.objects.bulk_create([click], ignore_conflicts=True) == [click]
    assert Click.objects.filter(pk=click.pk).count() == 1


@pytest.mark.parametrize(
    ("months_later", "expected"),
    [(0, (2026, 11)), (2, (2027, 1)), (-11, (2025, 12)), (-13, (2025, 10))],
)
def test_months_are_counted_over_the_turn_of_the_year(
    months_later: int, expected: tuple[int, int]
) -> None:
    assert Month(2026, 11).plus(months_later) == Month(*expected)


def test_a_month_is_named_in_words() -> None:
    assert str(Month(2026, 3)) == "March 2026"
