"""The cells of a table as a link's values, and what is wrong with a cell."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.import_rows import RawRow, RowError, RowRefusedError
from campaigns.landing_pages import suggest_landing_page
from links.destinations import UTM_KEYS
from links.link_rows import LinkRefusedError
from links.models import Link
from links.tags import TagNotAllowedError, split_tags

TEXTS = ("code", "title", "destination_url", *UTM_KEYS, "fallback_url")
_YES = frozenset({"true", "yes", "y", "1", "on"})
_NO = frozenset({"false", "no", "n", "0", "off"})


def read_values(row: RawRow) -> tuple[dict[str, Any], list[RowError]]:
    """Return what a row's filled cells say, and what could not be read."""
    values: dict[str, Any] = {name: row[name] for name in TEXTS if row.get(name)}
    errors = []
    for column, read in _READERS.items():
        if row.get(column):
            try:
                values[column] = read(column, row[column])
            except RowRefusedError as refused:
                errors.append(refused.error)
    return values, errors


def faults_of(link: Link) -> list[RowError]:
    """Return what the link's own fields refuse: too long a text, no address."""
    try:
        link.clean_fields(exclude=["domain", "code", "send", "message", "created_by"])
    except ValidationError as error:
        return [
            RowError(field, "invalid", " ".join(messages), value=str(getattr(link, field))[:200])
            for field, messages in error.message_dict.items()
        ]
    return []


def refusal_of(error: LinkRefusedError, link: Link) -> RowError:
    """Return a refusal as a row's error, with what would pass where that is known."""
    value = str(getattr(link, error.field, ""))
    suggestion = suggest_landing_page(value) if error.field.endswith("_url") else ""
    return RowError(error.field, error.code, str(error), suggestion, value[:200])


def is_yes(column: str, text: str) -> bool:
    """Return a cell that says yes or no.

    Raises:
        RowRefusedError: it says neither.
    """
    word = text.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise RowRefusedError(column, "invalid", f"“{text[:40]}” is neither yes nor no.", "yes")


def _tags(column: str, text: str) -> list[str]:
    try:
        return split_tags(text)
    except TagNotAllowedError as error:
        raise RowRefusedError(column, "tag-not-allowed", str(error)) from error


def _limit(column: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:12]) < 2**31:
        message = f"“{text[:40]}” is not a number of taps: a whole number from 1."
        raise RowRefusedError(column, "invalid", message)
    return int(text)


def _moment(column: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"“{text[:40]}” is not a time; write it like 2026-06-30 10:00."
        raise RowRefusedError(column, "invalid", message) from error
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _last_moment(column: str, text: str) -> datetime:
    """Read a day alone as the whole day: a link that expires on it works until it is over."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _moment(column, text)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _targets(column: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RowRefusedError(column, "invalid", f"“{text[:40]}” is no JSON.") from error


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "tags": _tags,
    "passes_query": is_yes,
    "starts_at": _moment,
    "expires_at": _last_moment,
    "tap_limit": _limit,
    "created_at": _moment,
    "is_archived": is_yes,
    "targets": _targets,
}
