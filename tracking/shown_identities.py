"""Identities as they are shown: masked, unless whoever looks may see personal data."""

from collections.abc import Iterable
from typing import Final

from campaigns.personal_data import mask_email
from campaigns.phone_numbers import mask_phone
from tracking.models import Identity

TOMBSTONE: Final = "erased:"
"""What an erased identity's value begins with."""

_PREFERRED: Final = ("email", "phone", "crm", "recipient", "visitor", "click")


def shown_value(identity: Identity, *, unmasked: bool) -> str:
    """Return the value, masked if need be."""
    if identity.value.startswith(TOMBSTONE):
        return "erased"
    if unmasked:
        return identity.value
    if identity.kind == Identity.Kind.EMAIL:
        return mask_email(identity.value)
    if identity.kind == Identity.Kind.PHONE:
        return mask_phone(identity.value)
    if identity.kind == Identity.Kind.CRM:
        return f"{identity.value.partition(':')[0]}:•••"
    return identity.value


def shown_name(identities: Iterable[Identity], *, unmasked: bool) -> str:
    """Return what a person is called: the e-mail address, else the phone number, else what is."""
    order = {kind: place for place, kind in enumerate(_PREFERRED)}
    for identity in sorted(identities, key=lambda one: (order[one.kind], one.first_seen_at)):
        if identity.value.startswith(TOMBSTONE):
            return "Forgotten person"
        if identity.kind in {"email", "phone"}:
            return shown_value(identity, unmasked=unmasked)
        return f"{identity.get_kind_display()} of {identity.first_seen_at:%-d %b %Y}"
    return "Nobody"
