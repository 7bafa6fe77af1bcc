"""Campaigns as rows of a spreadsheet: written by an export, read by an import."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.history import save_by
from campaigns.import_rows import Change, ImportResult, RawRow, RowError, RowRefusedError, RowResult
from campaigns.models import Campaign

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

COLUMNS = ("id", "name", "description", "owner", "starts_on", "ends_on")
EXAMPLE = {
    "name": "Trial win-back",
    "description": "Bring lapsed trials back before the summer.",
    "starts_on": "2030-06-01",
    "ends_on": "2030-08-31",
}


@transaction.atomic
def import_campaigns(
    *, rows: Sequence[RawRow], by: "User | None", dry_run: bool = False
) -> ImportResult:
    """Store each row's campaign; refused rows say why and leave no trace.

    A row finds its campaign by `id`, or by `name` in any case; else it is a new one, whose owner
    is whoever imports unless the row names one.
    """
    stored = {
        key: campaign
        for campaign in Campaign.objects.select_related("owner")
        for key in (campaign.name.lower(), str(campaign.pk))
    }
    seen: set[str] = set()
    results = []
    for number, row in enumerate(rows, start=1):
        try:
            results.append(_import_row(number, row, stored, seen, by))
        except _RefusedError as refused:
            title = row.get("name", "")
            results.append(RowResult(number, "rejected", refused.errors, title=title))
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(tuple(results))


class _RefusedError(Exception):
    def __init__(self, *errors: RowError) -> None:
        self.errors = errors
        super().__init__()


def campaign_as_row(campaign: Campaign) -> dict[str, str]:
    """Return every column's text; equal texts mean equal values."""
    return {
        "id": str(campaign.pk),
        "name": campaign.name.strip(),
        "description": campaign.description.replace("\r\n", "\n").strip(),
        "owner": campaign.owner.get_username() if campaign.owner else "",
        "starts_on": _day_text(campaign.starts_on),
        "ends_on": _day_text(campaign.ends_on),
    }


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _import_row(
    number: int,
    row: RawRow,
    stored: dict[str, Campaign],
    seen: set[str],
    by: "User | None",
) -> RowResult:
    found = _find(row, stored)
    campaign = found or Campaign(owner=by)
    before = campaign_as_row(found) if found else {}
    _refuse_repeated(row, found, seen)
    errors = _write(row, campaign, before)
    other = stored.get(campaign.name.lower())
    if other is not None and other.pk != campaign.pk:
        message = f"There is a campaign “{other.name}” already."
        errors.append(RowError("name", "already-used", message, "", campaign.name))
    if errors:
        raise _RefusedError(*errors)
    after = campaign_as_row(campaign)
    if after == before:
        return RowResult(number, "unchanged", title=campaign.name, stored=campaign)
    save_by(campaign, by)
    stored.pop(before.get("name", "").lower(), None)
    stored[campaign.name.lower()] = stored[str(campaign.pk)] = campaign
    if not before:
        return RowResult(number, "created", title=campaign.name, stored=campaign)
    changes = tuple(
        Change(name, before[name], text) for name, text in after.items() if text != before[name]
    )
    return RowResult(number, "updated", (), changes, campaign.name, campaign)


def _find(row: RawRow, stored: Mapping[str, Campaign]) -> Campaign | None:
    given = row.get("id", "")
    if not given:
        return _fresh(stored.get(row.get("name", "").lower()))
    try:
        found = stored.get(str(UUID(given)))
    except ValueError:
        found = None
    if found is None:
        message = "No campaign has this id. Leave it empty for a new campaign."
        raise _RefusedError(RowError("id", "unknown", message, "", given[:80]))
    return _fresh(found)


def _fresh(campaign: Campaign | None) -> Campaign | None:
    """Return a copy to write on, so that a refused row leaves the known one as it is."""
    if campaign is None:
        return None
    values = {field.attname: getattr(campaign, field.attname) for field in Campaign._meta.fields}
    copy = Campaign(**values)
    copy._state.adding, copy._state.db = False, campaign._state.db
    copy.owner = campaign.owner
    return copy


def _refuse_repeated(row: RawRow, found: Campaign | None, seen: set[str]) -> None:
    keys = {row.get("name", "").lower(), str(found.pk) if found else ""} - {""}
    is_repeated = not keys.isdisjoint(seen)
    seen.update(keys)
    if is_repeated:
        message = "An earlier row of this file is about the same campaign."
        raise _RefusedError(RowError("name", "repeated", message, "", row.get("name", "")[:200]))


def _write(row: RawRow, campaign: Campaign, before: Mapping[str, str]) -> list[RowError]:
    errors = []
    for column, text in row.items():
        if column not in _READERS or text == before.get(column, ""):
            continue
        try:
            _check_text(column, text)
            _READERS[column](text, campaign)
        except RowRefusedError as refused:
            wrong = refused.error
            errors.append(RowError(column, wrong.code, str(refused), wrong.suggestion, text[:200]))
    if not before and not row.get("name"):
        errors.append(RowError("name", "required", "name is empty."))
    starts, ends = campaign.starts_on, campaign.ends_on
    if starts and ends and ends < starts:
        message = f"It ends before it starts on {starts}."
        errors.append(RowError("ends_on", "before-start", message, "", str(ends)))
    return errors


def _check_text(column: str, text: str) -> None:
    if "\0" in text:
        raise RowRefusedError(column, "invalid", "It holds a character that cannot be stored.")


def _read_name(text: str, campaign: Campaign) -> None:
    if not text:
        raise RowRefusedError("name", "required", "name is empty.")
    try:
        campaign.name = Campaign._meta.get_field("name").clean(text, campaign)
    except ValidationError as error:
        raise RowRefusedError("name", "invalid", " ".join(error.messages)) from error


def _read_description(text: str, campaign: Campaign) -> None:
    campaign.description = text


def _read_owner(text: str, campaign: Campaign) -> None:
    users = get_user_model().objects.filter(is_staff=True, is_active=True)
    owner = users.filter(username__iexact=text).first() if text else None
    if text and owner is None:
        raise RowRefusedError("owner", "unknown", f"Nobody here is called “{text[:60]}”.")
    campaign.owner = owner


def _read_day(column: str) -> Callable[[str, Campaign], None]:
    def read(text: str, campaign: Campaign) -> None:
        try:
            setattr(campaign, column, date.fromisoformat(text) if text else None)
        except ValueError as error:
            message = f"“{text[:40]}” is not a date; write it like 2026-06-30."
            raise RowRefusedError(column, "invalid", message) from error

    return read


_READERS: Mapping[str, Callable[[str, Campaign], None]] = {
    "name": _read_name,
    "description": _read_description,
    "owner": _read_owner,
    "starts_on": _read_day("starts_on"),
    "ends_on": _read_day("ends_on"),
}
