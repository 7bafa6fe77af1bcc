"""Running sums add up entries by the cells of the reports."""

import pytest

from attribution.division import Cell, Line
from attribution.models import CreditTotal
from attribution.running_sums import add_to_totals, summed
from attribution.touches import Place
from tests.attribution.builders import rule
from tests.tracking.builders import make_channel

pytestmark = pytest.mark.django_db


def a_line(amount: int, *, touch: str = "t1", day: str = "2026-06-01") -> Line:
    place = Place(touch_id=touch, channel_id=str(make_channel().pk), touch_date="2026-05-01")
    return Line(Cell("o1", str(rule().pk), "attributed", "", day, place), amount, amount * 10)


def test_touches_of_one_cell_add_up() -> None:
    found = summed([a_line(5), a_line(7, touch="t2")], kinds={"o1": "win"})

    assert list(found.values()) == [(12, 120)]


def test_another_day_is_another_cell() -> None:
    assert len(summed([a_line(5), a_line(5, day="2026-06-02")], kinds={"o1": "win"})) == 2


def test_sums_are_added_to_what_is_there() -> None:
    add_to_totals([a_line(5)], kinds={"o1": "win"})
    add_to_totals([a_line(-2, touch="t2")], kinds={"o1": "win"})

    total = CreditTotal.objects.get()
    assert (total.amount_minor, total.count_micro, total.kind) == (3, 30, "win")


def test_a_cell_that_comes_to_nothing_is_removed() -> None:
    add_to_totals([a_line(5)], kinds={"o1": "win"})
    add_to_totals([a_line(-5)], kinds={"o1": "win"})

    assert not CreditTotal.objects.exists()
