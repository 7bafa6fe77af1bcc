"""Plain builders of deals, leads and their credit. Each says only what its test depends on."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from attribution.ledger import hold
from attribution.models import CreditEntry, CreditRule, CreditTotal
from attribution.services import settle_changes
from campaigns.public_ids import new_id
from crm_sync.models import (
    Company,
    Connection,
    Contact,
    Deal,
    DealContact,
    DealRefund,
    Pipeline,
    Stage,
)
from crm_sync.refunds import record_refunds
from tests.crm_sync.builders import a_connection
from tests.tracking.builders import make_goal, make_identity, make_touch
from tracking.changes import note_changes
from tracking.models import Event, Identity, PendingChange, Touchpoint

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

__all__ = ["hold", "make_identity", "make_touch"]


def days_ago(days: float) -> datetime:
    """Return a moment before `NOW`."""
    return NOW - timedelta(days=days)


def the_connection() -> Connection:
    """Return the only connection, made where it does not exist."""
    return Connection.objects.first() or a_connection()


def a_stage(outcome: str = "open") -> Stage:
    """Return a stage of that outcome."""
    pipeline, _ = Pipeline.objects.get_or_create(
        connection=the_connection(), external_id="default", defaults={"name": "Sales"}
    )
    stage, _ = Stage.objects.get_or_create(
        pipeline=pipeline,
        external_id=outcome,
        defaults={"name": outcome.title(), "outcome": outcome},
    )
    return stage


def a_deal(
    *,
    amount_minor: int | None = 100_00,
    created: float | None = 10,
    won: float | None = None,
    people: tuple[Identity, ...] = (),
    **fields: Any,
) -> Deal:
    """Make a deal created, and perhaps won, some days ago, with people named on it."""
    outcome = fields.pop("outcome", "open" if won is None else "won")
    deal = Deal.objects.create(
        connection=the_connection(),
        external_id=new_id().hex,
        name=fields.pop("name", "Acme rollout"),
        stage=a_stage(outcome),
        outcome=outcome,
        amount_minor=amount_minor,
        currency=fields.pop("currency", "USD"),
        deal_created_at=None if created is None else days_ago(created),
        closed_at=None if won is None else days_ago(won),
        **fields,
    )
    for identity in people:
        name_on(deal, identity)
    note_deal(deal)
    return deal


def a_company(domain: str = "acme.example") -> Company:
    """Make a company."""
    return Company.objects.create(
        connection=the_connection(), external_id=new_id().hex, name="Acme", domain=domain
    )


def a_contact(identity: Identity, *, company: Company | None = None, **fields: Any) -> Contact:
    """Make a CRM contact that is this person."""
    return Contact.objects.create(
        connection=the_connection(),
        external_id=new_id().hex,
        identity=identity,
        company=company,
        **fields,
    )


def name_on(deal: Deal, identity: Identity, *, is_primary: bool = False) -> DealContact:
    """Name a person on a deal."""
    contact = a_contact(identity)
    return DealContact.objects.create(deal=deal, contact=contact, is_primary=is_primary)


def a_lead(identity: Identity | None = None, *, days: float = 10, **fields: Any) -> Event:
    """Make a demo booking some days ago."""
    event = Event.objects.create(
        origin="test",
        event_id=new_id().hex,
        name="demo-booked",
        goal=fields.pop("goal", None) or make_goal("demo-booked"),
        occurred_at=days_ago(days),
        received_at=days_ago(days),
        identity=identity,
        **fields,
    )
    if identity is not None:
        note_person(identity, cause="new_outcome")
    return event


def a_tap(identity: Identity, *, days: float, channel: str = "sms", **fields: Any) -> Touchpoint:
    """Make a person's touch some days before `NOW` and note it."""
    touch = make_touch(
        occurred_at=days_ago(days), identity=identity, channel=channel, evidence_grade=0, **fields
    )
    note_person(identity, cause="late_touch")
    return touch


def note_deal(deal: Deal, cause: str = "deal_changed") -> None:
    """Note that a deal changed."""
    note_changes(subject=PendingChange.Subject.DEAL, ids=[deal.pk], cause=cause, now=NOW)


def note_person(identity: Identity, cause: str = "identity") -> None:
    """Note that a person's facts changed."""
    note_changes(
        subject=PendingChange.Subject.PERSON, ids=[identity.person_id], cause=cause, now=NOW
    )


def settle(now: datetime = NOW) -> int:
    """Settle everything that was noted."""
    return settle_changes(now=now, limit=10_000)


def change_deal(deal: Deal, **fields: Any) -> None:
    """Change a deal as a sync would, and settle."""
    Deal.objects.filter(pk=deal.pk).update(**fields)
    note_deal(deal)
    settle()


def rule(slug: str = "linear") -> CreditRule:
    """Return the active version of a rule."""
    return CreditRule.objects.active().get(slug=slug)


def sums(slug: str = "linear", kind: str = "win") -> dict[str, int]:
    """Return the running sums of a rule for a goal, in minor units, by channel or reason."""
    found: dict[str, int] = {}
    for total in _totals(slug, kind):
        place = total.channel.slug if total.channel else f"{total.bucket}: {total.reason}"
        found[place] = found.get(place, 0) + total.amount_minor
    return found


def counts(slug: str = "linear", kind: str = "win") -> dict[str, int]:
    """Return the running sums of a rule for a goal, in millionths, by channel or reason."""
    found: dict[str, int] = {}
    for total in _totals(slug, kind):
        place = total.channel.slug if total.channel else f"{total.bucket}: {total.reason}"
        found[place] = found.get(place, 0) + total.count_micro
    return found


def _totals(slug: str, kind: str) -> QuerySet[CreditTotal]:
    totals = CreditTotal.objects.filter(rule=rule(slug), kind=kind, grain="all")
    return totals.select_related("channel")


def earned(touch: Touchpoint, *, slug: str = "linear", kind: str = "win") -> int:
    """Return what the ledger holds for a touch, in minor units."""
    entries = CreditEntry.objects.filter(touch=touch, rule=rule(slug), outcome__kind=kind)
    return entries.aggregate(amount=Sum("amount_minor"))["amount"] or 0


def refund(deal: Deal, amount: str, *, days: float = 1, **fields: str) -> DealRefund:
    """Record a refund some days before NOW, and settle."""
    row = {
        "connection": deal.connection.slug,
        "deal": str(deal.pk),
        "external_id": fields.pop("external_id", "r-1"),
        "amount": amount,
        "refunded_at": days_ago(days).isoformat(),
        **fields,
    }
    result = record_refunds(rows=[row], origin="api", now=NOW)
    assert result.is_stored, result.rows
    settle()
    return DealRefund.objects.standing().get(external_id=row["external_id"])
