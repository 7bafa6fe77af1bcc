"""Change many links at once: each for itself, none blocking its neighbours.

A dry run does all of it and takes it back, so that what it says is what would happen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from campaigns.import_rows import Change, RowError, RowResult
from links.link_rows import LinkRefusedError, check_link, store_link
from links.models import Link
from links.row_values import refusal_of
from links.tagged_destinations import take_utm
from links.tags import TagNotAllowedError, clean_tags

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

EDITABLE = ("destination_url", "fallback_url", "expires_at", "status", "tags")
"""What may change; the address never does: it may stand in somebody's messages."""


@dataclass(frozen=True, slots=True)
class LinkEdit:
    """What all chosen links shall have. None leaves a value alone; clearing empties it."""

    destination_url: str | None = None
    fallback_url: str | None = None
    expires_at: datetime | None = None
    status: Link.Status | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    clears_expiry: bool = False
    clears_fallback: bool = False


def edit_links(
    *,
    links: Iterable[Link],
    edit: LinkEdit,
    by: "User | None",
    now: datetime,
    dry_run: bool = False,
) -> list[RowResult]:
    """Write the same values onto many links, each through the same door as its form.

    A link that refuses a value keeps all of its own; its result says why.
    """
    return [
        _result(number, link, edit, by, dry_run=dry_run)
        for number, link in enumerate(links, start=1)
    ]


def _result(
    number: int, link: Link, edit: LinkEdit, by: "User | None", *, dry_run: bool
) -> RowResult:
    before = _values(link)
    try:
        with transaction.atomic():
            _write(link, edit)
            check_link(link)
            changes = tuple(
                Change(name, _shown(before[name]), _shown(value))
                for name, value in _values(link).items()
                if value != before[name]
            )
            if changes:
                store_link(link, by=by)
            transaction.set_rollback(dry_run)
    except LinkRefusedError as error:
        return RowResult(number, "rejected", (refusal_of(error, link),), (), str(link), link)
    except TagNotAllowedError as error:
        refused = RowError("tags", "tag-not-allowed", str(error))
        return RowResult(number, "rejected", (refused,), (), str(link), link)
    status = "updated" if changes else "unchanged"
    return RowResult(number, status, (), changes, str(link), link)


def _write(link: Link, edit: LinkEdit) -> None:
    """Write the new values. A destination's UTM values never overwrite the link's own."""
    if edit.destination_url is not None:
        link.destination_url = take_utm(edit.destination_url).url
    if edit.fallback_url is not None or edit.clears_fallback:
        link.fallback_url = "" if edit.clears_fallback else edit.fallback_url or ""
    if edit.expires_at is not None or edit.clears_expiry:
        link.expires_at = None if edit.clears_expiry else edit.expires_at
    if edit.status is not None:
        link.status = edit.status
    kept = [tag for tag in link.tags if tag not in clean_tags(edit.remove_tags)]
    link.tags = clean_tags([*kept, *edit.add_tags])


def _values(link: Link) -> dict[str, Any]:
    return {name: getattr(link, name) for name in EDITABLE}


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(value)
