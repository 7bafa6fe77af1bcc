"""Who takes part in a batch of deals: what is linked, what should be, and the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from crm_sync.intake_counts import crop
from crm_sync.models import Connection, Contact, Deal, DealContact
from crm_sync.records import ContactRef, DealRecord

_BATCH: Final = 1000


@dataclass(slots=True)
class DealContacts:
    """The contacts of a batch's deals, by deal, and what is to be written."""

    contacts: dict[str, Contact]
    linked: dict[UUID, dict[UUID, DealContact]]
    added: list[DealContact] = field(default_factory=list)
    changed: list[DealContact] = field(default_factory=list)
    removed: list[DealContact] = field(default_factory=list)

    @classmethod
    def load(
        cls, connection: Connection, records: Iterable[DealRecord], deals: Iterable[Deal]
    ) -> DealContacts:
        """Read the contacts that the records name and those that the deals have (two queries)."""
        wanted = {ref.external_id for record in records for ref in record.contacts or ()}
        contacts = Contact.objects.filter(connection=connection, external_id__in=wanted)
        linked: dict[UUID, dict[UUID, DealContact]] = defaultdict(dict)
        rows = DealContact.objects.filter(deal__in=list(deals)).select_related("contact")
        for row in rows:
            linked[row.deal_id][row.contact_id] = row
        return cls({contact.external_id: contact for contact in contacts}, linked)

    def names(self, deal: Deal) -> list[str]:
        """Return the display names of the deal's contacts as planned so far."""
        return [str(row.contact) for row in self.linked.get(deal.pk, {}).values()]

    def plan(self, deal: Deal, record: DealRecord) -> bool:
        """Plan to link exactly the record's contacts. Return whether anything differs."""
        if record.contacts is None:
            return False
        rows = self.linked[deal.pk]
        wanted = {
            contact.pk: (contact, ref)
            for ref in record.contacts
            if (contact := self.contacts.get(ref.external_id)) is not None
        }
        gone = [rows.pop(key) for key in list(rows) if key not in wanted]
        self.removed += gone
        differs = [self._link(deal, rows, contact, ref) for contact, ref in wanted.values()]
        return bool(gone) or any(differs)

    def _link(
        self, deal: Deal, rows: dict[UUID, DealContact], contact: Contact, ref: ContactRef
    ) -> bool:
        role = crop(ref.role, 60)
        row = rows.get(contact.pk)
        if row is None:
            row = DealContact(deal=deal, contact=contact, role=role, is_primary=ref.is_primary)
            rows[contact.pk] = row
            self.added.append(row)
            return True
        if (row.role, row.is_primary) == (role, ref.is_primary):
            return False
        row.role, row.is_primary = role, ref.is_primary
        self.changed.append(row)
        return True

    def write(self) -> None:
        """Write the planned links; the deals must be stored already."""
        DealContact.objects.filter(pk__in=[row.pk for row in self.removed]).delete()
        DealContact.objects.bulk_create(self.added, batch_size=_BATCH)
        DealContact.objects.bulk_update(self.changed, ["role", "is_primary"], batch_size=_BATCH)
