"""The panel “Taps” on a send's page: people and machines per day, first and latest tap."""

from datetime import date
from typing import Any, Final

from django.db.models import Max, Min, Sum
from django.http import HttpRequest

from campaigns.models import Send
from campaigns.send_page import Panel
from tracking.models import Click, ClickTotal
from tracking.tap_chart import HEIGHT, WIDTH, Bar, Counts, periods_of, stacked_bars

LONGEST: Final = 60
"""Days shown at most, from the first tap on."""


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


def draw_bars(days: dict[date, Counts]) -> list[Bar]:
    """Lay out one stacked bar for every day from the first tap to the last, empty ones too."""
    if not days:
        return []
    count = min((max(days) - min(days)).days + 1, LONGEST)
    return stacked_bars(periods_of(days, start=min(days), count=count))


PANEL: Final = Panel(
    title="Taps", position=40, template="tracking/send_taps.html", context=taps_panel
)
