"""When a send reaches its recipients, by the clock on their wall."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from campaigns.models import Send, SendingPolicy
from campaigns.quiet_hours import QuietHours, UnknownTimeZoneError, zone_named


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """The planned moment in the recipients' time zone, and why that zone.

    `quiet` are the quiet hours it falls into, such as `21:00–08:00`; empty where it does not.
    """

    at: datetime
    zone: str
    is_own_zone: bool
    quiet: str

    @property
    def place(self) -> str:
        """Return the zone's place as people say it: `New York`."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    @property
    def shown(self) -> str:
        """Return day and time as their clock shows it: a template's filter would say ours."""
        return f"{self.at:%A, %-d %B %Y, %H:%M}"


def planned_time(send: Send, policy: SendingPolicy | None) -> PlannedTime | None:
    """Return when it reaches them; None without a planned time or with an unknown zone."""
    name = send.time_zone or (policy.time_zone if policy else "") or settings.TIME_ZONE
    if send.scheduled_at is None:
        return None
    try:
        zone = zone_named(name)
    except UnknownTimeZoneError:
        return None
    quiet = ""
    if policy and policy.quiet_from is not None and policy.quiet_until is not None:
        hours = QuietHours(policy.quiet_from, policy.quiet_until, zone)
        if hours.cover(send.scheduled_at):
            quiet = f"{hours.starts:%H:%M}–{hours.ends:%H:%M}"
    return PlannedTime(send.scheduled_at.astimezone(zone), name, bool(send.time_zone), quiet)
