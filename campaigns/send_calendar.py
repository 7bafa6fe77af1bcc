"""What the calendar of sends shows: its weeks and days, every send on its day, and collisions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.calendar_weeks import Week
from campaigns.collisions import Collision, collisions_among, goes_out_at
from campaigns.models import Send, SendingPolicy
from campaigns.money import Money
from campaigns.planned_costs import planned_cost
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.sending_policy import policies_of
from campaigns.short_links import KnownLinks, known_links

MOST_UNDATED = 12


@dataclass(frozen=True, slots=True)
class PlannedSend:
    """A send on its day. `clock` is the time on its recipients' wall."""

    send: Send
    clock: str
    here: datetime
    collisions: Sequence[Collision]
    cost: Money | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its sends, the earliest first."""

    date: date
    is_today: bool
    sends: Sequence[PlannedSend]


@dataclass(frozen=True, slots=True)
class WeekOfSends:
    """A week with its days, and what its sends come to. Cancelled ones are not counted."""

    week: Week
    is_this_week: bool
    days: Sequence[Day]

    @property
    def counted(self) -> list[PlannedSend]:
        """Return the sends that go out or did."""
        sends = [planned for day in self.days for planned in day.sends]
        return [planned for planned in sends if planned.send.status != Send.Status.CANCELLED]

    @property
    def recipients(self) -> int:
        """Return how many texts the week plans."""
        return sum(planned.send.planned_recipients for planned in self.counted)

    @property
    def costs(self) -> list[Money]:
        """Return what the week's sends were planned to cost, one amount per currency."""
        sums: Counter[str] = Counter()
        for planned in self.counted:
            if planned.cost is not None:
                sums[planned.cost.currency] += planned.cost.minor
        return [Money(minor, currency) for currency, minor in sorted(sums.items())]


@dataclass(frozen=True, slots=True)
class SendCalendar:
    """Weeks of sends, how many collide, and the open sends that have no day yet."""

    weeks: Sequence[WeekOfSends]
    colliding: int
    undated: Sequence[Send]
    undated_count: int

    @property
    def is_empty(self) -> bool:
        """Say whether no day has a send."""
        return not any(day.sends for week in self.weeks for day in week.days)


def build_calendar(*, weeks: Sequence[Week], sends: QuerySet[Send], now: datetime) -> SendCalendar:
    """Place these sends on their days. Costs as many queries for a thousand as for one."""
    dated = list(_within(sends, weeks))
    policies = policies_of({send.channel_id for send in dated})
    collisions = collisions_among(dated)
    links = known_links([message for send in dated for message in send.messages.all()])
    placed: dict[date, list[PlannedSend]] = {}
    for send in dated:
        planned = _planned(send, policies[send.channel_id], collisions, links)
        placed.setdefault(timezone.localdate(planned.here), []).append(planned)
    undated = sends.open().filter(scheduled_at=None, live_at=None)  # type: ignore[attr-defined]
    first = list(undated.order_by("-created_at")[: MOST_UNDATED + 1])
    return SendCalendar(
        weeks=[_week(week, placed, timezone.localdate(now)) for week in weeks],
        colliding=len(collisions),
        undated=first[:MOST_UNDATED],
        undated_count=undated.count() if len(first) > MOST_UNDATED else len(first),
    )


def _within(sends: QuerySet[Send], weeks: Sequence[Week]) -> QuerySet[Send]:
    zone = timezone.get_current_timezone()
    first, last = weeks[0].monday, weeks[-1].sunday + timedelta(days=1)
    starts, ends = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, last))
    placed = sends.annotate(out_at=Coalesce("scheduled_at", "live_at"))
    placed = placed.filter(Q(out_at__gte=starts), Q(out_at__lt=ends)).order_by("out_at", "pk")
    return placed.select_related("campaign", "channel").prefetch_related("messages")


def _planned(
    send: Send,
    policy: SendingPolicy,
    collisions: Mapping[UUID, list[Collision]],
    links: KnownLinks,
) -> PlannedSend:
    moment = goes_out_at(send) or send.created_at
    return PlannedSend(
        send=send,
        clock=_clock(moment, send.time_zone or policy.time_zone),
        here=timezone.localtime(moment),
        collisions=collisions.get(send.pk, []),
        cost=_cost(send, policy, links),
    )


def _clock(moment: datetime, zone_name: str) -> str:
    """Return the time of the recipients' wall, with the zone and weekday where they are others."""
    here = timezone.localtime(moment)
    zone = _zone(zone_name)
    there = moment.astimezone(zone) if zone else here
    if there.utcoffset() == here.utcoffset():
        return f"{here:%H:%M}"
    words = f"{there:%H:%M %Z}"
    return words if there.date() == here.date() else f"{there:%a} {words}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return zone_named(name) if name else None
    except UnknownTimeZoneError:
        return None  # the send's own checks say so


def _cost(send: Send, policy: SendingPolicy, links: KnownLinks) -> Money | None:
    if send.planned_cost_minor is not None:
        return Money(send.planned_cost_minor, send.planned_cost_currency)
    cost = planned_cost(send, send.messages.all(), policy, links)
    return cost.total if cost.segments else None


def _week(week: Week, placed: Mapping[date, list[PlannedSend]], today: date) -> WeekOfSends:
    days = [Day(day, day == today, placed.get(day, [])) for day in week.days]
    return WeekOfSends(week, today in week.days, days)
