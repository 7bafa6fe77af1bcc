"""The calendar's bar chart of recipients per week."""

from itertools import pairwise

import pytest

from campaigns.recipients_chart import WIDTH, bars_of, brief


def test_the_highest_bar_fills_the_chart_and_the_others_keep_their_proportion() -> None:
    low, high = bars_of([("1–7 Jun", 250, False), ("8–14 Jun", 1000, True)])

    assert low.height * 4 == high.height
    assert low.y + low.height == high.y + high.height
    assert (high.label, high.is_now, high.figure) == ("8–14 Jun", True, "1k")


def test_bars_stand_side_by_side_inside_the_chart() -> None:
    bars = bars_of([(str(week), week, False) for week in range(1, 7)])

    assert all(one.x + one.width < other.x for one, other in pairwise(bars))
    assert bars[-1].x + bars[-1].width < WIDTH
    assert bars[0].x < bars[0].middle < bars[0].x + bars[0].width


@pytest.mark.parametrize("values", [[], [("1–7 Jun", 0, False)]])
def test_without_recipients_there_is_no_chart(values: list[tuple[str, int, bool]]) -> None:
    assert bars_of(values) == []


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (840, "840"), (1000, "1k"), (12_440, "12.4k"), (1_250_000, "1.2M")],
)
def test_figures_are_brief(number: int, text: str) -> None:
    assert brief(number) == text
