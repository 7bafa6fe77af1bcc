"""CRM contacts become our rows, and one person with the e-mail address and phone they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crm_sync.contact_identities import ContactKeys, join_keys, read_keys
from crm_sync.intake_counts import IntakeCounts, crop, is_older
from crm_sync.models import Company, Connection, Contact, Deal, SyncRun
from crm_sync.problems import FoundProblem, note_problems, resolve_problems
from crm_sync.records import ContactRecord
from tracking.changes import note_changes
from tracking.models import PendingChange

_WRITTEN: Final = (
    "name", "email", "phone", "company", "lead_source", "contact_created_at", "modified_at",
    "deleted_at",
)  # fmt: skip
_BATCH: Final = 1000


@transaction.atomic
def take_contacts(
    *, connection: Connection, run: SyncRun, records: Sequence[ContactRecord], now: datetime
) -> IntakeCounts:
    """Take over contacts and join each with its e-mail address and phone number.

    One without a usable id is refused; an address or number that names nobody is kept as
    it came, joins nobody and is a warning. Companies must have been taken before.
    """
    latest = list({record.external_id: record for record in records}.values())
    batch = _Batch.load(connection, latest, now)
    for record in latest:
        batch.take(record)
    counts = batch.write()
    note_problems(connection=connection, run=run, found=batch.problems, now=now)
    resolve_problems(
        connection=connection,
        object_type="contacts",
        external_ids=[record.external_id for record in latest],
        now=now,
    )
    return counts


@dataclass(slots=True)
class _Batch:
    """A batch's records, the rows they meet, and what is to be written."""

    connection: Connection
    now: datetime
    companies: dict[str, Company]
    contacts: dict[str, Contact]
    created: list[Contact] = field(default_factory=list)
    updated: list[Contact] = field(default_factory=list)
    touched: list[Contact] = field(default_factory=list)
    unchanged: int = 0
    refused: int = 0
    problems: list[FoundProblem] = field(default_factory=list)
    joins: list[tuple[Contact, ContactKeys]] = field(default_factory=list)
    moved_companies: set[UUID] = field(default_factory=set)
    moved_contacts: set[UUID] = field(default_factory=set)

    @classmethod
    def load(
        cls, connection: Connection, records: Sequence[ContactRecord], now: datetime
    ) -> _Batch:
        contacts = Contact.objects.select_for_update(of=("self",)).filter(
            connection=connection, external_id__in=[record.external_id for record in records]
        )
        wanted = {record.company_external_id for record in records if record.company_external_id}
        companies = Company.objects.filter(connection=connection, external_id__in=wanted)
        return cls(
            connection=connection,
            now=now,
            companies={company.external_id: company for company in companies},
            contacts={
                c.external_id: c for c in contacts.select_related("company", "identity__person")
            },
        )

    def take(self, record: ContactRecord) -> None:
        """Plan what the record asks for."""
        contact = self.contacts.get(record.external_id)
        if contact is not None and (is_older(record, contact) or _is_forgotten(contact)):
            self.unchanged += 1
        elif not record.is_deleted:
            self._take_living(contact, record)
        elif contact is None:
            self.unchanged += 1
        else:
            deleted_at = contact.deleted_at or record.modified_at or self.now
            self._change(contact, {"deleted_at": deleted_at}, None)

    def _take_living(self, contact: Contact | None, record: ContactRecord) -> None:
        keys = read_keys(self.connection.slug, record)
        self.problems += keys.problems
        if keys.crm is None:
            self.refused += 1
            return
        if contact is None:
            contact = Contact(connection=self.connection, external_id=record.external_id)
            _assign(contact, self._wanted(contact, record, keys))
            self.created.append(contact)
            self.joins.append((contact, keys))
            self._moved(contact)
        else:
            self._change(contact, self._wanted(contact, record, keys), keys)

    def _wanted(self, contact: Contact, record: ContactRecord, keys: ContactKeys) -> dict[str, Any]:
        company = contact.company
        if record.company_external_id is not None:
            company = self.companies.get(record.company_external_id)
        return {
            "name": crop(record.name, 200),
            "email": keys.email_text,
            "phone": keys.phone_text,
            "company": company,
            "lead_source": crop(record.lead_source, 120),
            "contact_created_at": record.created_at,
            "modified_at": record.modified_at or contact.modified_at,
            "deleted_at": None,
        }

    def _change(self, contact: Contact, wanted: dict[str, Any], keys: ContactKeys | None) -> None:
        old_company = contact.company_id
        different = _assign(contact, wanted)
        if keys is not None and different & {"email", "phone"}:
            self.joins.append((contact, keys))
        if different & {"company", "deleted_at"}:
            self._moved(contact, old_company)
        if different - {"modified_at"}:
            self.updated.append(contact)
            return
        self.unchanged += 1
        if different:
            self.touched.append(contact)

    def _moved(self, contact: Contact, old_company: UUID | None = None) -> None:
        self.moved_contacts.add(contact.pk)
        self.moved_companies |= {key for key in (old_company, contact.company_id) if key}

    def write(self) -> IntakeCounts:
        """Write everything that was planned, identities first: a contact needs its own."""
        join_keys(self.joins, now=self.now)
        Contact.objects.bulk_create(self.created, batch_size=_BATCH)
        Contact.objects.bulk_update(self.updated, _WRITTEN, batch_size=_BATCH)
        Contact.objects.bulk_update(self.touched, ["modified_at"], batch_size=_BATCH)
        self._note()
        return IntakeCounts(len(self.created), len(self.updated), self.unchanged, self.refused)

    def _note(self) -> None:
        """Tell credit of the deals whose journeys may now hold other people."""
        if not self.moved_contacts:
            return
        deals = Deal.objects.filter(
            Q(company__in=self.moved_companies) | Q(deal_contacts__contact__in=self.moved_contacts)
        )
        note_changes(
            subject=PendingChange.Subject.DEAL,
            ids=list(deals.values_list("pk", flat=True).order_by("pk").distinct()),
            cause="deal_changed",
            now=self.now,
        )
        people = Contact.objects.filter(pk__in=self.moved_contacts)
        note_changes(
            subject=PendingChange.Subject.PERSON,
            ids=set(people.values_list("identity__person_id", flat=True)),
            cause="identity",
            now=self.now,
        )


def _is_forgotten(contact: Contact) -> bool:
    """Say whether the person was erased: what the CRM still knows must not come back."""
    return contact.identity.person.erased_at is not None


def _assign(contact: Contact, wanted: dict[str, Any]) -> set[str]:
    """Set what differs and return its names."""
    different = {name for name, value in wanted.items() if getattr(contact, name) != value}
    for name in different:
        setattr(contact, name, wanted[name])
    return different
