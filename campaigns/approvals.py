"""A second person's yes to a send as it is, and whether it still holds."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.models import Send, SendApproval
from campaigns.send_history import CONTENT, TEXT, content_editor
from campaigns.versions import active

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

PERMISSION = "campaigns.approve_send"
LONGEST_NOTE = 300


class ApprovalRefusedError(Exception):
    """This person may not approve this send, or not now; the words say why."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The newest approval of a send, and whether the send is still what was approved."""

    row: SendApproval
    is_valid: bool


@transaction.atomic
def approve_send(*, send: Send, by: "User | None", note: str, now: datetime) -> SendApproval:
    """Note that a second person agrees to the send as it now is.

    Raises:
        ApprovalRefusedError: the send is not waiting for it, or this person made or edited it
            or has not the permission.
    """
    current = Send.objects.select_for_update().get(pk=send.pk)
    reason = why_not_approve(current, by)
    if reason:
        raise ApprovalRefusedError(reason)
    return SendApproval.objects.create(
        send=current,
        approved_by=by,
        approved_at=now,
        fingerprint=fingerprint(current),
        note=note.strip()[:LONGEST_NOTE],
    )


def why_not_approve(send: Send, by: "User | None") -> str:
    """Return in words why somebody may not approve a send now; an empty string where they may.

    A send is approved while it is ready; again while it is live, if a text was replaced since.
    """
    if by is None or not by.has_perm(PERMISSION):
        return "Approving needs a person with the right “Can approve another person's send”."
    found = approval_of(send)
    is_void = found is not None and not found.is_valid
    if send.status != Send.Status.READY and not (send.status == Send.Status.LIVE and is_void):
        return f"“{send.name}” is {send.status}; a send is approved when it is ready."
    if by == send.created_by:
        return "You planned this send, so a second person has to approve it."
    if by == content_editor(send):
        return "You edited this send last, so a second person has to approve it."
    if found is not None and found.is_valid:
        return "It is approved already, and nothing changed since."
    return ""


def approval_of(send: Send) -> Approval | None:
    """Return the newest approval, if there is one. Costs two queries unless prefetched."""
    row = next(iter(send.approvals.all()), None)
    return None if row is None else Approval(row, row.fingerprint == fingerprint(send))


def fingerprint(send: Send) -> str:
    """Return the SHA-256 of what would go out: values, destinations, texts, audience, time."""
    texts = sorted(
        [getattr(message, name) for name in TEXT] for message in active(send.messages.all())
    )
    content = [*(_written(getattr(send, name)) for name in CONTENT), texts]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _written(value: object) -> str:
    """Return a value's one text: a moment's does not depend on how it was typed."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
