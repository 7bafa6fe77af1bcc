"""A field that names a time zone."""

from rest_framework import serializers

from campaigns.quiet_hours import UnknownTimeZoneError, zone_named


def check_time_zone(value: str) -> None:
    """Refuse a name that no time zone has; an empty one names none."""
    try:
        if value:
            zone_named(value)
    except UnknownTimeZoneError as error:
        raise serializers.ValidationError(str(error), code="time-zone-unknown") from error
