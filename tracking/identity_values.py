"""Identifiers as people and machines write them, in the one form in which we compare them. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from campaigns.phone_numbers import InvalidPhoneError, normalise_phone

KINDS: Final = frozenset({"recipient", "click", "visitor", "email", "phone", "crm"})

_PLACEHOLDERS: Final = frozenset(
    {
        "", "null", "none", "nil", "undefined", "anonymous", "unknown", "nan", "n/a", "na", "-",
        "true", "false", "test", "guest", "[object object]",
    }
)  # fmt: skip
_ROLES: Final = frozenset(
    {
        "abuse", "accounts", "admin", "billing", "contact", "enquiries", "feedback", "finance",
        "hello", "help", "helpdesk", "hi", "hostmaster", "hr", "info", "inquiries", "it", "jobs",
        "legal", "mail", "marketing", "no-reply", "noreply", "office", "orders", "postmaster",
        "press", "privacy", "sales", "security", "service", "support", "team", "webmaster",
    }
)  # fmt: skip
_EMAIL: Final = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,253}\.[^\s@,;<>\".]{2,63}")
_ALL_ZERO: Final = re.compile(r"[0\W_]+")
_MAX_LENGTH: Final = 320


class UnusableIdentityError(ValueError):
    """The text names nobody: a placeholder, or no e-mail address or phone number at all."""

    def __init__(
        self, kind: str, value: str, message: str, *, is_placeholder: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.value = value
        self.is_placeholder = is_placeholder


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """A kind and a normalised value; `is_blocked` ones exist but never join anybody."""

    kind: str
    value: str
    is_blocked: bool = False


def normalise_key(kind: str, value: str) -> IdentityKey:
    """Return the form under which an identity is stored.

    E-mail addresses are case-folded, phone numbers become E.164, everything else is kept as it
    came. Role mailboxes (`info@…`) and `test@…` are real but shared: they come back blocked.

    Raises:
        UnusableIdentityError: a placeholder (`null`, `anonymous`, all zeros) or malformed.
    """
    text = value.strip()
    if text.casefold() in _PLACEHOLDERS or _ALL_ZERO.fullmatch(text):
        raise _placeholder(kind, value)
    if len(text) > _MAX_LENGTH:
        raise UnusableIdentityError(
            kind, value, f"An identifier has at most {_MAX_LENGTH} characters."
        )
    if kind == "email":
        return _email(text)
    if kind == "phone":
        return _phone(text)
    if kind == "crm":
        return _crm(text)
    return IdentityKey(kind, text)


def _email(text: str) -> IdentityKey:
    address = text.casefold().removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise UnusableIdentityError("email", text, f"“{text}” is not an e-mail address.")
    mailbox = address.partition("@")[0].partition("+")[0]
    is_test = bool(re.fullmatch(r"test\d*", mailbox))
    placeholder = mailbox in _PLACEHOLDERS
    return IdentityKey("email", address, is_blocked=is_test or placeholder or mailbox in _ROLES)


def _phone(text: str) -> IdentityKey:
    try:
        return IdentityKey("phone", normalise_phone(text))
    except InvalidPhoneError as error:
        raise UnusableIdentityError("phone", text, str(error)) from error


def _crm(text: str) -> IdentityKey:
    """Check the part behind the connection: `acme-crm:null` is nobody either."""
    contact = text.rpartition(":")[2].strip()
    if contact.casefold() in _PLACEHOLDERS or _ALL_ZERO.fullmatch(contact):
        raise _placeholder("crm", text)
    return IdentityKey("crm", text)


def _placeholder(kind: str, value: str) -> UnusableIdentityError:
    message = f"“{value}” is a placeholder and names nobody."
    return UnusableIdentityError(kind, value, message, is_placeholder=True)
