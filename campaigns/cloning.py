"""Plan a send again: a draft like it, under a name that passes today."""

import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from campaigns.models import Message, Send
from campaigns.moved_periods import find_period, moved
from campaigns.send_checks import check_send
from campaigns.send_saving import save_send
from campaigns.versions import active

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_COPIED = (
    "campaign_id",
    "channel_id",
    "audience",
    "audience_size",
    "holdout_percent",
    "time_zone",
    "destination_url",
    "utm_source",
    "utm_medium",
    "utm_term",
)
_LONGEST_NAME = 120


@transaction.atomic
def clone_send(
    *,
    send: Send,
    by: "User | None",
    now: datetime.datetime,
    changes: Mapping[str, Any] | None = None,
) -> Send:
    """Make a draft like a send, its period moved to today's, its planned time empty.

    Versions that were replaced stay behind, the others are named anew. Values that the
    convention refuses by now become what it suggests; `changes` are taken as they are.

    Raises:
        ConventionBrokenError: one of `changes` breaks the convention.
        NoConventionError: the channel has no published convention any more.
    """
    given = dict(changes or {})
    copy = Send(cloned_from=send, **{name: getattr(send, name) for name in _COPIED})
    copy.utm_campaign, copy.name = _moved_names(send, timezone.localdate(now))
    for name, value in given.items():
        setattr(copy, name, value)
    messages = [
        Message(body=row.body, share=row.share, destination_url=row.destination_url)
        for row in active(send.messages.all())
    ]
    suggested = check_send(copy, messages, now=now).suggested
    for name in {"utm_source", "utm_medium", "utm_campaign", "utm_term"} - set(given):
        setattr(copy, name, suggested.get(name, ""))
    return save_send(send=copy, messages=messages, by=by, now=now)


def _moved_names(send: Send, today: datetime.date) -> tuple[str, str]:
    """Return the campaign name and the send's own name as they read today."""
    old = find_period(send.utm_campaign)
    new = moved(old, today)
    if not old or new == old:
        return send.utm_campaign, _as_copy(send.name)
    head, _, tail = send.utm_campaign.rpartition(old)
    said = re.compile(rf"\b{re.escape(old)}\b", re.IGNORECASE)
    name = said.sub(lambda found: new.capitalize() if found[0][0].isupper() else new, send.name)
    return f"{head}{new}{tail}", name[:_LONGEST_NAME] if name != send.name else _as_copy(name)


def _as_copy(name: str) -> str:
    return name[: _LONGEST_NAME - len(" (copy)")] + " (copy)"
