"""The use cases of planning: save a send, move it on, publish a convention, suppress a number."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from campaigns.conventions import Violation
from campaigns.history import delete_by, save_by
from campaigns.lifecycle import is_frozen, may_follow
from campaigns.models import Message, Send, Suppression
from campaigns.phone_numbers import hash_phone, mask_phone, normalise_phone
from campaigns.preflight import CheckResult, Level, run_checks
from campaigns.send_checks import SendVerdict, already_used, check_send, plan_checks
from campaigns.send_followers import follow
from campaigns.spend_import import record_spend as record_spend

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

FROZEN_FIELDS = (
    "channel_id",
    "destination_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
)


class ConventionBrokenError(Exception):
    """A send's values break the naming convention. `violations` say where and what would pass."""

    def __init__(self, violations: Sequence[Violation], suggested: dict[str, str]) -> None:
        self.violations = tuple(violations)
        self.suggested = suggested
        super().__init__(" ".join(violation.message for violation in violations))


class SendFrozenError(Exception):
    """The send is out: what its links carry and its messages say cannot change any more."""

    def __init__(self, send: Send, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(
            f"“{send.name}” is {send.get_status_display().lower()}; "
            f"these stay as they are: {', '.join(fields)}."
        )


class SendNotDraftError(Exception):
    """Only a draft can be deleted; any other send is history."""

    def __init__(self, send: Send) -> None:
        super().__init__(
            f"“{send.name}” is {send.get_status_display().lower()}; only a draft can be deleted."
        )


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
def save_send(
    *, send: Send, messages: list[Message] | None, by: "User | None", now: datetime
) -> Send:
    """Store a send and its messages after checking them, and tell the followers.

    `messages` None leaves them as they are; a list replaces them. A ready send that no longer
    satisfies its own checks goes back to draft.

    Raises:
        ConventionBrokenError: a value breaks the channel's convention or was used before.
        NoConventionError: the channel has no published convention.
        SendFrozenError: the send is out, and something its links carry would change.
    """
    stored = Send.objects.select_for_update().filter(pk=send.pk).first()
    wanted = messages if messages is not None else list(send.messages.all() if stored else [])
    if stored is None:
        send.created_by = by
    else:
        send.status, send.live_at, send.done_at = stored.status, stored.live_at, stored.done_at
    if stored is not None and is_frozen(stored.status):
        _refuse_frozen_changes(stored, send, messages)
        save_by(send, by)
    else:
        verdict = check_send(send, wanted, now=now)
        if verdict.violations:
            raise ConventionBrokenError(verdict.violations, verdict.suggested)
        _store(send, verdict, by)
        if messages is not None:
            _store_messages(send, messages, by)
        _back_to_draft_if_unready(send, by, now)
    follow(send, now=now)
    return send


def _refuse_frozen_changes(stored: Send, send: Send, messages: list[Message] | None) -> None:
    changed = [name for name in FROZEN_FIELDS if getattr(stored, name) != getattr(send, name)]
    if messages is not None:
        before = {(row.pk, row.body, row.utm_content) for row in stored.messages.all()}
        if before != {(row.pk, row.body, row.utm_content) for row in messages}:
            changed.append("messages")
    if changed:
        raise SendFrozenError(stored, [name.removesuffix("_id") for name in changed])


def _store(send: Send, verdict: SendVerdict, by: "User | None") -> None:
    send.convention = verdict.convention
    try:
        with transaction.atomic():
            save_by(send, by)
    except IntegrityError as error:
        # Two people chose the name in the same moment: the check saw neither, the index did.
        other = Send.objects.filter(utm_campaign__iexact=send.utm_campaign).first()
        if other is None or "utm_campaign_unique" not in str(error):
            raise
        violation = already_used(send.utm_campaign, other, "")
        raise ConventionBrokenError([violation], verdict.suggested) from error


def _store_messages(send: Send, messages: list[Message], by: "User | None") -> None:
    for gone in send.messages.exclude(pk__in=[message.pk for message in messages]):
        delete_by(gone, by)
    for message in messages:
        message.send = send
        save_by(message, by)


def _back_to_draft_if_unready(send: Send, by: "User | None", now: datetime) -> None:
    if send.status == Send.Status.READY and _errors(plan_checks(send, now)):
        send.status = Send.Status.DRAFT
        save_by(send, by, reason="No longer ready after an edit")


@transaction.atomic
def delete_send(*, send: Send, by: "User | None") -> None:
    """Delete a draft with its messages.

    Raises:
        SendNotDraftError: it is ready, out or over.
    """
    current = Send.objects.select_for_update().get(pk=send.pk)
    if current.status != Send.Status.DRAFT:
        raise SendNotDraftError(current)
    delete_by(current, by)


@transaction.atomic
def transition_send(*, send: Send, to: str, by: "User | None", now: datetime) -> Send:
    """Move a send to another state and return it as it now is.

    Ready needs the send's own checks to be clean, live needs every app's.

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
    if to == Send.Status.DONE:
        current.done_at = now
    save_by(current, by, reason=reason)
    follow(current, now=now)
    return current


def what_is_missing(*, send: Send, to: str, now: datetime) -> list[CheckResult]:
    """Return the failed checks that keep a send from moving to a state."""
    if to == Send.Status.READY:
        return _errors(plan_checks(send, now))
    if to == Send.Status.LIVE:
        return _errors(run_checks(send, now=now))
    return []


def _errors(results: Sequence[CheckResult]) -> list[CheckResult]:
    return [result for result in results if result.level == Level.ERROR]


def suppress_phone(
    *, phone: str, reason: str, send: Send | None = None, now: datetime
) -> Suppression:
    """Note that a number must not be texted; the first note of a number stays.

    Raises:
        InvalidPhoneError: the text is no phone number.
    """
    e164 = normalise_phone(phone)
    return Suppression.objects.get_or_create(
        phone_hash=hash_phone(e164, settings.HASH_KEY),
        defaults={
            "phone_masked": mask_phone(e164),
            "reason": reason,
            "send": send,
            "suppressed_at": now,
        },
    )[0]
