"""The geometry of a journey on a line of time, to be drawn as SVG on the server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

WIDTH: Final = 760
_EDGE: Final = 24
_AXIS: Final = 96
_HEIGHT: Final = 136
_DOT: Final = 6.0
_STEP: Final = 15.0
_LABEL_WIDTH: Final = 84
_LABEL_ROWS: Final = (14.0, 28.0, 42.0)


@dataclass(frozen=True, slots=True)
class Point:
    """A touch to draw: its moment, its colour, its words, its anchors, and whether it earns."""

    at: datetime
    color: str
    hint: str
    marks: str = ""
    earns: bool = True


@dataclass(frozen=True, slots=True)
class Milestone:
    """A moment that the touches led to, such as a win."""

    at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A touch where it is drawn."""

    x: float
    y: float
    radius: float
    color: str
    hint: str
    earns: bool


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `stem` is where the thin line below them ends, `anchor` SVG's own."""

    text: str
    x: float
    y: float
    stem: float
    anchor: str


@dataclass(frozen=True, slots=True)
class JourneyChart:
    """Everything a template draws. `ends` are the first and the last moment shown."""

    dots: list[Dot]
    marks: list[Label]
    milestones: list[Label]
    ends: tuple[datetime, datetime]
    width: int = WIDTH
    height: int = _HEIGHT
    axis: int = _AXIS
    left: int = _EDGE
    right: int = WIDTH - _EDGE


def journey_chart(points: Sequence[Point], milestones: Sequence[Milestone]) -> JourneyChart | None:
    """Return the chart of touches and what they led to; None where there is nothing.

    Touches that would cover each other are stacked.
    """
    moments = [*(point.at for point in points), *(one.at for one in milestones)]
    if not moments:
        return None
    start, end = min(moments), max(moments)
    length = (end - start).total_seconds() or 1.0

    def x_of(at: datetime) -> float:
        share = (at - start).total_seconds() / length
        return round(_EDGE + share * (WIDTH - 2 * _EDGE), 1)

    dots: list[Dot] = []
    marks: list[Label] = []
    for point in sorted(points, key=lambda one: one.at):
        x = x_of(point.at)
        y = _free_height(dots, x)
        dots.append(Dot(x, y, _DOT, point.color, point.hint, point.earns))
        if point.marks:
            marks.append(_label(point.marks, x, marks, stem=y - _DOT))
    lines: list[Label] = []
    for one in sorted(milestones, key=lambda one: one.at):
        lines.append(_label(one.label, x_of(one.at), lines, stem=_AXIS, base=_AXIS + 18))
    return JourneyChart(dots=dots, marks=marks, milestones=lines, ends=(start, end))


def _free_height(dots: Sequence[Dot], x: float) -> float:
    """Return the lowest place above the axis that no earlier dot covers."""
    near = {dot.y for dot in dots if abs(dot.x - x) < 2 * _DOT}
    height = float(_AXIS)
    while height in near and height > _LABEL_ROWS[-1] + _STEP:
        height -= _STEP
    return height


def _label(
    text: str, x: float, others: Sequence[Label], *, stem: float, base: float | None = None
) -> Label:
    """Place words beside a moment, inside the picture and clear of the words before them."""
    anchor = "start" if x < _LABEL_WIDTH else "end" if x > WIDTH - _LABEL_WIDTH else "middle"
    rows = _LABEL_ROWS if base is None else (base + 13, base)
    taken = [label.y for label in others if abs(label.x - x) < 1.6 * _LABEL_WIDTH]
    row = next((y for y in reversed(rows) if y not in taken), rows[-1])
    return Label(text, x, row, round(stem, 1), anchor)
