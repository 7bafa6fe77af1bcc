"""`spend` through the REST API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import Spend
from tests.campaigns.builders import (
    api_client,
)

pytestmark = pytest.mark.django_db


def post(address: str, body: Any, client: APIClient | None = None) -> Any:
    return (client or api_client()).post(f"/api/v1/{address}", body, format="json")


def get(address: str) -> Any:
    return api_client("read").get(f"/api/v1/{address}")


def a_spend_row(**fields: Any) -> dict[str, Any]:
    return {
        "platform": "google_ads",
        "external_id": "1",
        "date": "2026-05-01",
        "amount": {"amount": "12.50", "currency": "USD"},
        "channel": "paid-search",
        **fields,
    }


def test_spend_is_recorded_in_bulk_and_read_back() -> None:
    response = post("spend", {"rows": [a_spend_row(), a_spend_row(external_id="2")]})

    assert response.status_code == 200
    assert response.json() == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "results": [{"row": 1, "status": "created"}, {"row": 2, "status": "created"}],
    }
    listed = get("spend?platform=google_ads&external_id=1").json()["results"]
    assert listed[0]["amount"] == {"amount": "12.50", "currency": "USD"}


def test_a_credit_note_is_told_from_an_invoice() -> None:
    note = a_spend_row(external_id="2", amount={"amount": "-2.50", "currency": "USD"})
    post("spend", {"rows": [a_spend_row(), note]})

    found = get("spend?kind=credit-note").json()["results"]

    assert [(row["external_id"], row["kind"]) for row in found] == [("2", "credit-note")]


@pytest.mark.parametrize(
    "body",
    [a_spend_row(), [a_spend_row()], {"rows": [a_spend_row(amount="12.50", currency="USD")]}],
)
def test_spend_comes_as_one_row_a_list_or_rows(body: Any) -> None:
    assert post("spend", body).json()["created"] == 1


def test_recording_the_same_spend_again_changes_nothing() -> None:
    post("spend", a_spend_row())

    assert post("spend", a_spend_row()).json()["unchanged"] == 1


@pytest.mark.parametrize("body", ["text", [1], {"rows": 3}])
def test_malformed_spend_is_a_bad_request(body: Any) -> None:
    assert post("spend", body).status_code == 400


def test_wrong_rows_are_named_and_nothing_is_stored() -> None:
    response = post("spend", [a_spend_row(), a_spend_row(date="soon", channel="paid-serch")])

    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "spend-rejected"
    assert set(error["fields"]) == {"rows.2.date", "rows.2.channel"}
    assert error["fields"]["rows.2.channel"][0]["suggestion"] == "paid-search"
    assert not Spend.objects.exists()
