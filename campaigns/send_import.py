"""Import sends from rows: each through the same door as the form, none blocking its neighbours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower

from campaigns.conventions import Violation
from campaigns.history import save_by
from campaigns.import_rows import Change, ImportResult, RawRow, RowError, RowResult
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.published_rules import NoConventionError
from campaigns.send_rows import Draft, Places, write_row
from campaigns.send_saving import (
    ConventionBrokenError,
    HoldoutFixedError,
    SendFrozenError,
    save_send,
)
from campaigns.send_sheet import MESSAGE_COLUMNS, READ_ONLY, SHARE_COLUMNS, send_as_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_USUAL_CHANNEL = "sms"
_BATCH = 1000


class _RefusedError(Exception):
    """The row is refused; leaving the savepoint this way undoes what it stored."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = tuple(errors)
        super().__init__()


@dataclass(frozen=True, slots=True)
class _Import:
    """What the rows of one import share."""

    places: Places
    sends: dict[str, Send]
    messages: dict[UUID, list[Message]]
    by: "User | None"
    now: datetime
    seen: set[UUID | str]


@transaction.atomic
def import_sends(
    *,
    rows: Sequence[RawRow],
    by: "User | None",
    now: datetime,
    creates_campaigns: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Store each row's send as the form would; refused rows say why and leave no trace.

    A row finds its send by `id`, or by `utm_campaign` in any case; else it is a new one. A dry
    run does all of it and takes it back. Importing an export changes nothing.
    """
    shared = _load(rows, by, now, creates_campaigns=creates_campaigns)
    results = [_import_row(number, row, shared) for number, row in enumerate(rows, start=1)]
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(tuple(results))


def _load(
    rows: Sequence[RawRow], by: "User | None", now: datetime, *, creates_campaigns: bool
) -> _Import:
    names = _mentioned(rows, "campaign")
    every = Campaign.objects.alias(low=Lower("name"))

    known: dict[str, Campaign] = {row.name.lower(): row for row in every.filter(low__in=names)}
    if not creates_campaigns and len(known) < len(names):
        known |= {row.name.lower(): row for row in every[:_BATCH]}
    channels: dict[str, Channel] = {}
    for channel in Channel.objects.all():
        channels[channel.slug] = channels[channel.name.lower()] = channel
    places = Places(known, channels, creates_campaigns)
    sends = _stored_sends(rows)
    return _Import(places, sends, _messages_of_all(sends.values()), by, now, set())


def _stored_sends(rows: Sequence[RawRow]) -> dict[str, Send]:
    """Return the sends that rows mean, by lower-case name and by id."""
    found: dict[str, Send] = {}
    sends = Send.objects.select_related("campaign", "channel")
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        names = _mentioned(part, "utm_campaign")
        ids = [key for row in part if (key := _uuid(row.get("id", "")))]
        for send in sends.alias(low=Lower("utm_campaign")).filter(low__in=names):
            found[send.utm_campaign.lower()] = send
        for send in sends.filter(pk__in=ids):
            found[str(send.pk)] = send
    return found


def _messages_of_all(sends: Iterable[Send]) -> dict[UUID, list[Message]]:
    """Return each send's messages. Not prefetched: a save has to see what it has just stored."""
    found: dict[UUID, list[Message]] = {send.pk: [] for send in sends}
    for message in Message.objects.filter(send__in=list(found)):
        found[message.send_id].append(message)
    return found


def _mentioned(rows: Sequence[RawRow], column: str) -> set[str]:
    """Return the names in a column that the database can be asked for."""
    return {name for row in rows if (name := row.get(column, "").lower()) and "\0" not in name}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _import_row(number: int, row: RawRow, shared: _Import) -> RowResult:
    title = row.get("utm_campaign") or row.get("name") or ""
    try:
        send = _find(row, shared)
        _refuse_repeated(row, send, shared)
        messages = shared.messages[send.pk] if send else []
        before = send_as_row(send, messages) if send else {}
        with transaction.atomic():
            saved, after = _save(row, send or Send(), messages, before, shared)
    except _RefusedError as refused:
        return RowResult(number, "rejected", refused.errors, title=title)
    changes = tuple(
        Change(name, before.get(name, ""), text)
        for name, text in after.items()
        if before and text != before[name]
    )
    if not before:
        return RowResult(number, "created", title=title, stored=saved)
    status = "updated" if changes else "unchanged"
    return RowResult(number, status, changes=changes, title=title, stored=saved)


def _find(row: RawRow, shared: _Import) -> Send | None:
    given = row.get("id", "")
    if not given:
        return shared.sends.get(row.get("utm_campaign", "").lower())
    key = _uuid(given)
    send = shared.sends.get(str(key)) if key else None
    if send is None:
        message = "No send has this id. Leave it empty for a new send."
        raise _RefusedError([RowError("id", "unknown", message, value=given[:80])])
    return send


def _refuse_repeated(row: RawRow, send: Send | None, shared: _Import) -> None:
    name = row.get("utm_campaign", "").lower()
    keys = ({send.pk} if send else set[UUID | str]()) | ({name} if name else set())
    is_repeated = not keys.isdisjoint(shared.seen)
    shared.seen.update(keys)
    if is_repeated:
        message = "An earlier row of this file is about the same send."
        raise _RefusedError([RowError("utm_campaign", "repeated", message, value=name)])


def _save(
    row: RawRow, send: Send, messages: list[Message], before: dict[str, str], shared: _Import
) -> tuple[Send, dict[str, str]]:
    """Write the row onto the send and store it where that changes anything."""
    if not before:
        send.channel = shared.places.channels[_USUAL_CHANNEL]
    cells = {name: text for name, text in row.items() if name not in {"id", *READ_ONLY}}
    draft = write_row(cells, before, send, messages, shared.places)
    if draft.errors:
        raise _RefusedError(draft.errors)
    after = send_as_row(draft.send, draft.messages)
    if after == before:
        return send, before
    if draft.send.campaign._state.adding:
        draft.send.campaign.owner = shared.by
        save_by(draft.send.campaign, shared.by)
    _save_draft(draft, before, after, shared)
    campaign = draft.send.campaign
    shared.places.campaigns.setdefault(campaign.name.lower(), campaign)
    return send, send_as_row(send, draft.messages)


def _messages_of(row: dict[str, str]) -> list[str]:
    return [row.get(name, "") for name in (*MESSAGE_COLUMNS, *SHARE_COLUMNS)]


def _save_draft(
    draft: Draft, before: dict[str, str], after: dict[str, str], shared: _Import
) -> None:
    """Save through the form's own door; what it refuses is told by column."""
    is_rewritten = _messages_of(after) != _messages_of(before)
    messages: list[Message] | None = draft.messages if is_rewritten else None
    try:
        save_send(send=draft.send, messages=messages, by=shared.by, now=shared.now)
    except ConventionBrokenError as error:
        raise _RefusedError([_broken(found, draft) for found in error.violations]) from error
    except NoConventionError as error:
        value = draft.send.channel.slug
        raise _RefusedError(
            [RowError("channel", "no-convention", str(error), "", value)]
        ) from error
    except HoldoutFixedError as error:
        raise _RefusedError(
            [
                RowError(name, "frozen", str(error), before[name], after[name])
                for name in error.fields
            ]
        ) from error
    except SendFrozenError as error:
        message = f"The send is {draft.send.get_status_display().lower()}, so this stays as it is."
        columns = [name for field in error.fields for name in _changed(field, before, after)]
        raise _RefusedError(
            [
                RowError(name, "frozen", message, before[name][:200], after[name][:200])
                for name in columns
            ]
        ) from error


def _changed(field: str, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the columns behind a frozen field: of messages, those whose text differs."""
    if field != "messages":
        return [field]
    names = (*MESSAGE_COLUMNS, *SHARE_COLUMNS)
    return [name for name in names if before[name] != after[name]]


def _broken(found: Violation, draft: Draft) -> RowError:
    column = _column(found.field, draft)
    return RowError(column, found.rule, found.message, found.suggestion, found.value[:200])


def _column(name: str, draft: Draft) -> str:
    """Return the column of a violation's field: `messages.1.share` is `share_b`."""
    if not name.startswith("messages."):
        return name
    _, index, part = name.split(".")
    at = draft.columns[int(index)] if int(index) < len(draft.columns) else 0
    return (SHARE_COLUMNS if part == "share" else MESSAGE_COLUMNS)[at]
