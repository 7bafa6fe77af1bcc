"""Identities as a user may see them."""

from typing import Any, Final

from campaigns.personal_data import may_see_personal_data, shown_email, shown_phone
from tracking.models import Identity

TOMBSTONE: Final = "erased:"
"""What an erased identity's value begins with."""

_PREFERRED: Final = ("email", "phone", "crm", "recipient", "visitor", "click")


def shown_value(user: Any, identity: Identity) -> str:
    """Return the value, masked for whoever may not see personal data."""
    if identity.value.startswith(TOMBSTONE):
        return "erased"
    if identity.kind == Identity.Kind.EMAIL:
        return shown_email(user, identity.value)
    if identity.kind == Identity.Kind.PHONE:
        return shown_phone(user, identity.value)
    if identity.kind == Identity.Kind.CRM and not may_see_personal_data(user):
        return identity.value.partition(":")[0] + ":•••"
    return identity.value


def shown_name(user: Any, identities: list[Identity]) -> str:
    """Return what a person is called: the e-mail address, else the phone number, else what is."""
    order = {kind: place for place, kind in enumerate(_PREFERRED)}
    for identity in sorted(identities, key=lambda one: (order[one.kind], one.first_seen_at)):
        if identity.value.startswith(TOMBSTONE):
            return "Erased person"
        if identity.kind in {"email", "phone"}:
            return shown_value(user, identity)
        return f"{identity.get_kind_display()} since {identity.first_seen_at:%-d %b %Y}"
    return "Nobody"
