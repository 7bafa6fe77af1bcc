"""The panel “Taps” on a send's page: people and machines per day, first and latest tap."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Max, Min, Sum
from django.http import HttpRequest

from campaigns.models import Send
from campaigns.send_page import Panel
from tracking.models import Click, ClickTotal

LONGEST: Final = 60
"""Days shown at most, from the first tap on."""

WIDTH: Final = 1040
HEIGHT: Final = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart: its counts and the geometry of its two stacked parts."""

    date: date
    human_count: int
    machine_count: int
    x: float
    width: float
    human_y: float
    human_height: float
    machine_y: float
    machine_height: float


def taps_panel(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return what the panel shows; without taps, that there are none yet."""
    totals = ClickTotal.objects.filter(link__send=send)
    days = {
        row["date"]: (row["human"], row["machine"])
        for row in totals.order_by()
        .values("date")
        .annotate(human=Sum("human_count"), machine=Sum("machine_count"))
    }
    taps = Click.objects.human().filter(link__send=send, answer=Click.Answer.REDIRECTED)
    return {
        "bars": draw_bars(days),
        "human_count": sum(human for human, _ in days.values()),
        "machine_count": sum(machine for _, machine in days.values()),
        "width": WIDTH,
        "height": HEIGHT,
        "peak": max((human + machine for human, machine in days.values()), default=0),
        "send": send,
        **taps.aggregate(first=Min("occurred_at"), latest=Max("occurred_at")),
    }


def draw_bars(days: dict[date, tuple[int, int]]) -> list[Bar]:
    """Lay out one stacked bar for every day from the first tap to the last, empty ones too."""
    if not days:
        return []
    start = min(days)
    count = min((max(days) - start).days + 1, LONGEST)
    shown = [start + timedelta(days=number) for number in range(count)]
    peak = max(sum(days.get(day, (0, 0))) for day in shown) or 1
    step = WIDTH / max(count, 14)
    return [
        _bar(day, days.get(day, (0, 0)), x=number * step, width=step * 0.8, scale=HEIGHT / peak)
        for number, day in enumerate(shown)
    ]


def _bar(day: date, counts: tuple[int, int], *, x: float, width: float, scale: float) -> Bar:
    human, machine = counts[0] * scale, counts[1] * scale
    return Bar(
        day,
        *counts,
        x=round(x, 1),
        width=round(width, 1),
        human_y=round(HEIGHT - human, 1),
        human_height=round(human, 1),
        machine_y=round(HEIGHT - human - machine, 1),
        machine_height=round(machine, 1),
    )


PANEL: Final = Panel(
    title="Taps", position=40, template="tracking/send_taps.html", context=taps_panel
)
