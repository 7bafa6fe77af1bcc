"""`refunds` over REST."""

from typing import Any

import pytest

from crm_sync.models import Deal, DealRefund
from tests.attribution.builders import a_deal
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/refunds"


def a_row(deal: Deal, **fields: Any) -> dict[str, Any]:
    return {
        "deal": deal.external_id,
        "external_id": "r-1",
        "amount": {"amount": "30.00", "currency": "USD"},
        "refunded_at": "2026-06-10T10:00:00Z",
        **fields,
    }


def post(body: Any, *scopes: str) -> Any:
    return api_client(*(scopes or ("write",))).post(ADDRESS, body, format="json")


@pytest.mark.parametrize("wrap", [lambda row: row, lambda row: [row], lambda row: {"rows": [row]}])
def test_one_row_a_list_and_a_batch_are_taken(wrap: Any) -> None:
    answer = post(wrap(a_row(a_deal(won=5))))

    assert answer.status_code == 200, answer.content
    assert answer.json()["results"] == [{"row": 1, "status": "created"}]
    assert DealRefund.objects.get().origin == "api"


def test_it_is_read_back() -> None:
    deal = a_deal(won=5)
    post(a_row(deal, reason="churn"))

    (found,) = api_client("read").get(f"{ADDRESS}?deal={deal.pk}").json()["results"]

    assert found["amount"] == {"amount": "30.00", "currency": "USD"}
    assert (found["deal"], found["reason"]) == (str(deal.pk), "churn")


def test_a_wrong_row_stores_none_and_is_named() -> None:
    deal = a_deal(won=5)

    answer = post([a_row(deal), a_row(deal, external_id="r-2", amount="-1")])

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "refunds-rejected")
    assert list(error["fields"]) == ["rows.2.amount"]
    assert not DealRefund.objects.exists()


def test_deleted_it_is_taken_back() -> None:
    post(a_row(a_deal(won=5)))
    refund = DealRefund.objects.get()

    assert api_client("write").delete(f"{ADDRESS}/{refund.pk}").status_code == 204
    assert api_client("read").get(ADDRESS).json()["results"] == []
    assert api_client("write").delete(f"{ADDRESS}/{refund.pk}").status_code == 404


@pytest.mark.parametrize("body", [{"rows": "none"}, ["row"]])
def test_what_is_no_list_of_rows_is_refused(body: Any) -> None:
    assert post(body).status_code == 400


def test_reading_is_not_writing() -> None:
    assert post(a_row(a_deal(won=5)), "read").status_code == 403
