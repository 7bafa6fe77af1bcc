"""Forgetting a person: as a recipient, as somebody held out, and in the results of uploads."""

from collections.abc import Collection
from typing import Final

from django.conf import settings
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from campaigns.phone_numbers import hash_phone
from links.audience_expiry import delete_results_of
from links.models import HeldOutRecipient, RecipientLink

_TOMBSTONE: Final = Concat(Value("erased-"), Cast(F("id"), CharField()))


def forget_recipients(
    *, recipient_ids: Collection[str], phones: Collection[str], emails: Collection[str]
) -> int:
    """Clear whoever has one of these recipient links, numbers or e-mails; return how many rows.

    The rows stay, so every count does. The
    results of these sends' uploads are deleted.
    """
    named = RecipientLink.objects.filter(pk__in=recipient_ids).values_list("phone_hash", flat=True)
    hashes = {hash_phone(phone, settings.HASH_KEY) for phone in phones} | set(named)
    same = Q(phone_hash__in=hashes) | (Q(email__in=emails) & ~Q(email=""))
    recipients = RecipientLink.objects.filter(same)
    held_out = HeldOutRecipient.objects.filter(same)
    sends = set(recipients.order_by().values_list("link__send", flat=True))
    sends |= set(held_out.order_by().values_list("send", flat=True))
    delete_results_of(sends - {None})
    return _clear(recipients) + _clear(held_out)


def _clear(rows: "QuerySet[RecipientLink] | QuerySet[HeldOutRecipient]") -> int:
    return rows.update(phone="", email="", name="", external_id="", phone_hash=_TOMBSTONE)
