"""A send as a row of a spreadsheet: what an export writes is what an import reads."""

from collections.abc import Sequence

from django.utils import timezone

from campaigns.models import Message, Send
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.versions import active

MESSAGE_COLUMNS = ("message", "message_b", "message_c", "message_d", "message_e")
SHARE_COLUMNS = ("share_a", "share_b", "share_c", "share_d", "share_e")
COLUMNS = (
    "id", "name", "campaign", "channel", "audience", "audience_size", "holdout_percent",
    "scheduled_at", "time_zone", "destination_url", "utm_source", "utm_medium", "utm_campaign", "utm_term",
    *MESSAGE_COLUMNS, *SHARE_COLUMNS, "status",
)  # fmt: skip
READ_ONLY = ("status",)
"""Written for people; an import never changes it: a send goes live through its checks only."""

EXAMPLE = {
    "name": "Trial re-engagement, June",
    "campaign": "Trial win-back",
    "channel": "sms",
    "audience": "Lapsed trials",
    "audience_size": "1200",
    "scheduled_at": "2030-06-04 10:30",
    "time_zone": "America/New_York",
    "destination_url": "https://example.com/trial",
    "utm_source": "sms",
    "utm_medium": "text",
    "utm_campaign": "trial-reengagement-june",
    "utm_term": "lapsed-trials",
    "message": "Your trial waits for you: {link} Reply STOP to opt out",
}


def send_as_row(send: Send, messages: Sequence[Message]) -> dict[str, str]:
    """Return every column's text; equal texts mean equal values."""
    row = {name: plain_text(getattr(send, name)) for name in _TEXTS}
    row["id"] = str(send.pk)
    row["campaign"] = send.campaign.name
    row["channel"] = send.channel.slug
    row["audience_size"] = str(send.audience_size)
    row["holdout_percent"] = str(send.holdout_percent)
    row["status"] = send.status
    row["scheduled_at"] = _moment(send)
    going = active(messages)
    for at, (body, share) in enumerate(zip(MESSAGE_COLUMNS, SHARE_COLUMNS, strict=True)):
        message = going[at] if at < len(going) else None
        row[body] = plain_text(message.body) if message else ""
        row[share] = str(message.share) if message and len(going) > 1 else ""
    return row


_TEXTS = (
    "name", "audience", "time_zone", "destination_url",
    "utm_source", "utm_medium", "utm_campaign", "utm_term",
)  # fmt: skip


def plain_text(text: str) -> str:
    """Return a cell's text without what spreadsheets change on their own: line ends, edges."""
    return text.replace("\r\n", "\n").strip()


def _moment(send: Send) -> str:
    """Return the planned time as the recipients read it, its offset named."""
    if send.scheduled_at is None:
        return ""
    try:
        zone = zone_named(send.time_zone) if send.time_zone else None
    except UnknownTimeZoneError:
        zone = None
    return timezone.localtime(send.scheduled_at, zone).isoformat()
