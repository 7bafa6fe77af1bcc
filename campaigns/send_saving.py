"""Store a send with its messages, or delete a draft. Nothing is stored that breaks a rule."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.conventions import Violation
from campaigns.divided_audiences import divided_people
from campaigns.history import delete_by, save_by
from campaigns.lifecycle import is_frozen
from campaigns.models import Message, Send
from campaigns.plan_checks import plan_checks
from campaigns.preflight import errors_in
from campaigns.send_checks import SendVerdict, already_used, check_send
from campaigns.send_followers import follow

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
MESSAGE_FIELDS = ("body", "utm_content", "share", "destination_url")
"""What people write of a message, and what is fixed once it is out."""


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


class SendChangedMeanwhileError(Exception):
    """Somebody saved the send after the writer had seen it; theirs is not overwritten unseen."""

    def __init__(self, stored: Send) -> None:
        latest = stored.history.first()
        who = (latest and latest.history_user) or "Somebody"
        at = timezone.localtime(stored.updated_at)
        super().__init__(
            f"{who} changed this send at {at:%H:%M} on {at:%-d %B}, after you opened it: see History "
            "below. Save once more to put what you wrote in its place."
        )


class HoldoutFixedError(Exception):
    """People were divided by the holdout; another one would move some who may have got the text."""

    def __init__(self, stored: Send, people: int) -> None:
        self.fields = ("holdout_percent",)
        super().__init__(
            f"The holdout of “{stored.name}” stays at {stored.holdout_percent} per cent: "
            f"{people:,} people were divided by it already. Plan another send for another holdout."
        )


class SendNotDraftError(Exception):
    """Only a draft can be deleted; any other send is history."""

    def __init__(self, send: Send) -> None:
        super().__init__(
            f"“{send.name}” is {send.get_status_display().lower()}; only a draft can be deleted."
        )


@transaction.atomic
def save_send(
    *,
    send: Send,
    messages: list[Message] | None,
    by: "User | None",
    now: datetime,
    seen_at: datetime | None = None,
) -> Send:
    """Store a send and its messages after checking them, and tell the followers.

    `messages` None leaves them as they are; a list replaces them. Several messages without a
    version's name get the next free ones. A ready send that no longer satisfies its own checks
    goes back to draft. `seen_at` is the send's `updated_at` as the writer saw it, if that is known.

    Raises:
        ConventionBrokenError: a value breaks the channel's convention or was used before, or
            the versions do not share the recipients among them.
        NoConventionError: the channel has no published convention.
        SendFrozenError: the send is out, and something its links carry would change.
        HoldoutFixedError: people were divided by another holdout already.
        SendChangedMeanwhileError: it was saved since `seen_at`, and would change.
    """
    stored = Send.objects.select_for_update().filter(pk=send.pk).first()
    wanted = messages if messages is not None else list(send.messages.all() if stored else [])
    if stored is None:
        send.created_by = by
    else:
        send.status, send.live_at, send.done_at = stored.status, stored.live_at, stored.done_at
    if stored is not None and stored.holdout_percent != send.holdout_percent:
        _refuse_moving_people(stored)
    if stored is not None and is_frozen(stored.status):
        _refuse_frozen_changes(stored, send, messages)
        save_by(send, by)
    else:
        if stored is not None and seen_at not in {None, stored.updated_at}:
            _refuse_unseen_changes(stored, send, wanted)
        verdict = check_send(send, wanted, now=now)
        if verdict.violations:
            raise ConventionBrokenError(verdict.violations, verdict.suggested)
        _store(send, verdict, by)
        _store_messages(send, wanted, by)
        _back_to_draft_if_unready(send, by, now)
    follow(send, now=now)
    return send


def _refuse_moving_people(stored: Send) -> None:
    people = divided_people(stored.pk)
    if people:
        raise HoldoutFixedError(stored, people)


def _refuse_frozen_changes(stored: Send, send: Send, messages: list[Message] | None) -> None:
    changed = [name for name in FROZEN_FIELDS if getattr(stored, name) != getattr(send, name)]
    if messages is not None and _written(stored.messages.all()) != _written(messages):
        changed.append("messages")
    if changed:
        raise SendFrozenError(stored, [name.removesuffix("_id") for name in changed])


def _refuse_unseen_changes(stored: Send, send: Send, messages: list[Message]) -> None:
    """Let pass what is stored already, such as a form that was sent twice."""
    fields = [field.attname for field in Send._meta.concrete_fields if field.editable]
    is_same = all(getattr(stored, name) == getattr(send, name) for name in fields)
    if not is_same or _written(stored.messages.all()) != _written(messages):
        raise SendChangedMeanwhileError(stored)


def _written(messages: Iterable[Message]) -> dict[object, tuple[object, ...]]:
    """Return what people wrote of each message, by its id."""
    return {row.pk: tuple(getattr(row, name) for name in MESSAGE_FIELDS) for row in messages}


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
    """Delete those that are gone and save those that are new or changed, so history says no more."""
    for gone in send.messages.exclude(pk__in=[message.pk for message in messages]):
        delete_by(gone, by)
    before, after = _written(Message.objects.filter(send=send)), _written(messages)
    for message in messages:
        message.send = send
        if before.get(message.pk) != after[message.pk]:
            save_by(message, by)


def _back_to_draft_if_unready(send: Send, by: "User | None", now: datetime) -> None:
    if send.status == Send.Status.READY and errors_in(plan_checks(send, now)):
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
    for message in current.messages.all():  # a cascade would not say by whom
        delete_by(message, by)
    delete_by(current, by)
