"""Each field of a refund's row, as people write it, and each refusal."""

from datetime import UTC, datetime

import pytest

from crm_sync.models import DealRefund
from crm_sync.refund_rows import load_known, read_row
from tests.attribution.builders import a_deal
from tests.crm_sync.builders import a_connection

pytestmark = pytest.mark.django_db


def read(**fields: str) -> tuple[DealRefund | None, list[tuple[str, str]]]:
    """Read one row; return the refund, and the errors as (field, code)."""
    row = {"deal": "d1", "external_id": "r1", "amount": "5", "refunded_at": "2026-06-10", **fields}
    refund, errors = read_row(row, load_known([row]))
    return refund, [(error.field, error.code) for error in errors]


@pytest.fixture(autouse=True)
def deal() -> None:
    a_connection("acme-crm")
    a_deal(won=5, currency="EUR", name="Acme").__class__.objects.update(external_id="d1")


def test_the_only_connection_need_not_be_named() -> None:
    refund, errors = read()

    assert not errors
    assert refund is not None
    assert refund.deal.external_id == "d1"
    assert refund.currency == "EUR"


def test_a_deal_is_found_by_our_own_id_too() -> None:
    refund, _ = read()
    assert refund is not None

    assert read(deal=str(refund.deal_id))[1] == []


def test_a_moment_keeps_its_offset() -> None:
    refund, _ = read(refunded_at="2026-06-10T14:00:00+02:00")

    assert refund is not None
    assert refund.refunded_at == datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"deal": ""}, ("deal", "required")),
        ({"deal": "d2"}, ("deal", "not-found")),
        ({"connection": "other", "deal": "d2"}, ("connection", "not-found")),
        ({"external_id": ""}, ("external_id", "required")),
        ({"external_id": "x" * 121}, ("external_id", "too-long")),
        ({"amount": "five"}, ("amount", "invalid")),
        ({"amount": "0"}, ("amount", "not-positive")),
        ({"amount": "-5"}, ("amount", "not-positive")),
        ({"currency": "Euro"}, ("currency", "invalid")),
        ({"refunded_at": "10.6.2026"}, ("refunded_at", "invalid")),
        ({"refunded_at": "0001-01-01T00:00:00+14:00"}, ("refunded_at", "invalid")),
        ({"reason": "because"}, ("reason", "invalid")),
    ],
)
def test_what_cannot_be_read_is_refused(fields: dict[str, str], refusal: tuple[str, str]) -> None:
    refund, errors = read(**fields)

    assert refund is None
    assert errors == [refusal]


def test_with_two_connections_one_has_to_be_named() -> None:
    a_connection("other-crm")

    assert read()[1] == [("connection", "required")]
    assert read(connection="acme-crm")[1] == []
