"""Move a send to its next state, where its checks allow it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.history import save_by
from campaigns.lifecycle import may_follow
from campaigns.models import Send
from campaigns.plan_checks import plan_checks
from campaigns.planned_costs import planned_cost
from campaigns.preflight import CheckResult, errors_in, run_checks, unanswered_in
from campaigns.send_followers import follow
from campaigns.sending_policy import policy_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


class TransitionNotAllowedError(Exception):
    """A send in its state cannot move to the state asked for."""

    def __init__(self, send: Send, to: str) -> None:
        self.allowed = may_follow(send.status)
        then = f"It can become {' or '.join(self.allowed)}." if self.allowed else "That is final."
        super().__init__(f"A {send.status} send cannot become {to[:20]}. {then}")


class TransitionRefusedError(Exception):
    """The send's checks do not allow the move yet. `missing` lists what to mend."""

    def __init__(self, to: str, missing: Sequence[CheckResult]) -> None:
        self.missing = tuple(missing)
        super().__init__(f"Not {to} yet: " + " ".join(result.message for result in self.missing))


@transaction.atomic
def transition_send(*, send: Send, to: str, by: "User | None", now: datetime) -> Send:
    """Move a send to another state and return it as it now is.

    Ready needs the send's own checks to be clean, live needs every app's, and an answer to
    every warning where the channel's policy asks for one.

    Raises:
        TransitionNotAllowedError: that state does not follow from the present one.
        TransitionRefusedError: checks stand against it; it carries them.
    """
    current = Send.objects.select_for_update().get(pk=send.pk)
    if to not in may_follow(current.status):
        raise TransitionNotAllowedError(current, to)
    missing = what_is_missing(send=current, to=to, now=now)
    if missing:
        raise TransitionRefusedError(to, missing)
    reason = f"{current.get_status_display()} to {Send.Status(to).label.lower()}"
    current.status = to
    if to == Send.Status.LIVE:
        current.live_at = now
        _note_planned_cost(current)
    if to == Send.Status.DONE:
        current.done_at = now
    save_by(current, by, reason=reason)
    follow(current, now=now)
    return current


def what_is_missing(*, send: Send, to: str, now: datetime) -> list[CheckResult]:
    """Return what keeps a send from moving to a state."""
    if to == Send.Status.READY:
        return errors_in(plan_checks(send, now))
    if to == Send.Status.LIVE:
        return blocking(send, run_checks(send, now=now))
    return []


def blocking(send: Send, results: Sequence[CheckResult]) -> list[CheckResult]:
    """Keep what stands against going live: errors, and unanswered warnings if the policy says so."""
    if policy_of(send.channel).warnings_need_reason:
        return [*errors_in(results), *unanswered_in(results)]
    return errors_in(results)


def _note_planned_cost(send: Send) -> None:
    """Keep what it was expected to cost, so that a later rate does not rewrite the plan."""
    found = planned_cost(send, send.messages.all())
    if found.total is not None:
        send.planned_cost_minor = found.total.minor
        send.planned_cost_currency = found.total.currency
