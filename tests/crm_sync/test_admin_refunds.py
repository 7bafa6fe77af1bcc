"""Refunds in the admin: entered, corrected, taken back, imported, and shown on their deal."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm_sync.models import Deal, DealRefund
from tests.attribution.builders import a_deal
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db
LIST = "/admin/crm_sync/dealrefund/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(a_superuser())
    return client


@pytest.fixture
def deal() -> Deal:
    return a_deal(won=5, name="Acme rollout")


def an_entry(deal: Deal, **fields: str) -> dict[str, Any]:
    return {
        "deal": str(deal.pk), "external_id": "r-1", "amount": "30.00", "currency": "",
        "refunded_at_0": "2026-06-10", "refunded_at_1": "10:00:00", "reason": "refund", **fields,
    }  # fmt: skip


def enter(admin: Client, deal: Deal, **fields: str) -> Any:
    return admin.post(f"{LIST}add/", an_entry(deal, **fields))


def test_a_refund_is_entered(admin: Client, deal: Deal) -> None:
    assert enter(admin, deal).status_code == 302

    refund = DealRefund.objects.get()
    assert (refund.deal, refund.amount_minor, refund.currency) == (deal, 30_00, "USD")
    assert refund.origin == "admin"
    assert "−$30.00" in admin.get(LIST).content.decode()


def test_its_deal_shows_it(admin: Client, deal: Deal) -> None:
    address = f"/admin/crm_sync/deal/{deal.pk}/change/"
    assert "−$30.00" not in admin.get(address).content.decode()
    enter(admin, deal)
    assert "−$30.00" in admin.get(address).content.decode()


def test_a_correction_is_a_new_row_beside_a_tombstone(admin: Client, deal: Deal) -> None:
    enter(admin, deal)
    stored = DealRefund.objects.get()

    admin.post(f"{LIST}{stored.pk}/change/", an_entry(deal, amount="40"))

    assert DealRefund.objects.standing().get().amount_minor == 40_00
    assert DealRefund.objects.count() == 2


def test_deleted_it_is_taken_back(admin: Client, deal: Deal) -> None:
    enter(admin, deal)
    stored = DealRefund.objects.get()

    admin.post(f"{LIST}{stored.pk}/delete/", {"post": "yes"})

    assert DealRefund.objects.get().removed_at is not None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "-5"}, "takes nothing back"),
        ({"currency": "XX"}, "is not a currency code"),
    ],
)
def test_what_is_wrong_is_told_in_the_form(
    admin: Client, deal: Deal, fields: dict[str, str], words: str
) -> None:
    assert words in enter(admin, deal, **fields).content.decode()
    assert not DealRefund.objects.exists()


def test_a_reference_is_entered_once(admin: Client, deal: Deal) -> None:
    enter(admin, deal)
    assert "is there already" in enter(admin, deal, amount="31").content.decode()


def test_a_file_shows_its_rows_before_it_is_stored(admin: Client, deal: Deal) -> None:
    text = f"deal,external_id,amount,refunded_at\n{deal.external_id},r-1,30,2026-06-10\n"
    upload = SimpleUploadedFile("refunds.csv", text.encode())

    rows = admin.post(f"{LIST}import/", {"file": upload}, follow=True)
    assert not DealRefund.objects.exists()
    admin.post(rows.request["PATH_INFO"])

    assert DealRefund.objects.get().origin == "file"


def test_who_may_only_look_enters_nothing(client: Client, deal: Deal) -> None:
    client.force_login(a_user("crm_sync.view_dealrefund"))
    assert enter(client, deal).status_code == 403
