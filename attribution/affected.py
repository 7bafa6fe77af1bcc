"""Whose outcomes a change may move: from people and deals to the facts behind outcomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from attribution.models import CreditBatch, Outcome
from crm_sync.models import Contact, DealContact
from tracking.models import Event, PendingChange

Causes = Mapping[UUID, str]
"""Why, by the id of a person or a deal."""


@dataclass(slots=True)
class Affected:
    """The deals and goal events whose outcomes may have moved, each with its first cause."""

    deals: dict[UUID, str] = field(default_factory=dict)
    events: dict[UUID, str] = field(default_factory=dict)

    def cause_of(self, outcome: Outcome) -> str:
        """Return why an outcome of these facts may have moved."""
        by_deal = self.deals.get(outcome.deal_id)
        return by_deal if by_deal is not None else self.events[outcome.event_id]


def affected_by(notes: Iterable[PendingChange]) -> Affected:
    """Return the facts that these notes concern. Four queries, whatever the number of notes.

    A person matters to their leads (by identity, and by the outcome as it was last written,
    for leads that moved to somebody else), to the deals they are named on, and to the deals
    of their companies.
    """
    people: dict[UUID, str] = {}
    affected = Affected()
    for note in sorted(notes, key=lambda note: note.noted_at):
        is_person = note.subject == PendingChange.Subject.PERSON
        causes = people if is_person else affected.deals
        causes.setdefault(note.subject_id, _known_cause(note.cause))
    if people:
        _add_leads(affected, people)
        _add_deals(affected, people)
    return affected


def _known_cause(text: str) -> str:
    """Return the cause, or “deal changed” for a note that names none of the ledger's."""
    return text if text in CreditBatch.Cause.values else CreditBatch.Cause.DEAL_CHANGED


def _add_leads(affected: Affected, people: Causes) -> None:
    leads = Event.objects.filter(goal__isnull=False, identity__person_id__in=people)
    for event, person in leads.order_by().values_list("pk", "identity__person_id"):
        affected.events.setdefault(event, people[person])
    written = Outcome.objects.filter(kind=Outcome.Kind.LEAD, person_id__in=people)
    for event, person in written.order_by().values_list("event_id", "person_id"):
        affected.events.setdefault(event, people[person])


def _add_deals(affected: Affected, people: Causes) -> None:
    named = DealContact.objects.filter(contact__identity__person_id__in=people).order_by()
    for deal, person in named.values_list("deal_id", "contact__identity__person_id"):
        affected.deals.setdefault(deal, people[person])
    colleagues = Contact.objects.filter(
        identity__person_id__in=people, company__deals__isnull=False
    ).order_by()
    for deal, person in colleagues.values_list("company__deals", "identity__person_id"):
        affected.deals.setdefault(deal, people[person])
