"""What a send cost by the rate card, which stands in until the platform's invoice is in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from campaigns.history import delete_by, save_by
from campaigns.models import Send, Spend
from campaigns.money import Money
from campaigns.planned_costs import planned_cost
from campaigns.spend_rows import RATE_CARD

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


class RateCardRefusedError(Exception):
    """The rate card cannot stand for this send's cost."""


def lock_spend() -> None:
    """Let one transaction at a time write spend: two that insert one day would fail on its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('campaigns_spend'))")


@transaction.atomic
def record_rate_card_cost(*, send: Send, by: "User | None", now: datetime) -> Spend:
    """Store segments × rate × recipients as the send's spend on the day it went live.

    Doing it again writes today's figure over the former one.

    Raises:
        RateCardRefusedError: the send is not out, names no recipients, its channel has no
            rate, or the platform's invoice is already there.
    """
    lock_spend()
    cost = _cost_or_refuse(send)
    spend = Spend.objects.filter(send=send, kind=Spend.Kind.RATE_CARD).first() or Spend(
        send=send, kind=Spend.Kind.RATE_CARD, platform=RATE_CARD, external_id=send.utm_campaign
    )
    spend.campaign, spend.channel = send.campaign, send.channel
    spend.date = timezone.localdate(send.live_at)
    spend.amount_minor, spend.currency = cost.minor, cost.currency
    spend.description = "Segments × rate × planned recipients"
    spend.updated_at = now
    save_by(spend, by, reason="By the rate card, until the invoice is in")
    return spend


def _cost_or_refuse(send: Send) -> Money:
    if send.live_at is None:
        raise RateCardRefusedError("The send has not gone out, so it has cost nothing yet.")
    if _invoices(Spend.objects.filter(send=send)):
        raise RateCardRefusedError("The platform’s invoice is in, and it counts.")
    if not send.audience_size:
        raise RateCardRefusedError("The send names no recipients. Write how many got it first.")
    cost = planned_cost(send, send.messages.all())
    if not cost.segments:
        raise RateCardRefusedError("The send has no message, so nothing can be counted.")
    if cost.total is None:
        raise RateCardRefusedError(
            f"{send.channel.name} has no rate. Write what a segment costs into its sending "
            "policy first."
        )
    return cost.total


def _invoices(spends: Iterable[Spend]) -> list[Spend]:
    return [
        spend for spend in spends if spend.kind == Spend.Kind.INVOICE and spend.amount_minor > 0
    ]


def replace_rate_card(spends: Sequence[Spend], *, by: "User | None") -> None:
    """Remove what the rate card said of sends whose invoice is among the rows: it counts now."""
    invoiced = {spend.send for spend in _invoices(spends) if spend.send is not None}
    if not invoiced:
        return
    for stand_in in Spend.objects.filter(send__in=invoiced, kind=Spend.Kind.RATE_CARD):
        delete_by(stand_in, by, reason="Replaced by the platform’s invoice")
