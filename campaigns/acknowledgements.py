"""Accept a preflight warning, with a reason that stays beside it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.lifecycle import is_over
from campaigns.models import AcknowledgedWarning, Send
from campaigns.preflight import Level, run_checks

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

SHORTEST_REASON = 5
LONGEST_REASON = 300


class ReasonMissingError(Exception):
    """A warning is accepted only with a reason that says something."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"Write why, in {SHORTEST_REASON} to {LONGEST_REASON} characters; "
            f"this has {len(reason)}."
        )


class WarningNotFoundError(Exception):
    """The checks give no such warning: it is mended, or now reads otherwise."""

    def __init__(self) -> None:
        super().__init__("That warning does not stand any more; see the present ones.")


class ErrorNotAcceptableError(Exception):
    """An error has to be mended; no reason lets it pass."""

    def __init__(self, message: str) -> None:
        super().__init__(f"An error cannot be accepted, only mended: {message}")


@transaction.atomic
def acknowledge_warning(
    *, send: Send, code: str, message: str, reason: str, by: "User | None", now: datetime
) -> AcknowledgedWarning:
    """Note who accepts a warning of exactly these words, and why.

    A warning that was accepted before keeps its first reason.

    Raises:
        ReasonMissingError: the reason is too short or too long.
        ErrorNotAcceptableError: it is an error.
        WarningNotFoundError: the send's checks give no such warning now.
    """
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ReasonMissingError(reason)
    current = Send.objects.select_for_update().get(pk=send.pk)
    results = [] if is_over(current.status) else run_checks(current, now=now)
    found = next((one for one in results if (one.code, one.message) == (code, message)), None)
    if found is None or found.level == Level.OK:
        raise WarningNotFoundError
    if found.level == Level.ERROR:
        raise ErrorNotAcceptableError(found.message)
    return found.acknowledged or AcknowledgedWarning.objects.create(
        send=current,
        code=code,
        message=message,
        reason=reason,
        acknowledged_by=by,
        acknowledged_at=now,
    )
