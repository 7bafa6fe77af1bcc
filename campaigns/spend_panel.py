"""The send page's panel of cost: what was planned, what was charged, and what stands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from campaigns.exchange import convert_at, rate_on
from campaigns.models import Send, SendingPolicy, Spend
from campaigns.money import Money
from campaigns.planned_costs import planned_cost
from campaigns.send_page import Panel
from campaigns.sending_policy import policy_of

MOST_ROWS: Final = 100
KIND_NAMES: Final = {
    Spend.Kind.INVOICE: "Invoice",
    Spend.Kind.CREDIT_NOTE: "Credit note",
    Spend.Kind.RATE_CARD: "Rate card",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Planned beside actual in one currency; the bars are per cent of the larger one."""

    planned: Money | None
    actual: Money | None
    planned_bar: int
    actual_bar: int
    difference: str


@dataclass(frozen=True, slots=True)
class Converted:
    """What was charged in the reporting currency, and what no rate could convert."""

    total: Money
    without_rate: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One row of spend."""

    spend: Spend
    kind: str
    amount: Money
    url: str


def spend_panel(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return what the panel shows, to whoever may see spend."""
    if not request.user.has_perm("campaigns.view_spend"):
        return None
    policy = policy_of(send.channel)
    spends = list(send_spend(send))
    planned = _planned(send, policy)
    has_invoice = any(
        spend.kind == Spend.Kind.INVOICE and spend.amount_minor > 0 for spend in spends
    )
    stands_in = any(spend.kind == Spend.Kind.RATE_CARD for spend in spends)
    may_add = request.user.has_perm("campaigns.add_spend")
    return {
        "comparisons": compare(planned, spends),
        "converted": converted(spends),
        "rows": [_row(spend) for spend in spends[:MOST_ROWS]],
        "more": len(spends) - MOST_ROWS,
        "stands_in": stands_in,
        "has_rate": policy.segment_rate is not None,
        "policies_url": reverse("admin:campaigns_sendingpolicy_changelist"),
        "may_estimate": may_add
        and send.live_at is not None
        and not has_invoice
        and policy.segment_rate is not None
        and send.audience_size > 0,
        "rate_card_url": reverse("admin:campaigns_rate_card", args=[send.pk]),
        "add_url": _add_url(send) if may_add else "",
    }


def send_spend(send: Send) -> Any:
    """Return the send's rows of spend, the latest first."""
    return Spend.objects.filter(send=send).order_by("-date", "platform")


def _planned(send: Send, policy: SendingPolicy) -> Money | None:
    """Return what was expected when it went live; before that, what is expected now."""
    if send.planned_cost_minor is not None:
        return Money(send.planned_cost_minor, send.planned_cost_currency)
    return planned_cost(send, send.messages.all(), policy).total


def compare(planned: Money | None, spends: Sequence[Spend]) -> list[Comparison]:
    """Put planned beside actual, currency by currency; the planned one comes first."""
    totals: dict[str, int] = {}
    for spend in spends:
        totals[spend.currency] = totals.get(spend.currency, 0) + spend.amount_minor
    currencies = dict.fromkeys([*([planned.currency] if planned else []), *sorted(totals)])
    return [
        _compare(
            planned if planned and planned.currency == currency else None,
            Money(totals[currency], currency) if currency in totals else None,
        )
        for currency in currencies
    ]


def _compare(planned: Money | None, actual: Money | None) -> Comparison:
    largest = max(planned.minor if planned else 0, actual.minor if actual else 0, 1)
    difference = ""
    if planned and actual and planned.minor:
        percent = (Decimal(actual.minor - planned.minor) * 100 / planned.minor).quantize(Decimal(1))
        difference = f"{percent:+}\u202f%".replace("-", "−") if percent else "as planned"
    return Comparison(
        planned,
        actual,
        max(planned.minor, 0) * 100 // largest if planned else 0,
        max(actual.minor, 0) * 100 // largest if actual else 0,
        difference,
    )


def converted(spends: Sequence[Spend]) -> Converted | None:
    """Return the sum in the reporting currency; None where everything is in it already."""
    reporting = settings.REPORTING_CURRENCY
    if all(spend.currency == reporting for spend in spends):
        return None
    rates: dict[tuple[str, date], Decimal | None] = {}
    total, without = 0, dict[str, int]()
    for spend in spends:
        key = spend.currency, spend.date
        if key not in rates:
            rates[key] = rate_on(currency=spend.currency, date=spend.date)
        rate = rates[key]
        if rate is None:
            without[spend.currency] = without.get(spend.currency, 0) + spend.amount_minor
        else:
            total += convert_at(minor=spend.amount_minor, currency=spend.currency, rate=rate)
    lacking = tuple(Money(minor, currency) for currency, minor in sorted(without.items()))
    return Converted(Money(total, reporting), lacking)


def _row(spend: Spend) -> PanelRow:
    return PanelRow(
        spend,
        KIND_NAMES[Spend.Kind(spend.kind)],
        Money(spend.amount_minor, spend.currency),
        reverse("admin:campaigns_spend_change", args=[spend.pk]),
    )


def _add_url(send: Send) -> str:
    given = f"send={send.pk}&campaign={send.campaign_id}&channel={send.channel_id}"
    return f"{reverse('admin:campaigns_spend_add')}?{given}"


SPEND_PANEL: Final = Panel("Spend", 60, "campaigns/spend_panel.html", spend_panel)
