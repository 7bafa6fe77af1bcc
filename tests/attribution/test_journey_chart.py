"""Touches as dots on a line of time."""

from datetime import UTC, datetime, timedelta

from attribution.journey_chart import WIDTH, Milestone, Point, journey_chart

START = datetime(2026, 6, 1, tzinfo=UTC)


def a_point(days: float, **fields: object) -> Point:
    return Point(START + timedelta(days=days), "#123456", "hint", **fields)  # type: ignore[arg-type]


def test_the_line_reaches_from_the_first_touch_to_the_outcome() -> None:
    chart = journey_chart([a_point(0), a_point(5)], [Milestone(START + timedelta(days=10), "Win")])
    assert chart is not None
    assert [dot.x for dot in chart.dots] == [chart.left, WIDTH / 2]
    assert chart.milestones[0].x == chart.right
    assert chart.ends == (START, START + timedelta(days=10))


def test_touches_of_one_time_are_stacked() -> None:
    chart = journey_chart([a_point(0), a_point(0), a_point(9)], [])
    assert chart is not None
    assert [dot.y for dot in chart.dots] == [96.0, 81.0, 96.0]


def test_anchors_are_named_above_their_touch() -> None:
    chart = journey_chart([a_point(0, marks="first"), a_point(9, marks="last")], [])
    assert chart is not None
    assert [(mark.text, mark.anchor) for mark in chart.marks] == [
        ("first", "start"),
        ("last", "end"),
    ]
    assert all(mark.y < mark.stem for mark in chart.marks)


def test_names_of_neighbours_do_not_cover_each_other() -> None:
    points = [a_point(0), a_point(4, marks="lead"), a_point(4.1, marks="opportunity"), a_point(9)]
    chart = journey_chart(points, [])
    assert chart is not None
    assert len({mark.y for mark in chart.marks}) == 2


def test_a_single_touch_is_drawn_at_the_beginning() -> None:
    chart = journey_chart([a_point(0)], [])
    assert chart is not None
    assert chart.dots[0].x == chart.left


def test_many_touches_of_one_time_stay_in_the_picture() -> None:
    chart = journey_chart([a_point(0) for _ in range(50)], [])
    assert chart is not None
    assert min(dot.y for dot in chart.dots) > 0


def test_nothing_has_no_chart() -> None:
    assert journey_chart([], []) is None
