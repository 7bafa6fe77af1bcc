"""Which sends have a campaign name that is nearly the same, so that reports would mix them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q
from django.utils import timezone

from campaigns.models import Send
from campaigns.name_likeness import NameReading, likeness, read_name, stem

_MOST_COMPARED = 500
"""Of sends with the same words the newest are compared; a series of hundreds repeats itself."""
_MOST_SHOWN = 5
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class SimilarSend:
    """A send whose name is nearly the same: since which day, why, and by which rule."""

    send: Send
    day: datetime
    why: str
    rule: str

    def __str__(self) -> str:
        return (
            f"“{self.send.utm_campaign}” was used on {self.day:%-d %B %Y} "
            f"by “{self.send.name}”: {self.why}."
        )


def similar_sends(name: str, *, exclude: Send | None = None) -> list[SimilarSend]:
    """Return the newest sends whose names are nearly the same as this one. Costs a query.

    Not the sends of that very name, which the check of a send finds.
    """
    folded = name.casefold().replace("\0", "").strip()[:_LONGEST_NAME]
    reading = read_name(folded, day=timezone.localdate())
    if not reading.topic:
        return []
    candidates = Send.objects.filter(_perhaps(reading)).exclude(utm_campaign=folded)
    if exclude is not None:
        candidates = candidates.exclude(pk=exclude.pk)
    newest = candidates.order_by("-created_at")[:_MOST_COMPARED]
    return list(islice(_alike(reading, newest), _MOST_SHOWN))


def _perhaps(reading: NameReading) -> Q:
    """Narrow in SQL: all the topic's words, or one half of the name as it is."""
    topic = Q()
    for word in set(reading.topic):
        topic &= Q(utm_campaign__contains=stem(word).removesuffix("y"))
    middle = len(reading.name) // 2
    if middle < 2:
        return topic
    # A single slip leaves one half whole, but for the letter where they meet.
    head, tail = reading.name[:middle], reading.name[middle + 1 :]
    return topic | Q(utm_campaign__startswith=head) | Q(utm_campaign__endswith=tail)


def _alike(mine: NameReading, candidates: Iterable[Send]) -> Iterator[SimilarSend]:
    for send in candidates:
        day = timezone.localtime(send.scheduled_at or send.live_at or send.created_at)
        found = likeness(mine, read_name(send.utm_campaign, day=day.date()))
        if found is not None:
            yield SimilarSend(send, day, found.why, found.rule)
