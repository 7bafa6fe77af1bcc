"""The bars above the list of runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from crm_sync.run_chart import draw_runs


@dataclass
class Named:
    name: str = "Acme"


@dataclass
class Run:
    read_count: int = 0
    created_count: int = 0
    updated_count: int = 0
    problem_count: int = 0
    started_at: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    connection: Named = field(default_factory=Named)


def test_the_largest_run_fills_the_height_and_the_others_are_in_proportion() -> None:
    chart = draw_runs([Run(read_count=100), Run(read_count=50)])

    assert chart is not None
    assert [bar.read_height for bar in chart.bars] == [chart.height, chart.height / 2]
    assert chart.bars[0].read_y == 0
    assert chart.bars[1].x > chart.bars[0].x + chart.bars[0].width


def test_a_part_that_is_there_is_always_visible() -> None:
    chart = draw_runs([Run(read_count=100_000, created_count=1, problem_count=1), Run()])

    assert chart is not None
    assert chart.bars[0].news_height >= 2
    assert chart.bars[0].refused_height >= 2
    assert chart.bars[1].news_height == 0


def test_each_bar_says_its_numbers() -> None:
    chart = draw_runs([Run(read_count=8800, created_count=8000, updated_count=1), Run()])

    assert chart is not None
    assert chart.bars[0].title == (
        "Acme, 15 Jun 12:00: 8,800 read, 8,001 new or changed, 0 refused"
    )


def test_one_run_or_empty_ones_make_no_chart() -> None:
    assert draw_runs([Run(read_count=5)]) is None
    assert draw_runs([Run(), Run()]) is None
    assert draw_runs([]) is None
