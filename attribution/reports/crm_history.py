"""What the CRM said at a past moment: today's deals with every later change undone.

Each change keeps its old value in words (`crm_sync.deal_history`), so the earliest change
observed after the moment tells what a field was.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate

from campaigns.money import parse_amount
from crm_sync.models import Deal, DealChange, Stage

_UNDONE = (
    DealChange.Field.CREATED,
    DealChange.Field.STAGE,
    DealChange.Field.AMOUNT,
    DealChange.Field.CLOSED_AT,
    DealChange.Field.DELETED,
)
_Outcomes = dict[tuple[UUID, str], str]
"""What a stage means, by its pipeline and its name."""


@dataclass(frozen=True, slots=True)
class PastDeal:
    """A deal as it was: its outcome, its amount in minor units, and its days."""

    id: UUID
    outcome: str
    amount_minor: int | None
    currency: str
    created_on: date | None
    closed_on: date | None


def deals_as_of(moment: datetime) -> Iterable[PastDeal]:
    """Yield the deals that were in their CRM at a moment, as far as we had been told by then.

    Three queries; the cost grows with the deals and with the changes since.
    """
    changes = _first_changes_after(moment)
    outcomes = {
        (pipeline, name): outcome
        for pipeline, name, outcome in Stage.objects.values_list("pipeline", "name", "outcome")
    }
    for deal in Deal.objects.select_related("stage").order_by().iterator(chunk_size=2000):
        undone = changes.get(deal.pk, {})
        if DealChange.Field.CREATED in undone or _was_deleted(deal, undone):
            continue
        yield _as_it_was(deal, undone, outcomes)


def _first_changes_after(moment: datetime) -> dict[UUID, dict[str, str]]:
    """Return by deal and field the old value of the earliest change observed later."""
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    later = DealChange.objects.filter(observed_at__gt=moment, field__in=_UNDONE)
    ordered = later.order_by("observed_at", "changed_at", "id")
    for deal, field, old in ordered.values_list("deal_id", "field", "old_value"):
        found[deal].setdefault(field, old)
    return found


def _was_deleted(deal: Deal, undone: dict[str, str]) -> bool:
    if DealChange.Field.DELETED in undone:
        return bool(undone[DealChange.Field.DELETED])
    return deal.deleted_at is not None


def _as_it_was(deal: Deal, undone: dict[str, str], outcomes: _Outcomes) -> PastDeal:
    zone = ZoneInfo(settings.TIME_ZONE)
    amount, currency = deal.amount_minor, deal.currency
    if DealChange.Field.AMOUNT in undone:
        number, _, code = undone[DealChange.Field.AMOUNT].partition(" ")
        currency = code or currency
        amount = parse_amount(number, currency) if number else None
    closed_on = localdate(deal.closed_at, zone) if deal.closed_at else None
    if DealChange.Field.CLOSED_AT in undone:
        text = undone[DealChange.Field.CLOSED_AT]
        closed_on = date.fromisoformat(text) if text else None
    stage = undone.get(DealChange.Field.STAGE, "")
    return PastDeal(
        id=deal.pk,
        outcome=outcomes.get((deal.stage.pipeline_id, stage), deal.outcome),
        amount_minor=amount,
        currency=currency,
        created_on=localdate(deal.deal_created_at, zone) if deal.deal_created_at else None,
        closed_on=closed_on,
    )
