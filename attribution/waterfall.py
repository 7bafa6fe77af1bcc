"""The geometry of a waterfall, to be drawn as SVG on the server: from a total, step by step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

WIDTH = 760
_ROW, _BAR, _TOP = 28, 16, 6
_LEFT, _RIGHT = 250, 130

Role = Literal["total", "minus", "plus", "check"]


@dataclass(frozen=True, slots=True)
class Step:
    """A line: a total stands from 0, minus hangs from the last end, plus climbs from 0 anew.

    A check is drawn as nothing when it is 0. `size` is in any unit, one for all steps.
    """

    label: str
    role: Role
    size: int
    amount: str
    color: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One drawn step: its bar, and the dotted line that hands its end to the next."""

    step: Step
    x: float
    width: float
    y: float
    text_y: float
    link_x: float | None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Everything a template draws."""

    blocks: list[Block]
    height: int
    width: int = WIDTH
    label_x: int = _LEFT - 10
    amount_x: int = WIDTH
    bar_height: int = _BAR
    row_height: int = _ROW


def waterfall(steps: Sequence[Step]) -> Waterfall:
    """Return the bars of some steps, the largest total as wide as the drawing.

    Minus steps go left from the total before them. Plus steps after the second total climb from
    0, so that the last of them ends where that total does.
    """
    whole = max((abs(step.size) for step in steps), default=0) or 1
    scale = (WIDTH - _LEFT - _RIGHT) / whole
    blocks, end = [], 0
    for place, step in enumerate(steps):
        start, end = _reach(step, end, steps[place - 1].role if place else "total")
        low, high = sorted((start, end))
        y = _TOP + place * _ROW
        is_last = place == len(steps) - 1
        blocks.append(
            Block(
                step=step,
                x=round(_LEFT + max(low, 0) * scale, 1),
                width=round(max((high - max(low, 0)) * scale, 1.5 if step.size else 0), 1),
                y=y,
                text_y=y + _BAR / 2,
                link_x=None if is_last else round(_LEFT + max(end, 0) * scale, 1),
            )
        )
    return Waterfall(blocks=blocks, height=_TOP * 2 + len(steps) * _ROW)


def _reach(step: Step, end: int, before: Role) -> tuple[int, int]:
    """Return where a step begins and ends, given where the one before it ended."""
    if step.role == "minus":
        return end, end - step.size
    if step.role == "plus":
        start = 0 if before == "total" else end
        return start, start + step.size
    return 0, step.size
