"""Note that a number must not be texted. Only its keyed hash is kept."""

from datetime import datetime

from django.conf import settings

from campaigns.models import Send, Suppression
from campaigns.phone_numbers import hash_phone, mask_phone, normalise_phone


def suppress_phone(
    *, phone: str, reason: str, send: Send | None = None, now: datetime
) -> Suppression:
    """Note that a number must not be texted; the first note of a number stays.

    Raises:
        InvalidPhoneError: the text is no phone number.
    """
    e164 = normalise_phone(phone)
    return Suppression.objects.get_or_create(
        phone_hash=hash_phone(e164, settings.HASH_KEY),
        defaults={
            "phone_masked": mask_phone(e164),
            "reason": reason,
            "send": send,
            "suppressed_at": now,
        },
    )[0]
