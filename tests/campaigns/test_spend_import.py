"""Batches of spend."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns.import_rows import BatchResult
from campaigns.models import Spend
from campaigns.services import record_spend
from tests.campaigns.builders import NOW, a_campaign, a_channel, a_send, a_user

pytestmark = pytest.mark.django_db


def a_row(**fields: str) -> dict[str, str]:
    return {
        "platform": "google_ads",
        "external_id": "123",
        "date": "2026-05-01",
        "amount": "12.50",
        "currency": "USD",
        "channel": "paid-search",
        **fields,
    }


def record(*rows: dict[str, str], by: Any = None) -> BatchResult:
    return record_spend(rows=rows, by=by, now=NOW)


def refusals(*rows: dict[str, str]) -> list[tuple[int, str, str, str]]:
    """Return (row, field, code, suggestion) of each error, having seen that nothing is stored."""
    result = record(*rows)
    assert not result.is_stored
    assert not Spend.objects.exists()
    return [
        (row.number, error.field, error.code, error.suggestion)
        for row in result.rows
        for error in row.errors
    ]


def test_rows_are_stored_in_minor_units() -> None:
    result = record(a_row(), a_row(date="2026-05-02", amount="1,000"))

    assert (result.count("created"), result.is_stored) == (2, True)
    spend = Spend.objects.get(date=date(2026, 5, 1))
    assert (spend.amount_minor, spend.currency, spend.channel) == (
        1250,
        "USD",
        a_channel("paid-search"),
    )


def test_the_same_rows_again_change_nothing() -> None:
    record(a_row())

    result = record(a_row())

    assert result.count("unchanged") == 1
    assert Spend.objects.count() == 1
    assert Spend.history.count() == 1


def test_a_corrected_row_updates_in_place_and_history_says_who() -> None:
    record(a_row())
    alice = a_user("alice")

    result = record(a_row(amount="15"), by=alice)

    assert result.count("updated") == 1
    spend = Spend.objects.get()
    assert spend.amount_minor == 1500
    assert spend.history.first().history_user == alice


def test_a_credit_note_is_negative() -> None:
    record(a_row(amount="-3.00"))

    assert Spend.objects.get().amount_minor == -300


def test_a_send_brings_its_channel_and_campaign() -> None:
    send = a_send("trial-june")

    record(a_row(platform="twilio", send="trial-june", channel=""))

    spend = Spend.objects.get()
    assert (spend.send, spend.campaign, spend.channel) == (send, send.campaign, a_channel("sms"))


def test_names_are_found_whatever_their_case_and_by_id() -> None:
    campaign = a_campaign("Spring Launch")

    record(
        a_row(campaign="spring launch", channel="Paid Search"),
        a_row(campaign=str(campaign.pk), date="2026-05-02"),
    )

    assert Spend.objects.filter(campaign=campaign).count() == 2


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"platform": ""}, (1, "platform", "required", "")),
        ({"platform": "google ads"}, (1, "platform", "invalid", "")),
        ({"platform": "rate-card"}, (1, "platform", "reserved", "")),
        ({"external_id": ""}, (1, "external_id", "required", "")),
        ({"external_id": "x" * 121}, (1, "external_id", "too-long", "")),
        ({"date": "05/01/2026"}, (1, "date", "invalid", "")),
        ({"amount": "free"}, (1, "amount", "invalid", "")),
        ({"amount": "1.005"}, (1, "amount", "invalid", "")),
        ({"currency": "dollars"}, (1, "currency", "invalid", "")),
        ({"channel": ""}, (1, "channel", "required", "")),
        ({"channel": "paid-serch"}, (1, "channel", "unknown", "paid-search")),
        ({"campaign": "Nope"}, (1, "campaign", "unknown", "")),
        ({"send": "nope"}, (1, "send", "unknown", "")),
        ({"send": "no\0pe"}, (1, "send", "unknown", "")),
        ({"campaign": "No\0pe"}, (1, "campaign", "unknown", "")),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, str], error: tuple[int, str, str, str]) -> None:
    assert refusals(a_row(**fields)) == [error]


def test_a_campaign_that_is_not_the_sends_is_a_contradiction() -> None:
    a_send("trial-june")
    a_campaign("Other")

    assert refusals(a_row(send="trial-june", campaign="Other")) == [
        (1, "campaign", "contradiction", "Trial win-back")
    ]


def test_one_wrong_row_keeps_the_whole_batch_out_and_all_errors_are_told() -> None:
    rows = [a_row(), a_row(date="soon", amount="x"), a_row(date="2026-05-03"), a_row(date="never")]

    assert [(row, field) for row, field, _, _ in refusals(*rows)] == [
        (2, "date"),
        (2, "amount"),
        (4, "date"),
    ]


def test_the_same_day_twice_in_a_batch_is_refused() -> None:
    assert refusals(a_row(), a_row(amount="2")) == [(2, "external_id", "repeated", "")]


def test_an_empty_batch_is_stored_as_nothing() -> None:
    assert record().rows == ()


def test_the_number_of_queries_does_not_grow_with_the_rows(
    django_assert_max_num_queries: Any,
) -> None:
    days = [a_row(date=f"2026-05-{day:02}") for day in range(1, 29)]

    with django_assert_max_num_queries(14):
        record(*days)


def test_the_database_itself_refuses_a_currency_of_another_form() -> None:
    record(a_row())

    with pytest.raises(IntegrityError, match="currency_code"), transaction.atomic():
        Spend.objects.update(currency="usd")


def test_the_database_itself_refuses_a_day_twice() -> None:
    record(a_row())
    spend = Spend.objects.get()

    with pytest.raises(IntegrityError, match="natural_key"), transaction.atomic():
        Spend.objects.create(
            platform=spend.platform,
            external_id=spend.external_id,
            date=spend.date,
            channel=spend.channel,
            amount_minor=1,
            currency="USD",
        )


def test_a_negative_amount_is_a_credit_note() -> None:
    record(a_row(), a_row(date="2026-05-02", amount="-3.00"))

    kinds = Spend.objects.order_by("date").values_list("kind", "amount_minor")
    assert list(kinds) == [("invoice", 1250), ("credit-note", -300)]


def test_a_dry_run_answers_the_same_and_stores_nothing() -> None:
    record(a_row(), a_row(date="2026-05-02"))
    rows = [a_row(), a_row(date="2026-05-02", amount="9"), a_row(date="2026-05-03")]
    history = Spend.history.count()

    result = record_spend(rows=rows, now=NOW, dry_run=True)

    assert [row.status for row in result.rows] == ["unchanged", "updated", "created"]
    assert (Spend.objects.count(), Spend.history.count()) == (2, history)
    change = result.rows[1].changes[0]
    assert (change.field, change.old, change.new) == ("amount", "$12.50", "$9.00")


def test_good_rows_are_told_beside_the_wrong_ones() -> None:
    record(a_row())

    result = record(a_row(), a_row(date="never"), a_row(date="2026-05-02"))

    assert [row.status for row in result.rows] == ["unchanged", "rejected", "created"]
    assert not result.is_stored
    assert Spend.objects.count() == 1


def test_two_sends_of_one_name_are_told_apart() -> None:
    a_send("trial-june")
    july = a_send("trial-july")
    record(a_row(send="trial-june"))

    result = record(a_row(send="trial-july"))

    assert [row.status for row in result.rows] == ["updated"]
    assert Spend.objects.get().send == july
