"""The calendar's small bar chart: recipients per week, as the places of its bars. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 132
_TOP, _FLOOR = 20, 104
_BAR = 0.56


@dataclass(frozen=True, slots=True)
class Bar:
    """A week's bar, with its words below and its figure above."""

    label: str
    value: int
    is_now: bool
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return where its words are centred."""
        return round(self.x + self.width / 2, 1)

    @property
    def figure(self) -> str:
        """Return the value as briefly as it is still true: `840`, `12.4k`, `1.2M`."""
        return brief(self.value)


def bars_of(values: Sequence[tuple[str, int, bool]]) -> list[Bar]:
    """Return a bar for every (label, value, is now), the highest as high as the chart."""
    highest = max((value for _, value, _ in values), default=0)
    if not highest:
        return []
    step = WIDTH / len(values)
    bars = []
    for index, (label, value, is_now) in enumerate(values):
        height = round((_FLOOR - _TOP) * value / highest, 1)
        x = round(index * step + step * (1 - _BAR) / 2, 1)
        bars.append(Bar(label, value, is_now, x, _FLOOR - height, round(step * _BAR, 1), height))
    return bars


def brief(number: int) -> str:
    """Return a count in at most five characters or so."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return str(number)
