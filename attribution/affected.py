"""Whose outcomes a change may move: from people and deals to the facts behind outcomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from attribution.models import CreditBatch, Outcome
from campaigns.exchange import MAX_AGE
from campaigns.models import RateChange
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


def affected_by(notes: Iterable[PendingChange], rates: Iterable[RateChange] = ()) -> Affected:
    """Return the facts that these notes concern. Five queries at most, whatever their number.

    A person matters to their leads (by identity, and by the outcome as it was last written,
    for leads that moved to somebody else), to the deals they are named on, and to the deals
    of their companies. A rate matters to the outcomes of its currency on its day, and on the
    days after it for which it may be the latest.
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
    _add_rated(affected, rates)
    return affected


def all_waiting() -> Affected:
    """Return the facts of every change that nobody has settled yet."""
    return affected_by(PendingChange.objects.all(), RateChange.objects.all())


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


def _add_rated(affected: Affected, rates: Iterable[RateChange]) -> None:
    days: dict[str, set[date]] = {}
    for rate in rates:
        days.setdefault(rate.currency, set()).add(rate.date)
    if not days:
        return
    zone = timezone.get_default_timezone()
    concerned = Q()
    for currency, dates in days.items():
        for first, last in _stretches(dates):
            starts_at = datetime.combine(first, time(), zone)
            ends_at = datetime.combine(last + MAX_AGE + timedelta(days=1), time(), zone)
            concerned |= Q(
                source_currency=currency, occurred_at__gte=starts_at, occurred_at__lt=ends_at
            )
    outcomes = Outcome.objects.filter(concerned).order_by()
    rows: Iterable[tuple[UUID | None, UUID]] = outcomes.values_list("deal_id", "event_id")
    for deal, event in rows:
        if deal is not None:
            affected.deals.setdefault(deal, CreditBatch.Cause.RATE.value)
        else:
            affected.events.setdefault(event, CreditBatch.Cause.RATE.value)


def _stretches(dates: set[date]) -> Iterable[tuple[date, date]]:
    """Yield the first and last of days that lie close together, so that a year is one question."""
    ordered = sorted(dates)
    first = latest = ordered[0]
    for day in ordered[1:]:
        if day - latest > MAX_AGE:
            yield first, latest
            first = day
        latest = day
    yield first, latest
