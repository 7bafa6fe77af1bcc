"""One reported event: what a client sent, checked field by field. Pure.

The shape is docs/events.md's. Every problem of an event is found, not only the first.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from campaigns.money import (
    InvalidAmountError,
    InvalidCurrencyError,
    check_currency,
    parse_amount,
)
from campaigns.public_ids import MalformedIdError, decode_id
from tracking.identity_values import IdentityKey, UnusableIdentityError, normalise_key

FUTURE_TOLERANCE: Final = timedelta(minutes=10)
"""How far a sender's clock may run ahead."""

EARLIEST_YEAR: Final = 2000
MAX_PROPERTIES_BYTES: Final = 8192
UTM_LENGTHS: Final = {
    "utm_source": 100,
    "utm_medium": 100,
    "utm_campaign": 200,
    "utm_content": 200,
    "utm_term": 200,
}
IDENTITY_FIELDS: Final = {
    "crm_id": "crm",
    "email": "email",
    "phone": "phone",
    "visitor_id": "visitor",
}
"""Event field → identity kind, the strongest first."""

_NAME: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_MAX_CLICK_IDS: Final = 20


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, for programs (code) and for people (message)."""

    field: str
    code: str
    message: str


class InvalidEventError(ValueError):
    """An event cannot be taken; `errors` says why, `event_id` whose it is, where known."""

    def __init__(self, event_id: str, errors: list[FieldError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.event_id = event_id
        self.errors = errors


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """An event in our terms. `referrer` is None where nothing was said about it."""

    event_id: str
    name: str
    occurred_at: datetime
    click_id: UUID | None = None
    keys: tuple[IdentityKey, ...] = ()
    utm: dict[str, str] = field(default_factory=dict)
    ad_click_ids: dict[str, str] = field(default_factory=dict)
    referrer: str | None = None
    page_url: str = ""
    value_minor: int | None = None
    currency: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


class _Refusal(ValueError):  # noqa: N818  (never leaves this module)
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Reader:
    """Reads fields one after the other and collects what is wrong."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.errors: list[FieldError] = []

    def read(self, name: str, parse: Callable[[Any], Any], default: Any = None) -> Any:
        """Return the parsed field, or the default where it is absent or wrong."""
        value = self.raw.get(name)
        if value is None:
            return default
        try:
            return parse(value)
        except _Refusal as refusal:
            self.errors.append(FieldError(name, refusal.code, str(refusal)))
            return default

    def require(self, name: str, parse: Callable[[Any], Any]) -> Any:
        """Read a field that must be there."""
        if self.raw.get(name) is None:
            self.errors.append(FieldError(name, "required", f"{name} is missing."))
            return None
        return self.read(name, parse)


def parse_event(raw: Any, *, now: datetime, default_currency: str) -> ParsedEvent:
    """Return the event.

    Raises:
        InvalidEventError: with every field that is wrong.
    """
    if not isinstance(raw, Mapping):
        error = FieldError("event", "not-an-object", "An event is an object with named fields.")
        raise InvalidEventError("", [error])
    reader = _Reader(raw)
    event_id = reader.require("event_id", lambda value: _text(value, 120, empty=False))
    money = reader.read("value", lambda value: _money(value, raw, default_currency), (None, ""))
    event = {
        "name": reader.require("name", _name),
        "occurred_at": reader.require("occurred_at", lambda value: _moment(value, now)),
        "click_id": reader.read("tr", _click_id),
        "keys": _identity_keys(reader),
        "utm": reader.read("utm", _utm, {}),
        "ad_click_ids": reader.read("click_ids", _ad_click_ids, {}),
        "referrer": reader.read("referrer", lambda value: _text(value, 500)),
        "page_url": reader.read("page_url", lambda value: _text(value, 2000), ""),
        "properties": reader.read("properties", _properties, {}),
        "value_minor": money[0],
        "currency": money[1],
    }
    if reader.errors:
        shown = raw.get("event_id")
        raise InvalidEventError(shown[:120] if isinstance(shown, str) else "", reader.errors)
    return ParsedEvent(event_id=event_id, **event)


def _text(value: Any, length: int, *, empty: bool = True) -> str:
    """Return a text without surrounding space, cropped to what is stored."""
    if not isinstance(value, str):
        raise _Refusal("not-a-text", "This must be a text.")
    _check_storable(value)
    text = value.strip()
    if not empty and not text:
        raise _Refusal("required", "This must not be empty.")
    if not empty and len(text) > length:
        raise _Refusal("too-long", f"This has {len(text)} characters; {length} are the limit.")
    return text[:length]


def _check_storable(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _Refusal("not-a-text", "This holds characters that no text can hold.")


def _name(value: Any) -> str:
    name = _text(value, 80, empty=False)
    if not _NAME.fullmatch(name):
        raise _Refusal("not-a-name", f"“{name}” is no event name; write it like demo-booked.")
    return name


def _moment(value: Any, now: datetime) -> datetime:
    text = _text(value, 64, empty=False)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Refusal(
            "not-a-time", f"“{text}” is no time; write it like 2026-06-15T12:00:00+00:00."
        ) from error
    if moment.tzinfo is None:
        raise _Refusal("no-offset", f"“{text}” has no offset from UTC; end it with Z or +00:00.")
    if moment.year < EARLIEST_YEAR:
        raise _Refusal("too-old", f"“{text}” lies before the year {EARLIEST_YEAR}.")
    if moment.year > now.year + 1 or moment > now + FUTURE_TOLERANCE:
        raise _Refusal("in-the-future", f"“{text}” lies in the future; is the clock right?")
    return moment


def _click_id(value: Any) -> UUID:
    try:
        return decode_id(_text(value, 64))
    except MalformedIdError as error:
        raise _Refusal("not-a-click-id", "tr is not a click id of ours (22 characters).") from error


def _identity_keys(reader: _Reader) -> tuple[IdentityKey, ...]:
    keys = [
        reader.read(name, lambda value, kind=kind: _identity_key(kind, value))  # type: ignore[misc]
        for name, kind in IDENTITY_FIELDS.items()
    ]
    return tuple(key for key in keys if key is not None)


def _identity_key(kind: str, value: Any) -> IdentityKey | None:
    """Return the key; placeholders such as `null` and empty texts count as absent."""
    text = _text(value, 400)
    try:
        return normalise_key(kind, text)
    except UnusableIdentityError as error:
        if error.is_placeholder:
            return None
        raise _Refusal(f"not-a-{kind}", str(error)) from error


def _utm(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise _Refusal("not-an-object", "utm is an object such as {“utm_source”: “sms”}.")
    found = {
        name: _text(value.get(name, value.get(name.removeprefix("utm_"), "")) or "", length)
        for name, length in UTM_LENGTHS.items()
    }
    return {name: text for name, text in found.items() if text}


def _ad_click_ids(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise _Refusal("not-an-object", "click_ids is an object such as {“gclid”: “…”}.")
    pairs = list(value.items())[:_MAX_CLICK_IDS]
    return {_text(name, 40).casefold(): _text(text, 500) for name, text in pairs}


def _properties(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _Refusal("not-an-object", "properties is an object.")
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text:
        raise _Refusal("not-a-text", "properties hold characters that no text can hold.")
    _check_storable(text)
    if len(text.encode()) > MAX_PROPERTIES_BYTES:
        raise _Refusal("too-large", f"properties may take {MAX_PROPERTIES_BYTES} bytes of JSON.")
    return dict(value)


def _money(value: Any, raw: Mapping[str, Any], default_currency: str) -> tuple[int, str]:
    """Read `{"amount": "12.50", "currency": "EUR"}`, or a plain number beside `currency`."""
    amount, currency = value, raw.get("currency")
    if isinstance(value, Mapping):
        amount, currency = value.get("amount"), value.get("currency", currency)
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        raise _Refusal("not-an-amount", "value is an amount such as 1234.50, without a symbol.")
    try:
        code = check_currency(str(currency or default_currency))
        return parse_amount(str(amount), code), code
    except InvalidAmountError as error:
        raise _Refusal("not-an-amount", str(error)) from error
    except InvalidCurrencyError as error:
        raise _Refusal("not-a-currency", str(error)) from error
