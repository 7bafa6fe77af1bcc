"""The send page's panel of cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory

from campaigns.models import ExchangeRate, Send, SendingPolicy, Spend
from campaigns.money import Money
from campaigns.rate_card import record_rate_card_cost
from campaigns.spend_panel import compare, converted, spend_panel
from tests.campaigns.builders import NOW, a_channel, a_message, a_send, a_superuser, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reporting_currency(settings: Any) -> None:
    settings.REPORTING_CURRENCY = "USD"


def a_rate(rate: str | None = "0.01") -> None:
    values = {"segment_rate": rate and Decimal(rate), "currency": "USD"}
    SendingPolicy.objects.update_or_create(channel=a_channel(), defaults=values)


def a_live_send(**fields: Any) -> Send:
    send = a_send(**{"status": "live", "live_at": NOW, "audience_size": 1000, **fields})
    a_message(send)
    return send


def a_spend(send: Send, minor: int = 1250, **fields: Any) -> Spend:
    given: dict[str, Any] = {
        "platform": "twilio",
        "external_id": f"INV{Spend.objects.count()}",
        "date": date(2026, 6, 2),
        "currency": "USD",
        "kind": "credit-note" if minor < 0 else "invoice",
        **fields,
    }
    return Spend.objects.create(send=send, channel=send.channel, amount_minor=minor, **given)


def panel(send: Send, user: Any = None) -> dict[str, Any] | None:
    request = RequestFactory().get("/")
    request.user = user or a_superuser()
    return spend_panel(send, request)


def shown(client: Client, send: Send) -> str:
    return client.get(f"/admin/campaigns/send/{send.pk}/change/").content.decode()


def test_planned_stands_beside_invoices_less_credit_notes() -> None:
    a_rate()
    send = a_live_send()
    a_spend(send, 1250)
    a_spend(send, -250)

    context = panel(send)

    assert context
    one = context["comparisons"][0]
    assert (one.planned, one.actual, one.difference) == (
        Money(1000, "USD"),
        Money(1000, "USD"),
        "as planned",
    )
    assert [row.kind for row in context["rows"]] == ["Invoice", "Credit note"]
    assert not context["may_estimate"]


def test_what_was_planned_when_it_went_live_stays() -> None:
    a_rate()
    send = a_live_send(planned_cost_minor=700, planned_cost_currency="EUR")

    context = panel(send)

    assert context
    assert context["comparisons"][0].planned == Money(700, "EUR")


def test_each_currency_is_compared_on_its_own() -> None:
    found = compare(
        Money(1000, "USD"),
        [Spend(amount_minor=500, currency="EUR"), Spend(amount_minor=1500, currency="USD")],
    )

    assert [(one.planned, one.actual, one.difference) for one in found] == [
        (Money(1000, "USD"), Money(1500, "USD"), "+50\u202f%"),
        (None, Money(500, "EUR"), ""),
    ]
    assert [(one.planned_bar, one.actual_bar) for one in found] == [(66, 100), (0, 100)]


def test_more_taken_back_than_charged_has_no_bar() -> None:
    found = compare(Money(100, "USD"), [Spend(amount_minor=-50, currency="USD")])[0]

    assert (found.actual, found.actual_bar, found.difference) == (
        Money(-50, "USD"),
        0,
        "−150\u202f%",
    )


def test_other_currencies_are_converted_at_their_days_rate() -> None:
    ExchangeRate.objects.create(currency="EUR", date=date(2026, 6, 1), rate=Decimal("1.10"))
    send = a_live_send()
    a_spend(send, 1000, currency="EUR")
    a_spend(send, 500)
    a_spend(send, 900, currency="GBP")

    found = converted(list(Spend.objects.all()))

    assert found
    assert found.total == Money(1600, "USD")
    assert found.without_rate == (Money(900, "GBP"),)


def test_one_currency_alone_is_not_converted() -> None:
    assert converted([Spend(amount_minor=1, currency="USD")]) is None


def test_the_rate_card_is_offered_until_the_invoice_is_in() -> None:
    a_rate()
    send = a_live_send()
    root = a_superuser()
    before = panel(send, root)
    record_rate_card_cost(send=send, by=None, now=NOW)
    meanwhile = panel(send, root)

    assert before
    assert meanwhile
    assert (before["may_estimate"], before["stands_in"]) == (True, False)
    assert (meanwhile["may_estimate"], meanwhile["stands_in"]) == (True, True)


@pytest.mark.parametrize(
    "fields", [{"live_at": None, "status": "draft"}, {"audience_size": 0}], ids=["draft", "nobody"]
)
def test_it_is_not_offered_where_it_would_be_refused(fields: dict[str, Any]) -> None:
    a_rate()

    context = panel(a_live_send(**fields))

    assert context
    assert not context["may_estimate"]


def test_without_a_rate_the_page_says_where_to_write_it() -> None:
    a_rate(None)
    client = Client()
    client.force_login(a_superuser())

    page = shown(client, a_live_send())

    assert "Set the rate in its sending policy" in page
    assert "/admin/campaigns/sendingpolicy/" in page


def test_whoever_may_not_set_the_rate_is_told_who_does() -> None:
    a_rate(None)
    client = Client()
    client.force_login(a_user("maria", "campaigns.view_send", "campaigns.view_spend"))

    page = shown(client, a_live_send())

    assert "Operations set the rate in its" in page
    assert "Set the rate in its sending policy" not in page


def test_the_page_shows_the_panel_and_its_button_works() -> None:
    a_rate()
    send = a_live_send()
    client = Client()
    client.force_login(a_superuser())

    assert "Count it by the rate card" in shown(client, send)
    after = client.post(f"/admin/campaigns/rate-card/{send.pk}/", follow=True)

    assert "$10.00 by the rate card, until the invoice is in." in after.content.decode()
    assert Spend.objects.get().kind == "rate-card"


def test_a_refusal_is_said_in_words() -> None:
    a_rate(None)
    client = Client()
    client.force_login(a_superuser())

    after = client.post(f"/admin/campaigns/rate-card/{a_live_send().pk}/", follow=True)

    assert "SMS has no rate" in after.content.decode()
    assert not Spend.objects.exists()


def test_the_button_is_a_post() -> None:
    client = Client()
    client.force_login(a_superuser())

    assert client.get(f"/admin/campaigns/rate-card/{a_send().pk}/").status_code == 405


def test_whoever_may_not_add_spend_neither_sees_nor_uses_the_button() -> None:
    a_rate()
    send = a_live_send()
    user = a_user("eve", "campaigns.view_send", "campaigns.view_spend")
    client = Client()
    client.force_login(user)

    page = shown(client, send)

    assert "Planned" in page
    assert "Count it by the rate card" not in page
    assert client.post(f"/admin/campaigns/rate-card/{send.pk}/").status_code == 403


def test_whoever_may_not_see_spend_sees_no_panel() -> None:
    assert panel(a_live_send(), a_user("eve", "campaigns.view_send")) is None
