"""When people are not to be disturbed, by the clock on their wall. Pure.

Quiet hours run from one time of day until another, over midnight where the end comes first.
"""

import datetime
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class UnknownTimeZoneError(ValueError):
    """No time zone has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"“{name[:63]}” is no time zone; write one such as Europe/Berlin or America/New_York."
        )


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when, on which wall. The same time twice means never."""

    starts: datetime.time
    ends: datetime.time
    zone: ZoneInfo

    def cover(self, moment: datetime.datetime) -> bool:
        """Say whether a moment falls into them."""
        clock = moment.astimezone(self.zone).time()
        if self.starts <= self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends

    def end_after(self, moment: datetime.datetime) -> datetime.datetime:
        """Return when a send may go out at the earliest: the moment, or the end of the quiet."""
        if not self.cover(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date() + datetime.timedelta(days=local.time() >= self.ends)
        wall = datetime.datetime.combine(day, self.ends, tzinfo=self.zone)
        # Where a clock change skips or repeats the hour, the later reading is past the quiet.
        both = (wall.replace(fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
        return max(both).astimezone(self.zone)


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises:
        UnknownTimeZoneError: there is none of that name.
    """
    if name not in _names():
        raise UnknownTimeZoneError(name)
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
