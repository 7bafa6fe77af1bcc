"""A row of a spreadsheet, written onto a send and its messages, or everything wrong in it."""

import difflib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.import_rows import RawRow, RowError, RowRefusedError
from campaigns.models import MOST_HELD_OUT, Campaign, Channel, Message, Send
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.send_sheet import MESSAGE_COLUMNS, SHARE_COLUMNS, plain_text
from campaigns.time_zones import common_zones
from campaigns.versions import WHOLE, active

REQUIRED = ("name", "campaign", "channel", "destination_url", "utm_campaign")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WHOLE_NUMBER = re.compile(r"\d+|\d{1,3}(,\d{3})+")
_LONGEST_BODY = 1600
_URL = forms.URLField(max_length=2000, assume_scheme="https")


@dataclass(frozen=True, slots=True)
class Places:
    """What rows may name, by lower-case name."""

    campaigns: dict[str, Campaign] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    creates_campaigns: bool = False


@dataclass(slots=True)
class Draft:
    """A send as a row wants it. `columns` names each wanted message's place in the row."""

    send: Send
    messages: list[Message]
    columns: list[int]
    errors: list[RowError] = field(default_factory=list)


def write_row(
    row: RawRow, before: Mapping[str, str], send: Send, messages: list[Message], places: Places
) -> Draft:
    """Write a row's changed cells onto a send and its messages.

    A column the file does not have leaves its value alone; an empty cell empties the value of a
    stored send and means the usual value for a new one.
    """
    draft = Draft(send, messages, list(range(len(messages))))
    is_new = send._state.adding
    for column, text in row.items():
        if text == before.get(column, ""):
            continue
        try:
            _check_text(column, text)
            if column in _READERS:
                _READERS[column](text, draft, places)
            elif column in _PLAIN:
                setattr(send, column, text)
        except RowRefusedError as refused:
            draft.errors.append(_with_value(refused.error, text))
    if is_new:
        draft.errors += [_missing(name) for name in REQUIRED if not _has(send, row, name)]
    _read_scheduled(row, before, draft)
    _read_messages(row, draft)
    return draft


def _with_value(error: RowError, value: str) -> RowError:
    return RowError(error.field, error.code, error.message, error.suggestion, value[:200])


def _check_text(column: str, text: str) -> None:
    if "\0" in text:
        raise RowRefusedError(column, "invalid", "It holds a character that cannot be stored.")
    if not text and column in REQUIRED:
        raise RowRefusedError(column, "required", f"{column} is empty.")


def _has(send: Send, row: RawRow, name: str) -> bool:
    return bool(row.get(name)) or (name == "channel" and send.channel_id is not None)


def _missing(column: str) -> RowError:
    return RowError(column, "required", f"{column} is empty.")


_PLAIN = ("utm_source", "utm_medium", "utm_campaign", "utm_term")
"""Taken as they are: the naming convention refuses them, and says what would pass."""


def _read_field(name: str) -> Callable[[str, Draft, Places], None]:
    def read(text: str, draft: Draft, places: Places) -> None:
        model_field = Send._meta.get_field(name)
        try:
            setattr(draft.send, name, model_field.clean(text, draft.send))  # type: ignore[union-attr]
        except ValidationError as error:
            raise RowRefusedError(name, "invalid", " ".join(error.messages)) from error

    return read


def _read_address(text: str, draft: Draft, places: Places) -> None:
    try:
        draft.send.destination_url = _URL.clean(text)
    except ValidationError as error:
        message = f"{' '.join(error.messages)} Write it like https://example.com/trial."
        raise RowRefusedError("destination_url", "invalid", message) from error


def _read_campaign(text: str, draft: Draft, places: Places) -> None:
    campaign = places.campaigns.get(text.lower())
    if campaign is None and places.creates_campaigns:
        campaign = Campaign(name=text)
        try:
            campaign.clean_fields(exclude=["owner"])
        except ValidationError as error:
            raise RowRefusedError("campaign", "invalid", " ".join(error.messages)) from error
    if campaign is None:
        close = difflib.get_close_matches(text.lower(), places.campaigns, n=1)
        suggestion = places.campaigns[close[0]].name if close else ""
        message = f"There is no campaign “{text[:60]}”. Make it first, or let the import make it."
        raise RowRefusedError("campaign", "unknown", message, suggestion)
    draft.send.campaign = campaign


def _read_channel(text: str, draft: Draft, places: Places) -> None:
    channel = places.channels.get(text.lower())
    if channel is None:
        close = difflib.get_close_matches(text.lower(), places.channels, n=1)
        suggestion = places.channels[close[0]].slug if close else ""
        message = f"There is no channel “{text[:60]}”."
        raise RowRefusedError("channel", "unknown", message, suggestion)
    draft.send.channel = channel


def _read_size(text: str, draft: Draft, places: Places) -> None:
    digits = (text or "0").removesuffix(".0")
    if not _WHOLE_NUMBER.fullmatch(digits) or not digits.isascii():
        message = f"“{text[:40]}” is not a number of people; write it like 1200."
        raise RowRefusedError("audience_size", "invalid", message)
    _read_field("audience_size")(digits.replace(",", ""), draft, places)


def _read_holdout(text: str, draft: Draft, places: Places) -> None:
    number = (text or "0").removesuffix("%").strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and int(number[:4]) <= MOST_HELD_OUT):
        message = (
            f"“{text[:20]}” is no holdout; write a whole number of per cent up to {MOST_HELD_OUT}."
        )
        raise RowRefusedError("holdout_percent", "invalid", message)
    draft.send.holdout_percent = int(number)


def _read_zone(text: str, draft: Draft, places: Places) -> None:
    try:
        draft.send.time_zone = zone_named(text).key if text else ""
    except UnknownTimeZoneError as error:
        names = {zone.lower(): zone for zone in common_zones()}
        close = difflib.get_close_matches(text.lower().replace(" ", "_"), names, n=1)
        suggestion = names[close[0]] if close else ""
        raise RowRefusedError("time_zone", "unknown", str(error), suggestion) from error


_READERS: Mapping[str, Callable[[str, Draft, Places], None]] = {
    "name": _read_field("name"),
    "audience": _read_field("audience"),
    "audience_size": _read_size,
    "holdout_percent": _read_holdout,
    "campaign": _read_campaign,
    "channel": _read_channel,
    "destination_url": _read_address,
    "time_zone": _read_zone,
}


def _read_scheduled(row: RawRow, before: Mapping[str, str], draft: Draft) -> None:
    """Read the planned time last: without an offset it is the recipients' own."""
    text = row.get("scheduled_at", before.get("scheduled_at", ""))
    if text == before.get("scheduled_at", ""):
        return
    try:
        draft.send.scheduled_at = _moment(text, _zone_of(draft.send)) if text else None
    except RowRefusedError as refused:
        draft.errors.append(_with_value(refused.error, text))


def _zone_of(send: Send) -> tzinfo:
    return zone_named(send.time_zone) if send.time_zone else timezone.get_current_timezone()


def _moment(text: str, zone: tzinfo) -> datetime:
    if _DATE.fullmatch(text) and _is_day(text):
        message = f"“{text}” names no hour."
        raise RowRefusedError("scheduled_at", "no-time", message, f"{text} 10:00")
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if _DATE.match(text):
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    message = f"“{text[:40]}” is not a date and time; write it like 2026-06-30 10:00."
    raise RowRefusedError("scheduled_at", "invalid", message)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(text))
    return False


def _read_messages(row: RawRow, draft: Draft) -> None:
    """Lay the row's texts over the stored versions, place by place."""
    stored = active(draft.messages)
    retired = [message for message in draft.messages if message.retired_at is not None]
    wanted: list[tuple[int, Message]] = []
    for at, column in enumerate(MESSAGE_COLUMNS):
        old = stored[at] if at < len(stored) else None
        text = row.get(column, plain_text(old.body) if old else "")
        if not text:
            continue
        message = old or Message()
        if old is None or plain_text(old.body) != text:
            message.body = text
            _check_body(column, text, draft)
        wanted.append((at, message))
    if len(wanted) != len(stored) and not any(row.get(name) for name in SHARE_COLUMNS):
        for _, message in wanted:
            message.share = WHOLE  # untouched: the versions share alike
    for at, column in enumerate(SHARE_COLUMNS):
        if row.get(column):
            _read_share(column, row[column], dict(wanted).get(at), draft)
    draft.messages = [*(message for _, message in wanted), *retired]
    draft.columns = [at for at, _ in wanted]


def _check_body(column: str, text: str, draft: Draft) -> None:
    if len(text) > _LONGEST_BODY:
        message = f"The text has {len(text):,} characters; {_LONGEST_BODY:,} are the most."
        draft.errors.append(RowError(column, "too-long", message, value=text[:200]))


def _read_share(column: str, text: str, message: Message | None, draft: Draft) -> None:
    number = text.removesuffix("%").strip().removesuffix(".0")
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= WHOLE):
        problem = f"“{text[:20]}” is no share; write a whole number of per cent such as 50."
        draft.errors.append(RowError(column, "invalid", problem, value=text[:200]))
    elif message is None:
        problem = "There is no text for this share."
        draft.errors.append(RowError(column, "no-message", problem, value=text))
    else:
        message.share = int(number)
