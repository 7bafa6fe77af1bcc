"""Change or move many sends at once: each for itself, none blocking its neighbours.

A dry run does all of it and takes it back, so that what it says is what would happen.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from campaigns.import_rows import Change, RowError, RowResult
from campaigns.models import Send
from campaigns.published_rules import NoConventionError
from campaigns.send_moves import (
    TransitionNotAllowedError,
    TransitionRefusedError,
    transition_send,
)
from campaigns.send_saving import ConventionBrokenError, SendFrozenError, save_send

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

EDITABLE = (
    "campaign",
    "destination_url",
    "utm_source",
    "utm_medium",
    "utm_term",
    "audience",
    "scheduled_at",
)
_Errors = tuple[RowError, ...]


def edit_sends(
    *,
    sends: Iterable[Send],
    changes: Mapping[str, Any],
    by: "User | None",
    now: datetime,
    dry_run: bool = False,
) -> list[RowResult]:
    """Write the same values onto many sends, each through the same door as its form.

    A send that refuses a value keeps all of its own; its result says why.
    """

    def edit(send: Send) -> tuple[Change, ...]:
        found = [_change(send, name, value) for name, value in changes.items()]
        changed = tuple(change for change in found if change.old != change.new)
        if not changed:
            return ()
        before = send.get_status_display()
        for name, value in changes.items():
            setattr(send, name, value)
        save_send(send=send, messages=None, by=by, now=now)
        after = send.get_status_display()
        return changed if before == after else (*changed, Change("status", before, after))

    return _each(sends, edit, dry_run=dry_run)


def move_sends(
    *, sends: Iterable[Send], to: str, by: "User | None", now: datetime, dry_run: bool = False
) -> list[RowResult]:
    """Move many sends to a state; one that may not stays where it is and its result says why."""

    def move(send: Send) -> tuple[Change, ...]:
        moved = transition_send(send=send, to=to, by=by, now=now)
        return (Change("status", send.get_status_display(), moved.get_status_display()),)

    return _each(sends, move, dry_run=dry_run)


def _each(
    sends: Iterable[Send], do: Callable[[Send], tuple[Change, ...]], *, dry_run: bool
) -> list[RowResult]:
    return [
        _result(number, send, do, dry_run=dry_run) for number, send in enumerate(sends, start=1)
    ]


def _result(
    number: int, send: Send, do: Callable[[Send], tuple[Change, ...]], *, dry_run: bool
) -> RowResult:
    try:
        with transaction.atomic():
            changes = do(send)
            transaction.set_rollback(dry_run)
    except tuple(_REASONS) as error:
        errors = _REASONS[type(error)](error)
        return RowResult(number, "rejected", errors, title=send.name, stored=send)
    status = "updated" if changes else "unchanged"
    return RowResult(number, status, changes=changes, title=send.name, stored=send)


def _change(send: Send, name: str, value: Any) -> Change:
    return Change(name, _shown(getattr(send, name)), _shown(value))


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def _broken(error: ConventionBrokenError) -> _Errors:
    return tuple(
        RowError(found.field, found.rule, found.message, found.suggestion, found.value)
        for found in error.violations
    )


def _no_convention(error: NoConventionError) -> _Errors:
    return (RowError("channel", "convention-missing", str(error)),)


def _frozen(error: SendFrozenError) -> _Errors:
    return tuple(RowError(field, "frozen", str(error)) for field in error.fields)


def _not_allowed(error: TransitionNotAllowedError) -> _Errors:
    return (RowError("status", "transition-not-allowed", str(error)),)


def _refused(error: TransitionRefusedError) -> _Errors:
    return tuple(RowError("status", found.code, found.message) for found in error.missing)


_REASONS: dict[type[Exception], Callable[..., _Errors]] = {
    ConventionBrokenError: _broken,
    NoConventionError: _no_convention,
    SendFrozenError: _frozen,
    TransitionNotAllowedError: _not_allowed,
    TransitionRefusedError: _refused,
}
