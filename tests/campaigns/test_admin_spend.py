"""The spend pages: the list, the form and the import of reports."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from campaigns.models import SendingPolicy, Spend
from campaigns.rate_card import record_rate_card_cost
from tests.campaigns.builders import NOW, a_channel, a_message, a_send, a_user
from tests.campaigns.test_admin_imports import sent_to, text_of, upload

pytestmark = pytest.mark.django_db
SPEND = "/admin/campaigns/spend/"
GOOGLE = (
    'Campaign report\n"June 1, 2026 - June 30, 2026"\n'
    "Day;Campaign;Campaign ID;Currency code;Cost;Clicks\n"
    "2026-06-01;Brand;77;EUR;1.234,50;9\n2026-06-02;Brand;77;EUR;-12,00;3\n"
    "Total: Account;;;EUR;1.222,50;12\n"
)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def client() -> Client:
    client = Client()
    rights = [f"campaigns.{verb}_spend" for verb in ("add", "change", "view", "delete")]
    client.force_login(a_user("alice", *rights))
    return client


def a_report(text: str = GOOGLE) -> SimpleUploadedFile:
    return SimpleUploadedFile("report.csv", text.encode())


def an_invoice(**fields: str) -> dict[str, str]:
    return {
        "platform": "twilio",
        "external_id": "INV-1",
        "date": "2026-06-03",
        "currency": "usd",
        "amount": "9.10",
        "channel": str(a_channel().pk),
        **fields,
    }


def a_rate_card_row() -> Spend:
    values = {"segment_rate": Decimal("0.01")}
    SendingPolicy.objects.update_or_create(channel=a_channel(), defaults=values)
    send = a_send(status="live", live_at=NOW, audience_size=100)
    a_message(send)
    return record_rate_card_cost(send=send, by=None, now=NOW)


def test_a_platforms_report_is_shown_row_by_row_and_then_stored(client: Client) -> None:
    page = upload(client, a_report(), SPEND, report="google_ads")

    text = text_of(page)
    assert "2 new" in text
    assert "Read as: Google Ads." in text
    assert "1 row of totals was left out." in text
    assert "Not read: Clicks." in text
    assert not Spend.objects.exists()
    client.post(sent_to(page))
    assert list(Spend.objects.order_by("date").values_list("kind", "amount_minor")) == [
        ("invoice", 123450),
        ("credit-note", -1200),
    ]
    assert Spend.history.filter(history_user__username="alice").count() == 2


def test_one_wrong_row_and_nothing_can_be_stored(client: Client) -> None:
    page = upload(
        client, a_report(GOOGLE.replace("2026-06-02", "soon")), SPEND, report="google_ads"
    )

    after = client.post(sent_to(page))

    text = text_of(page)
    assert "1 refused" in text
    assert "1 new" in text
    assert "stored together or not at all" in text
    assert "Store 1 row" not in text
    assert "“soon” is not a date" in text
    assert after.status_code == 200
    assert not Spend.objects.exists()


def test_the_same_report_again_changes_nothing_and_a_restated_one_says_what(
    client: Client,
) -> None:
    client.post(sent_to(upload(client, a_report(), SPEND, report="google_ads")))

    again = upload(client, a_report(), SPEND, report="google_ads")
    restated = upload(
        client, a_report(GOOGLE.replace("1.234,50", "1.300,00")), SPEND, report="google_ads"
    )

    assert "2 unchanged" in text_of(again)
    assert "amount €1,234.50 → €1,300.00" in text_of(restated)


def test_another_platform_is_named_and_fills_in_what_the_file_lacks(client: Client) -> None:
    page = upload(
        client,
        a_report("date,external_id,amount\n2026-06-01,a,5\n"),
        SPEND,
        report="",
        platform="Twilio",
        currency="gbp",
        channel="sms",
    )
    client.post(sent_to(page))

    spend = Spend.objects.get()
    assert (spend.platform, spend.currency, spend.channel) == ("twilio", "GBP", a_channel())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"report": ""}, "Name the platform"),
        ({"report": "", "platform": "my platform"}, "is no platform name"),
        ({"report": "meta", "currency": "dollars"}, "is not a currency code"),
        ({"report": "meta"}, "The file lacks the columns amount"),
    ],
    ids=["platform", "name", "currency", "columns"],
)
def test_a_wrong_answer_is_told_at_its_field(
    client: Client, fields: dict[str, str], words: str
) -> None:
    assert words in text_of(upload(client, a_report(), SPEND, **fields))


def test_the_example_file_passes(client: Client) -> None:
    example = b"".join(client.get(f"{SPEND}import/example.csv"))

    page = upload(client, SimpleUploadedFile("a.csv", example), SPEND, report="", platform="x")

    assert "Every row is in order" in text_of(page)


def test_the_list_says_what_an_amount_is(client: Client) -> None:
    a_rate_card_row()
    client.post(f"{SPEND}add/", an_invoice(amount="-3.00"))

    text = text_of(client.get(SPEND))

    assert "Rate card" in text
    assert "Credit note" in text
    assert "Credit note" in text_of(client.get(f"{SPEND}?kind__exact=credit-note"))
    assert "−$3.00" in text
    assert f'href="{SPEND}import/"' in client.get(SPEND).content.decode()


def test_a_new_cost_is_of_today_and_in_the_currency_of_the_reports(client: Client) -> None:
    page = client.get(f"{SPEND}add/").content.decode()

    assert f'value="{timezone.localdate().isoformat()}"' in page
    assert 'name="currency" value="USD"' in page


def test_an_invoice_typed_in_takes_the_rate_cards_place(client: Client) -> None:
    row = a_rate_card_row()

    client.post(f"{SPEND}add/", an_invoice(send=str(row.send_id)))

    assert list(Spend.objects.values_list("platform", "kind")) == [("twilio", "invoice")]


def test_a_rate_cards_amount_can_be_corrected_and_it_stays_one(client: Client) -> None:
    row = a_rate_card_row()

    client.post(f"{SPEND}{row.pk}/change/", {"currency": "USD", "amount": "2.00"})

    row.refresh_from_db()
    assert (row.kind, row.amount_minor, row.date) == ("rate-card", 200, date(2026, 6, 1))


def test_a_rate_cards_amount_cannot_be_negative(client: Client) -> None:
    row = a_rate_card_row()

    answer = client.post(f"{SPEND}{row.pk}/change/", {"currency": "USD", "amount": "-2"})

    assert "cannot be negative" in text_of(answer)


def test_the_rate_cards_name_is_kept_for_itself(client: Client) -> None:
    answer = client.post(f"{SPEND}add/", an_invoice(platform="rate-card"))

    assert "own estimate" in text_of(answer)
    assert not Spend.objects.exists()


def test_an_invoice_can_become_a_credit_note(client: Client) -> None:
    client.post(f"{SPEND}add/", an_invoice())
    spend = Spend.objects.get()

    client.post(f"{SPEND}{spend.pk}/change/", an_invoice(amount="-9.10"))

    spend.refresh_from_db()
    assert (spend.kind, spend.amount_minor) == ("credit-note", -910)
