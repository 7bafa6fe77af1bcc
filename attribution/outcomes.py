"""Facts → outcomes: what credit is divided for, with its time, its amount or why it has none.

A goal event is a lead; a deal is an opportunity from its creation and a win while it is won; a
refund takes back a part of the win, dated and converted on its own day.
Deriving only reads, so the proof of the ledger can compare; `write` stores what is different.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from attribution.allocation import LARGEST_AMOUNT
from attribution.models import Outcome
from attribution.rates import RatesOfDays
from campaigns.exchange import convert_at
from crm_sync.models import Deal, DealRefund, Stage
from tracking.copying import NULL, copy_lines, text_fields
from tracking.models import Event

FIELDS = (
    "person_id",
    "occurred_at",
    "won_at",
    "source_amount_minor",
    "source_currency",
    "rate",
    "amount_minor",
    "exclusion",
)
"""What deriving decides; everything else on an outcome is its identity."""

_LARGEST_STORED = 2**63 - 1
_COLUMNS = Outcome._meta.concrete_fields
_Key = tuple[str, UUID]


@dataclass(slots=True)
class Derived:
    """Outcomes as the facts say they should be, by what has to be done about each."""

    new: list[Outcome] = field(default_factory=list)
    changed: list[Outcome] = field(default_factory=list)
    unchanged: list[Outcome] = field(default_factory=list)

    @property
    def all(self) -> list[Outcome]:
        """Return every outcome of the facts, whatever happened to it."""
        return [*self.new, *self.changed, *self.unchanged]

    def __iadd__(self, other: "Derived") -> "Derived":
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        return self


def derive_from_deals(deal_ids: Iterable[UUID]) -> Derived:
    """Return the opportunities, wins and refunds of these deals. Four queries, at any number.

    A deal that is deleted, or no longer won, withdraws an outcome it once had.
    """
    ids = list(deal_ids)
    existing = {_deal_key(outcome): outcome for outcome in Outcome.objects.filter(deal_id__in=ids)}
    deals = Deal.objects.filter(pk__in=ids).order_by("pk")
    refunds = DealRefund.objects.standing().filter(deal_id__in=ids, deal__deleted_at__isnull=True)
    wanted = [outcome for deal in deals for outcome in _of_deal(deal)]
    wanted += [_of_refund(refund) for refund in refunds.select_related("deal").order_by("pk")]
    return _compare({_deal_key(outcome): outcome for outcome in wanted}, existing)


def derive_from_events(event_ids: Iterable[UUID]) -> Derived:
    """Return the leads of these events: one for each that was a goal. Three queries."""
    ids = list(event_ids)
    existing = {(o.kind, o.event_id): o for o in Outcome.objects.filter(event_id__in=ids)}
    goals = Event.objects.filter(pk__in=ids, goal__isnull=False).order_by("pk")
    wanted = [_of_event(event) for event in goals.select_related("goal", "identity")]
    return _compare({(o.kind, o.event_id): o for o in wanted}, existing)


def write(derived: Derived, *, now: datetime) -> None:
    """Store what is new or different. Call inside the transaction that posts its credit."""
    for outcome in (*derived.new, *derived.changed):
        outcome.updated_at = now
    copy_lines(
        Outcome._meta.db_table, [field.column for field in _COLUMNS], _copied_lines(derived.new)
    )
    Outcome.objects.bulk_update(derived.changed, [*FIELDS, "updated_at"], batch_size=500)


def _copied_lines(new: Iterable[Outcome]) -> Iterator[str]:
    """Return outcomes as lines of COPY's text format."""
    for outcome in new:
        values = (getattr(outcome, field.attname) for field in _COLUMNS)
        yield "\t".join(NULL if value is None else text_fields(str(value)) for value in values)


def _of_deal(deal: Deal) -> list[Outcome]:
    """Return what a deal is: an opportunity and, while won, a win. Nothing once deleted."""
    if deal.deleted_at is not None:
        return []
    moments = {Outcome.Kind.OPPORTUNITY: deal.deal_created_at}
    if deal.outcome == Stage.Outcome.WON:
        moments[Outcome.Kind.WIN] = deal.closed_at
    return [
        Outcome(
            kind=kind,
            deal_id=deal.pk,
            occurred_at=moment,
            source_amount_minor=deal.amount_minor,
            source_currency=deal.currency,
        )
        for kind, moment in moments.items()
    ]


def _of_refund(refund: DealRefund) -> Outcome:
    """Return what a refund takes back; while its deal is not won there is nothing to take from."""
    deal = refund.deal
    is_won = deal.outcome == Stage.Outcome.WON
    return Outcome(
        kind=Outcome.Kind.REFUND,
        deal_id=deal.pk,
        refund_id=refund.pk,
        occurred_at=refund.refunded_at,
        won_at=deal.closed_at if is_won else None,
        source_amount_minor=-refund.amount_minor,
        source_currency=refund.currency,
        exclusion=Outcome.Exclusion.NONE if is_won else Outcome.Exclusion.NOT_WON,
    )


def _deal_key(outcome: Outcome) -> _Key:
    """Return what makes an outcome of a deal the same one: the deal, or the refund."""
    is_refund = outcome.kind == Outcome.Kind.REFUND
    return outcome.kind, outcome.refund_id if is_refund else outcome.deal_id


def _of_event(event: Event) -> Outcome:
    """Return the lead of a goal event, worth what the event or else the goal says."""
    amount, currency = event.value_minor, event.currency
    if amount is None and event.goal is not None:
        amount, currency = event.goal.value_minor, settings.REPORTING_CURRENCY
    return Outcome(
        kind=Outcome.Kind.LEAD,
        event_id=event.pk,
        person_id=event.identity.person_id if event.identity else None,
        occurred_at=event.occurred_at,
        source_amount_minor=amount,
        source_currency=currency or settings.REPORTING_CURRENCY,
    )


def _compare(wanted: dict[_Key, Outcome], existing: dict[_Key, Outcome]) -> Derived:
    _price(list(wanted.values()))
    derived = Derived()
    for key, outcome in wanted.items():
        stored = existing.get(key)
        if stored is None:
            derived.new.append(outcome)
        elif all(getattr(stored, name) == getattr(outcome, name) for name in FIELDS):
            derived.unchanged.append(stored)
        else:
            derived.changed.append(_copied(stored, outcome))
    for key, stored in existing.items():
        if key in wanted:
            continue
        if stored.exclusion == Outcome.Exclusion.WITHDRAWN:
            derived.unchanged.append(stored)
        else:
            derived.changed.append(_withdrawn(stored))
    return derived


def _copied(stored: Outcome, wanted: Outcome) -> Outcome:
    for name in FIELDS:
        setattr(stored, name, getattr(wanted, name))
    return stored


def _withdrawn(stored: Outcome) -> Outcome:
    stored.amount_minor = 0
    stored.exclusion = Outcome.Exclusion.WITHDRAWN
    return stored


def _price(outcomes: list[Outcome]) -> None:
    """Convert the amounts at the rate of each outcome's day; one query for all rates."""
    days = {outcome.pk: _day(outcome) for outcome in outcomes}
    rates = RatesOfDays((o.source_currency, days[o.pk]) for o in outcomes)
    for outcome in outcomes:
        outcome.rate = rates.find(outcome.source_currency, days[outcome.pk])
        outcome.amount_minor = _converted(outcome, outcome.rate)
        outcome.exclusion = _exclusion(outcome)


def _day(outcome: Outcome) -> date | None:
    if outcome.occurred_at is None:
        return None
    return timezone.localdate(outcome.occurred_at, timezone.get_default_timezone())


def _converted(outcome: Outcome, rate: Decimal | None) -> int:
    if outcome.source_amount_minor is None or rate is None:
        return 0
    minor = convert_at(
        minor=outcome.source_amount_minor, currency=outcome.source_currency, rate=rate
    )
    return minor if abs(minor) <= _LARGEST_STORED else 0


def _exclusion(outcome: Outcome) -> str:
    """Say why an outcome's money, or all of it, cannot be divided."""
    if outcome.occurred_at is None:
        return Outcome.Exclusion.NO_DATE
    if outcome.source_amount_minor is None:
        is_lead = outcome.kind == Outcome.Kind.LEAD
        return Outcome.Exclusion.NONE if is_lead else Outcome.Exclusion.NO_AMOUNT
    if outcome.rate is None:
        return Outcome.Exclusion.NO_RATE
    if outcome.credited_at is None:  # a refund of what is no win, or of one without a date
        return outcome.exclusion or Outcome.Exclusion.NO_DATE
    if abs(outcome.amount_minor) > LARGEST_AMOUNT or _is_lost(outcome):
        return Outcome.Exclusion.TOO_LARGE
    return Outcome.Exclusion.NONE


def _is_lost(outcome: Outcome) -> bool:
    """Whether converting made an amount that no column can hold."""
    return outcome.amount_minor == 0 and abs(outcome.source_amount_minor or 0) > LARGEST_AMOUNT
