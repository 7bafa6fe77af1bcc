"""The buttons of a send's page: its transitions, a clone; and its forms: approve, accept."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from campaigns.admin_base import RowAction, RowActionRefusedError, RowMade, signed_in_user
from campaigns.approvals import PERMISSION
from campaigns.lifecycle import VERBS, may_follow
from campaigns.models import ProposedText, Send
from campaigns.preflight import CheckResult
from campaigns.published_rules import NoConventionError
from campaigns.services import (
    ApprovalRefusedError,
    ConventionBrokenError,
    ErrorNotAcceptableError,
    NotReplaceableError,
    ReasonMissingError,
    TransitionNotAllowedError,
    TransitionRefusedError,
    WarningNotFoundError,
    accept_text,
    acknowledge_warning,
    approve_send,
    clone_send,
    decline_text,
    transition_send,
)

APPROVE = "approve"
ACCEPT_TEXT = "accept-text"
DECLINE_TEXT = "decline-text"
ACCEPT = "accept-warning"
_CONFIRM = {
    "live": "Go live? UTM values, landing page and messages are fixed from then on.",
    "cancelled": "Cancel this send? That cannot be undone, and its name stays taken.",
}


def send_actions(send: Send) -> list[RowAction]:
    """Return what may be done with a send now, the usual next step first."""
    return [
        *transitions(send),
        RowAction("clone", "Clone", _clone, permission="campaigns.add_send"),
        RowAction(APPROVE, "Approve", _approve, permission=PERMISSION, is_button=False),
        RowAction(ACCEPT, "Accept", _accept, is_button=False),
        RowAction(
            ACCEPT_TEXT, "Send this text", _accept_text, permission=PERMISSION, is_button=False
        ),
        RowAction(DECLINE_TEXT, "Keep the old text", _decline_text, is_button=False),
    ]


def transitions(send: Send) -> list[RowAction]:
    """Return exactly the transitions that may follow, the usual next step first."""
    return [
        RowAction(
            name=to,
            label=VERBS[to],
            run=_mover(to),
            variant="default" if index else "primary",
            confirm=_CONFIRM.get(to, ""),
        )
        for index, to in enumerate(may_follow(send.status))
    ]


def _mover(to: str) -> Any:
    def move(request: HttpRequest, send: Send) -> str:
        try:
            moved = transition_send(
                send=send, to=to, by=signed_in_user(request), now=timezone.now()
            )
        except TransitionNotAllowedError as error:
            raise RowActionRefusedError([str(error)]) from error
        except TransitionRefusedError as error:
            raise RowActionRefusedError([_reason(result) for result in error.missing]) from error
        return f"“{moved.name}” is now {moved.get_status_display().lower()}."

    return move


def _reason(result: CheckResult) -> str:
    if not result.fix_url:
        return result.message
    return format_html(
        '{} <a class="underline" href="{}">Mend it</a>', result.message, result.fix_url
    )


def _clone(request: HttpRequest, send: Send) -> RowMade:
    try:
        copy = clone_send(send=send, by=signed_in_user(request), now=timezone.now())
    except (ConventionBrokenError, NoConventionError) as error:
        raise RowActionRefusedError([str(error)]) from error
    text = f"A draft like “{send.name}”, named {copy.utm_campaign}. Plan its time, then mark it."
    return RowMade(text, copy)


def _approve(request: HttpRequest, send: Send) -> str:
    note = request.POST.get("note", "")
    try:
        approve_send(send=send, by=signed_in_user(request), note=note, now=timezone.now())
    except ApprovalRefusedError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"You approved “{send.name}” as it is now. A change asks for a new approval."


def _accept_text(request: HttpRequest, send: Send) -> str:
    proposal = _proposal(request, send)
    try:
        new = accept_text(proposal=proposal, by=signed_in_user(request), now=timezone.now())
    except (ApprovalRefusedError, NotReplaceableError, ConventionBrokenError) as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"{new.utm_content} goes out from now on."


def _decline_text(request: HttpRequest, send: Send) -> str:
    proposal = _proposal(request, send)
    try:
        decline_text(proposal=proposal, by=signed_in_user(request), now=timezone.now())
    except ApprovalRefusedError as error:
        raise RowActionRefusedError([str(error)]) from error
    return "The new text is declined; what goes out stays as it is."


def _proposal(request: HttpRequest, send: Send) -> ProposedText:
    """Return the proposal that the form names, of this send."""
    try:
        return ProposedText.objects.get(pk=request.POST.get("proposal", ""), message__send=send)
    except (ProposedText.DoesNotExist, ValidationError) as error:
        raise RowActionRefusedError(["There is no such text to decide on."]) from error


def _accept(request: HttpRequest, send: Send) -> str:
    given = {name: request.POST.get(name, "") for name in ("code", "message", "reason")}
    try:
        acknowledge_warning(send=send, **given, by=signed_in_user(request), now=timezone.now())
    except (ReasonMissingError, WarningNotFoundError, ErrorNotAcceptableError) as error:
        raise RowActionRefusedError([str(error)]) from error
    return "Accepted. Your reason stays beside the warning."
