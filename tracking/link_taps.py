"""What the pages of links show of their taps: a column with a sparkline, and a panel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from links.link_columns import LinkColumn
from links.link_page import LinkPanel
from links.models import Link
from tracking.link_series import Share, days_of, days_of_many, shares_of
from tracking.tap_chart import (
    HEIGHT,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    WIDTH,
    periods_of,
    sparkline,
    stacked_bars,
)
from tracking.tap_words import reason_words

SPARK_DAYS: Final = 30
PERMISSION: Final = "tracking.view_clicktotal"
_SHARES_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Range:
    """How far back the chart looks: so many bars of so many days each."""

    name: str
    label: str
    count: int
    length: int

    @property
    def days(self) -> int:
        """Return how many days it covers."""
        return self.count * self.length


RANGES: Final = (
    Range("7", "7 days", 7, 1),
    Range("30", "30 days", 30, 1),
    Range("90", "90 days", 90, 1),
    Range("364", "A year", 52, 7),
)


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A line of a breakdown: what, how many taps, and how much of the largest that is."""

    label: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What taps were made with, or why they are a machine's."""

    title: str
    bars: list[ShareBar]


def taps_cells(links: Sequence[Link], request: HttpRequest) -> Mapping[UUID, Any]:
    """Return each link's sparkline of people's taps with both counts. Costs one query."""
    if not request.user.has_perm(PERMISSION):
        return {}
    start = _today() - timedelta(days=SPARK_DAYS - 1)
    found = days_of_many(links, start=start)
    return {link.pk: _spark(found.get(link.pk, {}), start) for link in links}


def taps_panel(link: Link, request: HttpRequest) -> dict[str, Any] | None:
    """Return what a link's page shows of its taps, for the range that was asked for."""
    if not request.user.has_perm(PERMISSION):
        return None
    chosen = next((each for each in RANGES if each.name == request.GET.get("days")), RANGES[1])
    end = _today()
    start = end - timedelta(days=chosen.days - 1)
    days = days_of(link, start=start, end=end)
    periods = periods_of(days, start=start, count=chosen.count, length=chosen.length)
    return {
        "link": link,
        "ranges": RANGES,
        "chosen": chosen,
        "bars": stacked_bars(periods),
        "human_count": sum(people for people, _ in days.values()),
        "machine_count": sum(machines for _, machines in days.values()),
        "peak": max(sum(counts) for _, counts in periods),
        "width": WIDTH,
        "height": HEIGHT,
        "breakdowns": _breakdowns(shares_of(link, start=start, end=end)),
        "taps_url": f"{reverse('admin:tracking_click_changelist')}?link={link.pk}"
        if request.user.has_perm("tracking.view_click")
        else "",
    }


def _spark(days: Mapping[date, tuple[int, int]], start: date) -> str:
    values = [days.get(start + timedelta(days=day), (0, 0))[0] for day in range(SPARK_DAYS)]
    context = {
        "human_count": sum(values),
        "machine_count": sum(machines for _, machines in days.values()),
        "points": sparkline(values),
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "days": SPARK_DAYS,
    }
    return render_to_string("tracking/_link_spark.html", context)


def _breakdowns(shares: Mapping[str, Sequence[Share]]) -> list[Breakdown]:
    """Return what is known: countries only where a database of them told any."""
    people = [
        Breakdown(title, _bars(shares.get(dimension, ()), _people, _value))
        for dimension, title in (
            ("device", "Devices"),
            ("os", "Systems"),
            ("browser", "Browsers"),
            ("country", "Countries"),
        )
        if dimension != "country" or any(share.value for share in shares.get(dimension, ()))
    ]
    why = _bars(shares.get("reason", ()), _machines, lambda share: reason_words(share.value))
    found = [*people, Breakdown("Why machines are machines", why)]
    return [each for each in found if each.bars]


def _bars(
    shares: Sequence[Share], count: Callable[[Share], int], label: Callable[[Share], str]
) -> list[ShareBar]:
    counted = sorted(((count(each), label(each)) for each in shares if count(each)), reverse=True)
    shown = counted[:_SHARES_SHOWN]
    if rest := sum(number for number, _ in counted[_SHARES_SHOWN:]):
        shown.append((rest, "All others"))
    top = max((number for number, _ in shown), default=1)
    return [ShareBar(text, number, round(100 * number / top)) for number, text in shown]


def _people(share: Share) -> int:
    return share.human_count


def _machines(share: Share) -> int:
    return share.machine_count


def _value(share: Share) -> str:
    """Return a value as people read it: ours get a capital, names of products stay."""
    return (share.value.capitalize() if share.value.islower() else share.value) or "Not known"


def _today() -> date:
    """Return the day by which taps are counted: UTC."""
    now: datetime = timezone.now()
    return now.astimezone(UTC).date()


COLUMN: Final = LinkColumn("taps", "Taps in 30 days", 10, taps_cells)
PANEL: Final = LinkPanel("Taps", 10, "tracking/link_taps.html", taps_panel)
