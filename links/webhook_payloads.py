"""What webhook messages say of a link: the same fields in every kind of event."""

from datetime import UTC, datetime
from typing import Any

from links.models import Link


def link_payload(link: Link) -> dict[str, Any]:
    """Return which link it is, and of which send. Load `domain` and `send` before."""
    return {
        "link_id": str(link.pk),
        "short_url": link.short_url,
        "send_id": str(link.send_id) if link.send else None,
        "send_name": link.send.name if link.send else None,
        "utm_campaign": link.utm_campaign,
    }


def wire_time(moment: datetime) -> str:
    """Return a time as messages write it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
