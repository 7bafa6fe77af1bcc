"""One small story whose figures can be worked out by hand, for the tests of every report."""

from dataclasses import dataclass
from typing import Any

from campaigns.models import Channel, Send, Spend
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    days_ago,
    make_identity,
    settle,
)
from tests.tracking.builders import make_channel, make_send
from tracking.models import Identity


@dataclass(frozen=True, slots=True)
class Story:
    """Ada tapped June 40 days ago, an e-mail 30 and July 12; led 11, deal 10, won 2 days ago."""

    ada: Identity
    june: Send
    july: Send
    deal: Deal


def a_live_send(utm_campaign: str, **fields: Any) -> Send:
    """Return a send that is out."""
    return make_send(
        utm_campaign=utm_campaign, status="live", live_at=days_ago(45), audience_size=200, **fields
    )


def a_spend(send: Send | None, amount_minor: int, *, days: float = 20, **fields: Any) -> Spend:
    """Record what a send, or a channel without one, cost."""
    values = {
        "platform": "twilio",
        "external_id": send.utm_campaign if send else "other",
        "date": days_ago(days).date(),
        "channel": send.channel if send else Channel.objects.get(slug="sms"),
        "campaign": send.campaign if send else None,
        "send": send,
        "amount_minor": amount_minor,
        "currency": "USD",
        **fields,
    }
    return Spend.objects.create(**values)


def tell_story() -> Story:
    """Tell it: a deal of 10,000.00, 100.00 spent on June, nothing on July."""
    make_channel("email", "Email")
    june, july = a_live_send("trial-june"), a_live_send("trial-july")
    ada = make_identity(value="ada@acme.example")
    a_tap(ada, days=40, send=june, campaign=june.campaign)
    a_tap(ada, days=30, channel="email")
    a_tap(ada, days=12, send=july, campaign=july.campaign)
    a_lead(ada, days=11)
    deal = a_deal(amount_minor=1_000_000, created=10, won=2, people=(ada,))
    a_spend(june, 100_00)
    settle()
    return Story(ada, june, july, deal)


__all__ = ["NOW"]
