"""Forgetting a person: their CRM contacts lose name, address and number here."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from crm_sync.models import Contact, SyncProblem


def erase_contacts(identity_ids: Collection[UUID], now: datetime) -> int:
    """Clear the contacts of these identities and return how many there were.

    The rows stay as tombstones, so deals keep their contacts; a later sync leaves them empty.
    Open problems about them lose the record they quote.
    """
    contacts = Contact.objects.filter(identity__in=identity_ids)
    for connection_id, external_id in contacts.values_list("connection", "external_id"):
        SyncProblem.objects.filter(
            connection=connection_id, object_type="contacts", external_id=external_id
        ).update(
            record={}, message="The person behind this contact was forgotten.", resolved_at=now
        )
    return contacts.update(name="", email="", phone="")
