"""The geometry of the dashboard's chart."""

import pytest

from attribution.charts import HEIGHT, WIDTH, Period, round_up, stacked_bars


def test_series_are_stacked_on_each_other() -> None:
    chart = stacked_bars([Period((300, 100), "one")], shown=str)
    below, above = chart.bars[0].parts
    assert above.y + above.height == pytest.approx(below.y, abs=0.2)
    assert below.height == pytest.approx(3 * above.height, abs=0.2)


def test_everything_stays_inside_the_picture() -> None:
    chart = stacked_bars([Period((7 * n, n), "x") for n in range(26)], shown=str)
    for bar in chart.bars:
        for part in bar.parts:
            assert 0 <= part.x <= part.x + part.width <= WIDTH
            assert 0 <= part.y <= part.y + part.height <= HEIGHT


def test_the_axis_goes_from_nothing_to_a_round_number() -> None:
    chart = stacked_bars([Period((390,), "x")], shown=str)
    assert [row.text for row in chart.rows] == ["0", "100", "200", "300", "400"]


def test_a_negative_week_is_drawn_as_nothing() -> None:
    chart = stacked_bars([Period((-50, 100), "x")], shown=str)
    assert chart.bars[0].parts[0].height == 0


def test_only_named_periods_are_labelled() -> None:
    chart = stacked_bars([Period((1,), "a", "Jun"), Period((1,), "b")], shown=str)
    assert [column.text for column in chart.columns] == ["Jun"]


@pytest.mark.parametrize(("value", "top"), [(0, 4), (4, 4), (5, 8), (9, 10), (11, 20), (81, 100)])
def test_the_top_is_the_next_round_number(value: int, top: int) -> None:
    assert round_up(value) == top
