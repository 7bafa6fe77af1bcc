"""The geometry of taps over time."""

from datetime import date, timedelta

from tracking.tap_chart import HEIGHT, SPARK_HEIGHT, WIDTH, periods_of, sparkline, stacked_bars

DAY = date(2026, 6, 15)


def test_days_without_taps_have_a_place_too() -> None:
    days = {DAY: (2, 1), DAY + timedelta(days=2): (1, 0)}
    assert [counts for _, counts in periods_of(days, start=DAY, count=4)] == [
        (2, 1), (0, 0), (1, 0), (0, 0),
    ]  # fmt: skip


def test_longer_periods_are_summed() -> None:
    days = {DAY + timedelta(days=day): (1, 2) for day in range(10)}
    assert periods_of(days, start=DAY, count=2, length=7) == [
        (DAY, (7, 14)),
        (DAY + timedelta(days=7), (3, 6)),
    ]


def test_the_highest_bar_is_as_high_as_the_chart_and_machines_stand_on_people() -> None:
    bars = stacked_bars([(DAY, (3, 1)), (DAY + timedelta(days=1), (1, 0))])
    assert bars[0].human_height + bars[0].machine_height == HEIGHT
    assert bars[0].machine_y + bars[0].machine_height == bars[0].human_y
    assert bars[1].human_height == HEIGHT / 4


def test_bars_stay_inside_the_chart() -> None:
    bars = stacked_bars([(DAY, (1, 0))] * 90)
    assert bars[-1].x + bars[-1].width <= WIDTH


def test_nothing_draws_nothing() -> None:
    assert stacked_bars([]) == []
    assert sparkline([]) == ""


def test_a_line_is_scaled_to_its_own_peak_and_lies_flat_without_taps() -> None:
    heights = [float(point.split(",")[1]) for point in sparkline([0, 5, 10]).split()]
    assert heights == [SPARK_HEIGHT - 1, SPARK_HEIGHT / 2, 1]
    flat = {point.split(",")[1] for point in sparkline([0, 0]).split()}
    assert flat == {f"{SPARK_HEIGHT - 1:.1f}"}
