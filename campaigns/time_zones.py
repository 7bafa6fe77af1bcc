"""The time zones that people live in, for fields to offer. Pure."""

from functools import cache
from zoneinfo import available_timezones

_REGIONS = (
    "Africa/",
    "America/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def common_zones() -> tuple[str, ...]:
    """Return the zones named after places, in alphabetical order, with UTC before them."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS)))
