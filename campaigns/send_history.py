"""What a send's history tells: who moved it when, and who edited its content last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from campaigns.models import Message, Send

CONTENT = (
    "channel_id",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "destination_url",
    "audience",
    "audience_size",
    "holdout_percent",
    "scheduled_at",
    "time_zone",
)
TEXT = ("utm_content", "body", "share", "destination_url")
"""What of a send and of its texts reaches the recipients."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of a send's state: from where to where, by whom, when, and why."""

    before: str
    after: str
    by: Any
    at: datetime
    reason: str


def transitions_of(sends: Iterable[Send]) -> dict[UUID, list[Transition]]:
    """Return every send's changes of state, the earliest first. Costs one query for all."""
    found: dict[UUID, list[Transition]] = {send.pk: [] for send in sends}
    rows = Send.history.filter(id__in=list(found)).select_related("history_user")
    by_send: dict[UUID, list[Any]] = {}
    for row in rows.order_by("history_date", "history_id"):
        by_send.setdefault(row.id, []).append(row)
    for pk, entries in by_send.items():
        found[pk] = [
            Transition(
                before=older.status,
                after=newer.status,
                by=newer.history_user,
                at=newer.history_date,
                reason=newer.history_change_reason or "",
            )
            for older, newer in pairwise(entries)
            if older.status != newer.status
        ]
    return found


def content_editor(send: Send) -> Any:
    """Return who changed last what would go out: values, texts, audience or time.

    None where nobody is known. Costs two queries.
    """
    sends = list(Send.history.filter(id=send.pk).select_related("history_user"))
    texts = list(Message.history.filter(send_id=send.pk).select_related("history_user"))
    edits = _edits(sends, CONTENT)
    for pk in {row.id for row in texts}:
        edits += _edits([row for row in texts if row.id == pk], TEXT)
    newest = max(edits, key=lambda row: row.history_date, default=None)
    return newest and newest.history_user


def _edits(rows: Sequence[Any], fields: Sequence[str]) -> list[Any]:
    """Keep the history rows of one record, newest first, in which one of the fields changed."""
    contents = [(row.history_type == "-", *(getattr(row, name) for name in fields)) for row in rows]
    return [
        row
        for index, row in enumerate(rows)
        if index + 1 == len(rows) or contents[index] != contents[index + 1]
    ]
