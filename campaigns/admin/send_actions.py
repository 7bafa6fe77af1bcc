"""The buttons of a send's page: its transitions."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from campaigns.admin_base import RowAction, RowActionRefusedError, signed_in_user
from campaigns.lifecycle import VERBS, may_follow
from campaigns.models import Send
from campaigns.preflight import CheckResult
from campaigns.services import (
    TransitionNotAllowedError,
    TransitionRefusedError,
    transition_send,
)

_CONFIRM = {
    "live": "Go live? UTM values, landing page and messages are fixed from then on.",
    "cancelled": "Cancel this send? That cannot be undone, and its name stays taken.",
}


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
