"""The geometry of taps over time, drawn as SVG on the server: stacked bars and sparklines. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WIDTH: Final = 1040
HEIGHT: Final = 150
SPARK_WIDTH: Final = 96
SPARK_HEIGHT: Final = 22
_FEWEST_SLOTS: Final = 14

Counts = tuple[int, int]
"""Taps by people and by machines."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A period of the chart: its counts and the geometry of its two stacked parts."""

    date: date
    human_count: int
    machine_count: int
    x: float
    width: float
    human_y: float
    human_height: float
    machine_y: float
    machine_height: float


def periods_of(
    days: Mapping[date, Counts], *, start: date, count: int, length: int = 1
) -> list[tuple[date, Counts]]:
    """Return so many periods of so many days each from a day on, those without taps too."""
    periods = []
    for number in range(count):
        first = start + timedelta(days=number * length)
        shown = [days.get(first + timedelta(days=day), (0, 0)) for day in range(length)]
        people, machines = (sum(part) for part in zip(*shown, strict=True))
        periods.append((first, (people, machines)))
    return periods


def stacked_bars(periods: Sequence[tuple[date, Counts]]) -> list[Bar]:
    """Lay out one stacked bar for every period, the highest as high as the chart."""
    peak = max((sum(counts) for _, counts in periods), default=0) or 1
    step = WIDTH / max(len(periods), _FEWEST_SLOTS)
    return [
        _bar(first, counts, x=number * step, width=step * 0.8, scale=HEIGHT / peak)
        for number, (first, counts) in enumerate(periods)
    ]


def sparkline(values: Sequence[int]) -> str:
    """Return the points of a line through some values, as `points` of an SVG polyline.

    Scaled to its own peak: it shows when, the number beside it how much.
    """
    peak = max(values, default=0) or 1
    step = SPARK_WIDTH / max(len(values) - 1, 1)
    room = SPARK_HEIGHT - 2
    return " ".join(
        f"{number * step:.1f},{SPARK_HEIGHT - 1 - value / peak * room:.1f}"
        for number, value in enumerate(values)
    )


def _bar(first: date, counts: Counts, *, x: float, width: float, scale: float) -> Bar:
    human, machine = counts[0] * scale, counts[1] * scale
    return Bar(
        first,
        *counts,
        x=round(x, 1),
        width=round(width, 1),
        human_y=round(HEIGHT - human, 1),
        human_height=round(human, 1),
        machine_y=round(HEIGHT - human - machine, 1),
        machine_height=round(machine, 1),
    )
