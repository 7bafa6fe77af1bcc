"""The geometry of a chart of ranks: a line per channel across the rules that order them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = 760
_ROW, _TOP, _BOTTOM = 34, 34, 14
_LEFT, _RIGHT = 150, 150


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line: its name, its colour, and its value under each rule."""

    name: str
    color: str
    values: Mapping[str, int]
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """Where a line meets a rule, with the words shown when it is pointed at."""

    x: float
    y: float
    rank: int
    hint: str


@dataclass(frozen=True, slots=True)
class RankLine:
    """One drawn line. `path` is its SVG path."""

    name: str
    color: str
    points: list[Point]
    path: str
    moves: int


@dataclass(frozen=True, slots=True)
class RankChart:
    """Everything a template draws."""

    lines: list[RankLine]
    columns: list[tuple[str, float]]
    height: int
    width: int = WIDTH
    left: int = _LEFT - 12
    right: int = WIDTH - _RIGHT + 12


def rank_chart(lines: Sequence[Ranked], rules: Mapping[str, str]) -> RankChart | None:
    """Return the chart of some lines across rules (slug → name); None with nothing to compare.

    Equal values share their order of names, so that the drawing is the same every time. `moves`
    of a line is by how many places its best and its worst rank differ.
    """
    if len(rules) < 2 or not lines:
        return None
    step = (WIDTH - _LEFT - _RIGHT) / (len(rules) - 1)
    xs = {slug: round(_LEFT + place * step, 1) for place, slug in enumerate(rules)}
    places = {slug: _places(lines, slug) for slug in rules}
    drawn = [_line(one, rules, xs, places) for one in lines]
    return RankChart(
        lines=drawn,
        columns=[(name, xs[slug]) for slug, name in rules.items()],
        height=_TOP + _BOTTOM + len(lines) * _ROW,
    )


def _places(lines: Sequence[Ranked], slug: str) -> dict[str, int]:
    ordered = sorted(lines, key=lambda one: (-one.values.get(slug, 0), one.name))
    return {one.name: place for place, one in enumerate(ordered, 1)}


def _line(
    one: Ranked,
    rules: Mapping[str, str],
    xs: Mapping[str, float],
    places: Mapping[str, Mapping[str, int]],
) -> RankLine:
    ranks = [places[slug][one.name] for slug in rules]
    points = [
        Point(
            x=xs[slug],
            y=_TOP + (rank - 0.5) * _ROW,
            rank=rank,
            hint=f"{one.name}, {name}: place {rank}, {one.shown.get(slug, '')}",
        )
        for (slug, name), rank in zip(rules.items(), ranks, strict=True)
    ]
    path = "M" + " L".join(f"{point.x} {point.y}" for point in points)
    return RankLine(one.name, one.color, points, path, max(ranks) - min(ranks))
