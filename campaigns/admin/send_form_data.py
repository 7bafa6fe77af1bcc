"""A send as it stands in its form, read from what was typed, however unfinished. No writes."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet

from campaigns.lifecycle import is_frozen
from campaigns.models import MOST_HELD_OUT, Channel, Message, NamingConvention, Send
from campaigns.name_format import compose
from campaigns.published_rules import part_of

PART_PREFIX = "part"
_TEXT_FIELDS = {
    "name": 120,
    "audience": 120,
    "time_zone": 63,
    "destination_url": 2000,
    "utm_source": 200,
    "utm_medium": 200,
    "utm_campaign": 200,
    "utm_term": 200,
}
_LONGEST_BODY = 1600
_MOST_ROWS = 20
_MOST_RECIPIENTS = 2**31 - 1
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

FormData = Mapping[str, Any]


def send_in(data: FormData, stored: Send | None) -> Send:
    """Return the send that the form describes; what it leaves out is as stored. Never raises."""
    send = stored or Send()
    if "channel" in data:
        send.channel_id = _channel_id(text_in(data, "channel"))
    for field, longest in _TEXT_FIELDS.items():
        if field in data:
            setattr(send, field, text_in(data, field)[:longest])
    send.destination_url = with_scheme(send.destination_url)
    if "audience_size" in data:
        send.audience_size = number_in(data, "audience_size", 0, _MOST_RECIPIENTS)
    if "holdout_percent" in data:
        send.holdout_percent = number_in(data, "holdout_percent", 0, MOST_HELD_OUT)
    if "scheduled_at_0" in data:
        send.scheduled_at = _moment_in(data, "scheduled_at")
    if not send.utm_campaign:
        send.utm_campaign = composed_name(data, send.channel_id)
    return send


def messages_in(data: FormData, stored: Send | None) -> list[tuple[int, Message]]:
    """Return the form's versions with their places in it, without those to be removed."""
    rows = list(in_order(stored.messages.all())) if stored is not None else []
    if stored is not None and is_frozen(stored.status):
        return list(enumerate(rows))
    known = {str(row.pk): row for row in rows}
    count = number_in(data, "messages-TOTAL_FORMS", 0, _MOST_ROWS)
    return [
        (index, _message_in(data, f"messages-{index}", known))
        for index in range(count)
        if not data.get(f"messages-{index}-DELETE")
    ]


def in_order(messages: QuerySet[Message]) -> QuerySet[Message]:
    """List versions as the form does: those people get, then the replaced."""
    return messages.order_by(F("retired_at").asc(nulls_first=True), "utm_content", "created_at")


def composed_name(data: FormData, channel_id: UUID | None) -> str:
    """Return the campaign name made of the parts typed for a channel; perhaps empty."""
    convention = (
        NamingConvention.objects.published()
        .filter(channel=channel_id)
        .prefetch_related("tokens")
        .first()
    )
    if convention is None:
        return ""
    parts = [part_of(token) for token in convention.tokens.all()]
    values = {part.name: _tidy(text_in(data, part_field(channel_id, part.name))) for part in parts}
    return compose(parts, values, convention.separator)


def _tidy(text: str) -> str:
    """Write a part as the page's script does: small letters, hyphens for spaces."""
    return "-".join(text[:100].lower().split())


def part_field(channel_id: object, part: str) -> str:
    """Return how the form calls the field of one part of a channel's names."""
    return f"{PART_PREFIX}-{channel_id}-{part}"


def with_scheme(address: str) -> str:
    """Read an address typed without a scheme as https, as the form itself does."""
    return address if not address or _HAS_SCHEME.match(address) else f"https://{address}"


def text_in(data: FormData, field: str) -> str:
    """Return what was typed into a field, without what no database stores."""
    return str(data.get(field) or "").replace("\0", "").strip()


def number_in(data: FormData, field: str, least: int, most: int) -> int:
    """Return a whole number within bounds; the least one where none was typed."""
    text = text_in(data, field)
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return least
    return min(max(int(text), least), most)


def _message_in(data: FormData, prefix: str, known: Mapping[str, Message]) -> Message:
    message = known.get(text_in(data, f"{prefix}-id")) or Message()
    message.body = str(data.get(f"{prefix}-body") or "").replace("\0", "")[:_LONGEST_BODY]
    message.body = message.body.replace("\r\n", "\n")
    message.utm_content = text_in(data, f"{prefix}-utm_content")[:100]
    message.share = number_in(data, f"{prefix}-share", 0, 1000)
    message.destination_url = with_scheme(text_in(data, f"{prefix}-destination_url")[:2000])
    return message


def _channel_id(text: str) -> Any:
    try:
        return Channel.objects.filter(pk=UUID(text)).values_list("pk", flat=True).first()
    except ValueError:
        return None


def _moment_in(data: FormData, field: str) -> datetime | None:
    typed = [text_in(data, f"{field}_{index}") for index in (0, 1)]
    try:
        moment: datetime | None = forms.SplitDateTimeField(required=False).clean(typed)
    except ValidationError:
        return None
    return moment
