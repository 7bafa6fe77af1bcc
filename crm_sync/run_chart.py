"""The bars above the list of runs: how much each read, and how much of it was refused. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

CHART_RUNS: Final = 30
_WIDTH: Final = 900
_HEIGHT: Final = 90
_GAP: Final = 4
_LEAST: Final = 2


class _Connection(Protocol):
    name: str


class _Run(Protocol):
    read_count: int
    created_count: int
    updated_count: int
    problem_count: int
    started_at: datetime

    @property
    def connection(self) -> _Connection: ...


@dataclass(frozen=True, slots=True)
class Bar:
    """A run's bar in the picture's own units; the parts stand on each other from the bottom."""

    x: float
    width: float
    read_height: float
    news_height: float
    refused_height: float
    title: str

    @property
    def read_y(self) -> float:
        """Return the top of the whole bar."""
        return _HEIGHT - self.read_height

    @property
    def news_y(self) -> float:
        """Return the top of what was new or changed."""
        return _HEIGHT - self.news_height

    @property
    def refused_y(self) -> float:
        """Return the top of what was refused."""
        return _HEIGHT - self.refused_height


@dataclass(frozen=True, slots=True)
class RunChart:
    """The picture: its size, its bars from the earliest run, and the largest number read."""

    width: int
    height: int
    bars: list[Bar]
    largest: int


def draw_runs(runs: Sequence[_Run]) -> RunChart | None:
    """Return the chart of runs given from the earliest; None where a chart would say nothing."""
    largest = max((run.read_count for run in runs), default=0)
    if len(runs) < 2 or not largest:
        return None
    step = _WIDTH / CHART_RUNS
    bars = [_bar(run, place * step, step - _GAP, largest) for place, run in enumerate(runs)]
    return RunChart(_WIDTH, _HEIGHT, bars, largest)


def _bar(run: _Run, x: float, width: float, largest: int) -> Bar:
    def height(count: int) -> float:
        return round(max(_LEAST, _HEIGHT * min(count, largest) / largest), 1) if count else 0.0

    news = run.created_count + run.updated_count
    return Bar(
        x=round(x, 1),
        width=round(width, 1),
        read_height=height(run.read_count) or _LEAST,
        news_height=height(news),
        refused_height=height(run.problem_count),
        title=f"{run.connection.name}, {run.started_at:%d %b %H:%M}: {run.read_count:,} read, "
        f"{news:,} new or changed, {run.problem_count:,} refused",
    )
