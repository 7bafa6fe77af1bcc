"""Who may read phone numbers and e-mail addresses, and what the others see instead."""

from typing import Any

from campaigns.phone_numbers import mask_phone

PERMISSION = "campaigns.view_personal_data"


def may_see_personal_data(user: Any) -> bool:
    """Say whether a user (None and anonymous included) may read personal data.

    May cost a query for the user's permissions, once per request.
    """
    return user is not None and user.has_perm(PERMISSION)


def mask_email(email: str) -> str:
    """Return the address with only its first letter and its domain: `a•••@example.com`."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else "•••" * bool(email)


def shown_email(user: Any, email: str) -> str:
    """Return the address as this user may see it."""
    return email if may_see_personal_data(user) else mask_email(email)


def shown_phone(user: Any, phone: str) -> str:
    """Return the E.164 number as this user may see it."""
    return phone if may_see_personal_data(user) else mask_phone(phone)
