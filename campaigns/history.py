"""Writing rows whose history says who did it, for `simple_history`."""

from typing import TYPE_CHECKING, Any

from django.db.models import Model

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


def save_by(row: Model, by: "User | None", *, reason: str = "") -> None:
    """Save a row; its history names the user and the reason."""
    _sign(row, by, reason)
    row.save()


def delete_by(row: Model, by: "User | None", *, reason: str = "") -> None:
    """Delete a row; its history names the user and the reason."""
    _sign(row, by, reason)
    row.delete()


def _sign(row: Any, by: "User | None", reason: str) -> None:
    row._history_user = by
    row._change_reason = reason or None
