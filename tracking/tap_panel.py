"""The panel “Taps” on a send's page: people and machines per day, and the corrected tap rate."""

from datetime import date
from typing import Any, Final

from django.db.models import Max, Min, QuerySet, Sum
from django.http import HttpRequest

from campaigns.models import Send
from campaigns.send_page import Panel
from links.models import RecipientLink
from tracking.models import ClickTotal, Event, TapBreakdown
from tracking.tap_chart import HEIGHT, WIDTH, Bar, Counts, periods_of, stacked_bars
from tracking.tap_words import reason_words

LONGEST: Final = 60
"""Days shown at most, from the first tap on."""

DELIVERED: Final = "sms-delivered"
"""The event by which SMS platforms report that a message arrived."""


def taps_panel(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return what the panel shows; without taps, that there are none yet."""
    totals = ClickTotal.objects.filter(link__send=send)
    days = {
        row["date"]: (row["human"], row["machine"])
        for row in totals.order_by()
        .values("date")
        .annotate(human=Sum("human_count"), machine=Sum("machine_count"))
    }
    human_count = sum(human for human, _ in days.values())
    return {
        "bars": draw_bars(days),
        "human_count": human_count,
        "machine_count": sum(machine for _, machine in days.values()),
        "machines": _machines(send),
        "width": WIDTH,
        "height": HEIGHT,
        "peak": max((human + machine for human, machine in days.values()), default=0),
        "send": send,
        **totals.aggregate(first=Min("earliest_at"), latest=Max("latest_at")),
        **_corrected_rate(send, totals, human_count),
    }


def _corrected_rate(
    send: Send, totals: QuerySet[ClickTotal], human_count: int
) -> dict[str, int | float | None]:
    """Return recipients who tapped among those reached, and people's taps that add nobody."""
    recipients = RecipientLink.objects.filter(link__send=send).count()
    if not recipients:
        return {"recipients": 0}
    tapped = totals.aggregate(tapped=Sum("recipient_count"))["tapped"] or 0
    delivered = Event.objects.filter(name=DELIVERED, send=send).count()
    reached = delivered or recipients
    return {
        "recipients": recipients,
        "delivered": delivered,
        "tapped": tapped,
        "repeated": human_count - tapped,
        "corrected_rate": 100 * tapped / reached,
        "plain_rate": 100 * human_count / reached,
    }


def _machines(send: Send) -> list[tuple[str, int]]:
    """Return why taps count as machines', in words, with how many; the most frequent first."""
    rows = (
        TapBreakdown.objects.filter(
            link__send=send, dimension=TapBreakdown.Dimension.REASON, machine_count__gt=0
        )
        .order_by()
        .values_list("value")
        .annotate(number=Sum("machine_count"))
        .order_by("-number", "value")
    )
    return [(reason_words(reason), number) for reason, number in rows]


def draw_bars(days: dict[date, Counts]) -> list[Bar]:
    """Lay out one stacked bar for every day from the first tap to the last, empty ones too."""
    if not days:
        return []
    count = min((max(days) - min(days)).days + 1, LONGEST)
    return stacked_bars(periods_of(days, start=min(days), count=count))


PANEL: Final = Panel(
    title="Taps", position=40, template="tracking/send_taps.html", context=taps_panel
)
