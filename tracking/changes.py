"""Notes to whoever settles credit: whose facts changed, and why. Nothing is lost by a crash.

Every writer notes a change in the transaction that makes it; the reader deletes the notes
in the transaction that acts on them, so each change is acted on once or again, never not. Every
note pokes a worker when it is committed, so that reports follow at once.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from campaigns.doorbell import SETTLE, ring_once_on_commit
from campaigns.public_ids import new_id
from tracking.copying import copy_new
from tracking.models import PendingChange


def note_changes(
    *, subject: PendingChange.Subject, ids: Iterable[UUID], cause: str, now: datetime
) -> None:
    """Note that these people's or deals' facts changed. Call inside the writing transaction.

    `cause` is one of the ledger's causes: `new_outcome`, `deal_changed`, `late_touch`,
    `identity`, `channel_rules`, `exclusion`, `refund` or `rate`.
    """
    rows = [
        {
            "id": new_id(),
            "subject": str(subject),
            "subject_id": subject_id,
            "cause": cause,
            "noted_at": now,
        }
        for subject_id in dict.fromkeys(ids)
    ]
    if rows:
        copy_new(PendingChange, rows)
        ring_once_on_commit(SETTLE)


def claim_changes(*, limit: int) -> list[PendingChange]:
    """Take the oldest notes nobody else holds and delete them. Call inside a transaction."""
    notes = list(PendingChange.objects.select_for_update(skip_locked=True)[:limit])
    PendingChange.objects.filter(pk__in=[note.pk for note in notes]).delete()
    return notes
