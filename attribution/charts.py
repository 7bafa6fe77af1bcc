"""The geometry of a stacked bar chart, to be drawn as SVG on the server. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 6, 10, 26
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of one series."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One period's rectangles, with the words shown when it is pointed at."""

    parts: list[Part]
    hint: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word on an axis."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template draws."""

    bars: list[Bar]
    rows: list[Label]
    columns: list[Label]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


@dataclass(frozen=True, slots=True)
class Period:
    """One column of the chart: its values from the bottom up, and its words."""

    values: tuple[int, ...]
    hint: str
    label: str = ""


def stacked_bars(periods: Sequence[Period], *, shown: Callable[[int], str]) -> Chart:
    """Return the chart of some periods; `shown` writes the values of the upright axis.

    Negative values (a refunded week) are drawn as nothing; the hint still says them.
    """
    top = round_up(max((sum(max(v, 0) for v in period.values) for period in periods), default=0))
    floor = HEIGHT - _BOTTOM
    scale = (floor - _TOP) / top
    step = (WIDTH - _LEFT - _RIGHT) / max(len(periods), 1)
    bars, columns = [], []
    for place, period in enumerate(periods):
        x = _LEFT + place * step
        bars.append(
            Bar(_parts(period.values, x=x, step=step, floor=floor, scale=scale), period.hint)
        )
        if period.label:
            columns.append(Label(period.label, round(x, 1), HEIGHT - 8))
    rows = [
        Label(shown(top * tick // _STEPS), _LEFT - 8, round(floor - top * tick / _STEPS * scale, 1))
        for tick in range(_STEPS + 1)
    ]
    return Chart(bars=bars, rows=rows, columns=columns)


def round_up(value: int) -> int:
    """Return the next 1, 2, 4 or 8 followed by zeros, so that quarters are round numbers."""
    size = 4
    while size < value:
        text = str(size)
        size = int({"1": "2", "2": "4", "4": "8", "8": "10"}[text[0]] + "0" * (len(text) - 1))
    return size


def _parts(
    values: tuple[int, ...], *, x: float, step: float, floor: float, scale: float
) -> list[Part]:
    parts, base = [], floor
    for series, value in enumerate(values):
        height = max(value, 0) * scale
        base -= height
        parts.append(
            Part(
                series,
                round(x + step * 0.15, 1),
                round(base, 1),
                round(step * 0.7, 1),
                round(height, 1),
            )
        )
    return parts
