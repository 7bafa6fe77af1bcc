"""New texts for a live send that wait for a second person, where the channel's policy asks for one.

Until somebody else says yes, the text that was approved goes out. A newer proposal for the same
version takes the place of one that waits.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from campaigns.approvals import PERMISSION, ApprovalRefusedError, fingerprint
from campaigns.message_replacing import check_replacement, replace_message
from campaigns.models import Message, ProposedText, Send, SendApproval
from campaigns.sending_policy import policy_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


@transaction.atomic
def change_live_text(
    *, message: Message, body: str, destination_url: str, by: "User | None", now: datetime
) -> Message | ProposedText:
    """Replace a text that is going out, or propose it where a second person has to agree.

    Raises:
        NotReplaceableError: the send is not live, or the version was replaced before.
        ConventionBrokenError: the text or the landing page cannot go out like this.
    """
    if not policy_of(message.send.channel).needs_approval:
        return replace_message(
            message=message, body=body, destination_url=destination_url, by=by, now=now
        )
    check_replacement(message=message, body=body, destination_url=destination_url, now=now)
    waiting = ProposedText.objects.filter(message=message, decided_at__isnull=True)
    waiting.update(is_accepted=False, decided_by=by, decided_at=now)
    return ProposedText.objects.create(
        message=message,
        body=body,
        destination_url=destination_url.strip(),
        proposed_by=by,
        proposed_at=now,
    )


@transaction.atomic
def accept_text(*, proposal: ProposedText, by: "User | None", now: datetime) -> Message:
    """Let a proposed text go out from now on: the send is approved with it.

    Raises:
        ApprovalRefusedError: it is decided, or this person proposed it or lacks the permission.
        NotReplaceableError: the send is not live any more, or the version was replaced.
        ConventionBrokenError: the text cannot go out any more.
    """
    waiting = _undecided(proposal)
    reason = why_not_accept(waiting, by)
    if reason:
        raise ApprovalRefusedError(reason)
    new = replace_message(
        message=waiting.message,
        body=waiting.body,
        destination_url=waiting.destination_url,
        by=waiting.proposed_by,
        now=now,
    )
    _decide(waiting, is_accepted=True, by=by, now=now)
    SendApproval.objects.create(
        send=new.send,
        approved_by=by,
        approved_at=now,
        fingerprint=fingerprint(Send.objects.get(pk=new.send_id)),
        note=f"The new text {new.utm_content}",
    )
    return new


@transaction.atomic
def decline_text(*, proposal: ProposedText, by: "User | None", now: datetime) -> None:
    """Keep the text that goes out. Whoever proposed the other may take it back like this.

    Raises:
        ApprovalRefusedError: it is decided, or this person neither proposed nor may approve it.
    """
    waiting = _undecided(proposal)
    if by is None or (by != waiting.proposed_by and not by.has_perm(PERMISSION)):
        raise ApprovalRefusedError(
            "Declining needs a person with the right “Can approve another person's send”."
        )
    _decide(waiting, is_accepted=False, by=by, now=now)


def why_not_accept(proposal: ProposedText, by: "User | None") -> str:
    """Return in words why somebody may not accept a text; an empty string where they may."""
    if by is None or not by.has_perm(PERMISSION):
        return "Accepting needs a person with the right “Can approve another person's send”."
    if by == proposal.proposed_by:
        return "You proposed this text, so a second person has to accept it."
    return ""


def waiting_texts(send: Send) -> QuerySet[ProposedText]:
    """Return what waits for a second person, the oldest first."""
    return ProposedText.objects.filter(message__send=send, decided_at__isnull=True).select_related(
        "message", "proposed_by"
    )


def _undecided(proposal: ProposedText) -> ProposedText:
    rows = ProposedText.objects.select_for_update(of=("self",)).select_related(
        "message__send", "proposed_by"
    )
    found = rows.get(pk=proposal.pk)
    if found.decided_at is not None:
        word = "accepted" if found.is_accepted else "declined"
        raise ApprovalRefusedError(f"This text was {word} already.")
    return found


def _decide(proposal: ProposedText, *, is_accepted: bool, by: "User | None", now: datetime) -> None:
    proposal.is_accepted, proposal.decided_by, proposal.decided_at = is_accepted, by, now
    proposal.save(update_fields=["is_accepted", "decided_by", "decided_at"])
