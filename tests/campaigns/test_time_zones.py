"""The time zones that a field offers."""

from campaigns.quiet_hours import zone_named
from campaigns.time_zones import common_zones


def test_every_offered_zone_is_one() -> None:
    assert all(zone_named(name) for name in common_zones())


def test_places_are_offered_and_technical_names_are_not() -> None:
    zones = common_zones()

    assert zones[0] == "UTC"
    assert {"Europe/Berlin", "America/New_York", "Asia/Kolkata"} <= set(zones)
    assert not any(name.startswith(("Etc/", "US/", "posix")) for name in zones)
