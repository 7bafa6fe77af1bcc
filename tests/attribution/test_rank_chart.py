"""The geometry of a chart of ranks."""

from attribution.rank_chart import Ranked, rank_chart

RULES = {"first": "First touch", "last": "Last touch"}


def a_line(name: str, **values: int) -> Ranked:
    shown = {slug: f"${value}" for slug, value in values.items()}
    return Ranked(name=name, color="red", values=values, shown=shown)


def ranks(*lines: Ranked) -> dict[str, list[int]]:
    chart = rank_chart(lines, RULES)
    assert chart
    return {line.name: [point.rank for point in line.points] for line in chart.lines}


def test_the_greatest_value_is_first_under_each_rule() -> None:
    lines = a_line("SMS", first=1, last=9), a_line("Email", first=5, last=2)
    assert ranks(*lines) == {"SMS": [2, 1], "Email": [1, 2]}


def test_equal_values_stand_in_the_order_of_their_names() -> None:
    assert ranks(a_line("b", first=1, last=1), a_line("a", first=1, last=1)) == {
        "b": [2, 2],
        "a": [1, 1],
    }


def test_a_missing_value_counts_as_nothing() -> None:
    assert ranks(a_line("SMS", first=1), a_line("Email", last=1))["SMS"] == [1, 2]


def test_it_says_how_far_a_line_moves() -> None:
    chart = rank_chart([a_line("a", first=3, last=1), a_line("b", first=2, last=2)], RULES)
    assert chart
    assert [line.moves for line in chart.lines] == [1, 1]


def test_a_path_leads_through_all_points() -> None:
    chart = rank_chart([a_line("SMS", first=1, last=2)], RULES)
    assert chart
    (line,) = chart.lines
    first, last = line.points
    assert line.path == f"M{first.x} {first.y} L{last.x} {last.y}"
    assert first.hint == "SMS, First touch: place 1, $1"


def test_there_is_nothing_to_compare_with_one_rule() -> None:
    assert rank_chart([a_line("SMS", first=1)], {"first": "First touch"}) is None


def test_there_is_nothing_to_compare_without_lines() -> None:
    assert rank_chart([], RULES) is None
