"""Two sends of a channel that reach the same people within a few days: a collision.

The same people are the same name of an audience, or uploaded recipients that both have. Days
are those of the calendar, in the installation's time zone. A cancelled send collides with none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.audience_overlaps import Overlap, Pair, shared_recipients
from campaigns.models import Send
from campaigns.sending_policy import policies_of


@dataclass(frozen=True, slots=True)
class Collision:
    """Another send to the same people, seen from one send.

    `days_apart` is negative where the other goes out first. `shared` counts the uploaded
    recipients of both, about where they are very many; 0 where only the audience's name is the same.
    """

    other: Send
    days_apart: int
    why: str
    shared: int

    @property
    def words(self) -> str:
        """Say it of the one send: `2 days after “Demo invite”, same audience`."""
        days = abs(self.days_apart)
        count = "1 day" if days == 1 else f"{days} days"
        when = f"{count} {'after' if self.days_apart < 0 else 'before'}"
        if not days:
            when = "On the same day as"
        return f"{when} “{self.other.name}”, {self.why}"


def goes_out_at(send: Send) -> datetime | None:
    """Return when a send goes out: as planned, or when it went live without a plan."""
    return send.scheduled_at or send.live_at


def day_of(send: Send) -> date | None:
    """Return the day a send goes out on, in the installation's time zone."""
    moment = goes_out_at(send)
    return timezone.localdate(moment) if moment else None


def collisions_of(send: Send, *, days: int | None = None) -> list[Collision]:
    """Return the sends that collide with one, the nearest first.

    `days` None takes the channel's own from its sending policy. Costs two queries, and what the
    registered counters of recipients cost.
    """
    return collisions_among([send], days=days).get(send.pk, [])


def collisions_among(
    sends: Sequence[Send], *, days: int | None = None
) -> dict[UUID, list[Collision]]:
    """Return every given send's collisions, also with sends that are not given.

    Costs as many queries for a thousand sends as for one.
    """
    dated = {send.pk: send for send in sends if goes_out_at(send) and _counts(send)}
    if not dated:
        return {}
    within = _days_within(dated.values(), days)
    pairs = list(_near_pairs([*dated.values(), *_neighbours(dated, within)], within, dated))
    shared = shared_recipients([(one.pk, other.pk) for one, other in pairs])
    found: dict[UUID, list[Collision]] = {}
    for one, other in pairs:
        for seen, met in ((one, other), (other, one)):
            if seen.pk in dated and (hit := _collision(seen, met, shared, (one.pk, other.pk))):
                found.setdefault(seen.pk, []).append(hit)
    for hits in found.values():
        hits.sort(key=lambda hit: (abs(hit.days_apart), hit.other.name))
    return found


def _counts(send: Send) -> bool:
    return send.status != Send.Status.CANCELLED


def _days_within(sends: Iterable[Send], days: int | None) -> dict[UUID, int]:
    """Return each channel's days within which two sends collide."""
    channels = {send.channel_id for send in sends}
    if days is not None:
        return dict.fromkeys(channels, days)
    policies = policies_of(channels)
    return {channel: policies[channel].collision_days for channel in channels}


def _neighbours(dated: dict[UUID, Send], within: dict[UUID, int]) -> list[Send]:
    """Return the sends of the same channels that go out near the given ones."""
    moments = [moment for send in dated.values() if (moment := goes_out_at(send))]
    margin = timedelta(days=max(within.values()) + 1)
    near = Send.objects.annotate(out_at=Coalesce("scheduled_at", "live_at")).filter(
        channel__in=within, out_at__range=(min(moments) - margin, max(moments) + margin)
    )
    near = near.exclude(pk__in=dated).exclude(status=Send.Status.CANCELLED)
    return list(near.order_by("pk"))


def _near_pairs(
    sends: Iterable[Send], within: dict[UUID, int], dated: dict[UUID, Send]
) -> Iterator[tuple[Send, Send]]:
    """Yield the pairs of one channel near enough, of which at least one send is wanted."""
    placed = sorted(
        ((day, send) for send in sends if (day := day_of(send))),
        key=lambda placed: (str(placed[1].channel_id), placed[0], placed[1].pk),
    )
    for index, (day, send) in enumerate(placed):
        for later, other in placed[index + 1 :]:
            is_near = (later - day).days <= within[send.channel_id]
            if other.channel_id != send.channel_id or not is_near:
                break
            if send.pk in dated or other.pk in dated:
                yield send, other


def _collision(seen: Send, met: Send, shared: dict[Pair, Overlap], pair: Pair) -> Collision | None:
    day, other_day = day_of(seen), day_of(met)
    overlap = shared.get(pair, Overlap(0))
    why = _why(seen, met, overlap)
    if not why or day is None or other_day is None:
        return None
    return Collision(met, (other_day - day).days, why, overlap.people)


def _why(one: Send, other: Send, overlap: Overlap) -> str:
    people = "1 person is" if overlap.people == 1 else f"{overlap.people:,} people are"
    people = f"about {people}" if overlap.is_estimate else people
    if _audience_key(one) and _audience_key(one) == _audience_key(other):
        return f"same audience, {people} in both" if overlap.people else "same audience"
    return f"{people} in both audiences" if overlap.people else ""


def _audience_key(send: Send) -> str:
    return " ".join(send.audience.split()).casefold()
