"""A link's taps over time and by what they were made with, out of the running counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from links.models import Link
from tracking.models import ClickTotal, TapBreakdown
from tracking.tap_chart import Counts


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a dimension, such as a browser, with its taps by people and by machines."""

    value: str
    human_count: int
    machine_count: int


def days_of(link: Link, *, start: date, end: date) -> dict[date, Counts]:
    """Return the taps of each day (UTC) from the first to the last, where there were any."""
    totals = ClickTotal.objects.filter(link=link, date__range=(start, end))
    rows = totals.order_by("date").values_list("date", "human_count", "machine_count")
    return {day: (people, machines) for day, people, machines in rows}


def days_of_many(links: Iterable[Link], *, start: date) -> dict[UUID, dict[date, Counts]]:
    """Return the taps of each day since a day, for each of many links. Costs one query."""
    found: dict[UUID, dict[date, Counts]] = defaultdict(dict)
    totals = ClickTotal.objects.filter(link__in=list(links), date__gte=start).order_by()
    for link_id, day, people, machines in totals.values_list(
        "link_id", "date", "human_count", "machine_count"
    ):
        found[link_id][day] = (people, machines)
    return found


def shares_of(link: Link, *, start: date, end: date) -> dict[str, Sequence[Share]]:
    """Return by dimension what a link was tapped with, and why machines are machines.

    The most frequent with people come first, then with machines. Costs one query.
    """
    rows = (
        TapBreakdown.objects.filter(link=link, date__range=(start, end))
        .order_by()
        .values_list("dimension", "value")
        .annotate(human=Sum("human_count"), machine=Sum("machine_count"))
        .order_by("-human", "-machine", "value")
    )
    found: dict[str, list[Share]] = defaultdict(list)
    for dimension, value, human, machine in rows:
        found[dimension].append(Share(value, human, machine))
    return dict(found)
