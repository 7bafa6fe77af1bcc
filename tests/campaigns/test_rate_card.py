"""What a send cost by the rate card, until the platform's invoice is in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from campaigns.models import Send, SendingPolicy, Spend
from campaigns.rate_card import (
    RateCardRefusedError,
    record_rate_card_cost,
    replace_rate_card,
)
from campaigns.services import record_spend
from tests.campaigns.builders import NOW, a_channel, a_message, a_send, a_user

pytestmark = pytest.mark.django_db


def a_rate(rate: str | None = "0.0079", currency: str = "USD") -> SendingPolicy:
    values = {"segment_rate": rate and Decimal(rate), "currency": currency}
    return SendingPolicy.objects.update_or_create(channel=a_channel(), defaults=values)[0]


def a_live_send(**fields: Any) -> Send:
    given = {"status": "live", "live_at": NOW, "audience_size": 1000}
    send = a_send(**{**given, **fields})
    a_message(send)
    return send


def an_invoice(send: Send, amount: str = "9.10", **fields: str) -> dict[str, str]:
    return {
        "platform": "twilio",
        "external_id": "INV-1",
        "date": "2026-06-03",
        "amount": amount,
        "currency": "USD",
        "send": send.utm_campaign,
        **fields,
    }


def stored() -> list[tuple[str, str, int]]:
    return list(Spend.objects.order_by("platform").values_list("platform", "kind", "amount_minor"))


def test_the_rate_card_stands_in_on_the_day_the_send_went_live() -> None:
    a_rate()
    send = a_live_send()

    spend = record_rate_card_cost(send=send, by=None, now=NOW)

    assert stored() == [("rate-card", "rate-card", 790)]
    assert (spend.external_id, spend.date) == (send.utm_campaign, date(2026, 6, 1))
    assert (spend.campaign, spend.channel, spend.currency) == (send.campaign, send.channel, "USD")


def test_its_history_says_who_and_why() -> None:
    a_rate()
    user = a_user()

    spend = record_rate_card_cost(send=a_live_send(), by=user, now=NOW)

    entry = spend.history.get()
    assert entry.history_user == user
    assert "until the invoice" in entry.history_change_reason


def test_doing_it_again_writes_the_new_figure_over_the_former() -> None:
    a_rate()
    send = a_live_send()
    record_rate_card_cost(send=send, by=None, now=NOW)
    send.audience_size = 2000

    record_rate_card_cost(send=send, by=None, now=NOW)

    assert stored() == [("rate-card", "rate-card", 1580)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"live_at": None, "status": "ready"}, "has not gone out"),
        ({"audience_size": 0}, "names no recipients"),
    ],
)
def test_without_a_departure_or_recipients_it_is_refused(
    fields: dict[str, Any], words: str
) -> None:
    a_rate()
    with pytest.raises(RateCardRefusedError, match=words):
        record_rate_card_cost(send=a_live_send(**fields), by=None, now=NOW)
    assert stored() == []


def test_without_a_rate_it_is_refused() -> None:
    a_rate(None)
    with pytest.raises(RateCardRefusedError, match="SMS has no rate"):
        record_rate_card_cost(send=a_live_send(), by=None, now=NOW)


def test_without_a_message_it_is_refused() -> None:
    a_rate()
    send = a_send(status="live", live_at=NOW, audience_size=10)
    with pytest.raises(RateCardRefusedError, match="has no message"):
        record_rate_card_cost(send=send, by=None, now=NOW)


def test_once_the_invoice_is_in_it_is_refused() -> None:
    a_rate()
    send = a_live_send()
    record_spend(rows=[an_invoice(send)], now=NOW)

    with pytest.raises(RateCardRefusedError, match="invoice is in"):
        record_rate_card_cost(send=send, by=None, now=NOW)


def test_an_invoice_takes_the_rate_cards_place_so_that_nothing_counts_twice() -> None:
    a_rate()
    send = a_live_send()
    record_rate_card_cost(send=send, by=None, now=NOW)

    record_spend(rows=[an_invoice(send)], now=NOW)

    assert stored() == [("twilio", "invoice", 910)]
    gone = Spend.history.filter(history_type="-").get()
    assert gone.history_change_reason == "Replaced by the platform’s invoice"


@pytest.mark.parametrize("amount", ["0", "-2.00"])
def test_a_credit_note_or_a_zero_leaves_the_rate_card_in_place(amount: str) -> None:
    a_rate()
    send = a_live_send()
    record_rate_card_cost(send=send, by=None, now=NOW)

    record_spend(rows=[an_invoice(send, amount)], now=NOW)

    assert ("rate-card", "rate-card", 790) in stored()


def test_another_sends_invoice_leaves_it_in_place() -> None:
    a_rate()
    record_rate_card_cost(send=a_live_send(), by=None, now=NOW)

    record_spend(rows=[an_invoice(a_send("demo-invite-q2"))], now=NOW)

    assert ("rate-card", "rate-card", 790) in stored()


def test_a_dry_run_leaves_it_in_place() -> None:
    a_rate()
    send = a_live_send()
    record_rate_card_cost(send=send, by=None, now=NOW)

    record_spend(rows=[an_invoice(send)], now=NOW, dry_run=True)

    assert stored() == [("rate-card", "rate-card", 790)]


def test_spend_that_names_no_send_replaces_nothing(django_assert_num_queries: Any) -> None:
    spend = Spend(kind="invoice", amount_minor=100, channel=a_channel())

    with django_assert_num_queries(0):
        replace_rate_card([spend], by=None)
