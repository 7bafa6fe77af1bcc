"""Identities as they are shown: masked, unless whoever looks may see personal data."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from campaigns.personal_data import mask_email
from campaigns.phone_numbers import mask_phone
from campaigns.public_ids import MalformedIdError, decode_id
from links.models import RecipientLink
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


def identity_labels(identities: Iterable[Identity], *, unmasked: bool) -> dict[UUID, str]:
    """Return what a page calls each identity: never a raw id. Costs a query for short links."""
    rows = list(identities)
    links = _short_links([one.value for one in rows if one.kind == Identity.Kind.RECIPIENT])
    labels: dict[UUID, str] = {}
    for one in rows:
        label = shown_value(one, unmasked=unmasked)
        if label == one.value and one.kind == Identity.Kind.RECIPIENT:
            label = links.get(one.value, "A link since removed")
        elif label == one.value and one.kind == Identity.Kind.CLICK:
            label = _tapped_at(one.value)
        elif label == one.value and one.kind == Identity.Kind.VISITOR:
            label = f"Browser …{one.value[-4:]}"
        labels[one.pk] = label
    return labels


def _short_links(values: Iterable[str]) -> dict[str, str]:
    ids = [value for value in values if _is_uuid(value)]
    rows = RecipientLink.objects.filter(pk__in=ids).select_related("link__domain") if ids else ()
    return {str(row.pk): f"{row.link}{row.suffix}" for row in rows}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _tapped_at(value: str) -> str:
    """Read the time out of a click id: a UUID version 7 begins with Unix milliseconds."""
    try:
        moment = datetime.fromtimestamp((decode_id(value).int >> 80) / 1000, UTC)
    except (MalformedIdError, ValueError, OverflowError):
        return "A tap"
    return f"Tap of {moment:%-d %b %Y, %H:%M} UTC"
