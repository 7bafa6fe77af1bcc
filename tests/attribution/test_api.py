"""Reports, rules, entries and journeys over REST: shapes, scopes and refusals."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from attribution.models import CreditRule
from tests.attribution.builders import a_deal, settle
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_user, api_client

pytestmark = pytest.mark.django_db


def get(path: str, client: APIClient | None = None, **params: str) -> Any:
    return (client or api_client("read")).get(f"/api/v1/{path}", params)


def signed_in(*permissions: str) -> APIClient:
    client = APIClient()
    client.force_login(a_user("bob", *permissions))
    return client


def test_the_send_report_has_rows_totals_definitions_and_footer() -> None:
    tell_story()
    body = get("reports/sends").json()
    june = next(row for row in body["rows"] if row["utm_campaign"] == "trial-june")
    assert june["revenue_attributed"] == {"amount": "3333.34", "currency": "USD"}
    assert june["roas"] == "33.3334"
    assert body["definitions"]["rule"] == "linear"
    assert body["definitions"]["what_if"] is False
    assert body["footer"]["reconciles"] is True
    assert body["footer"]["statements"][2]["crm_total"]["amount"] == "10000.00"


def test_a_quotient_without_a_divisor_is_null() -> None:
    tell_story()
    rows = get("reports/sends").json()["rows"]
    july = next(row for row in rows if row["utm_campaign"] == "trial-july")
    assert july["roas"] is None


def test_a_what_if_is_marked() -> None:
    tell_story()
    body = get("reports/channels", lookback_days="20").json()
    assert body["definitions"]["what_if"] is True
    assert body["definitions"]["lookback_days"] == 20


@pytest.mark.parametrize("name", ["sends", "channels", "rules", "reconciliation"])
def test_every_report_comes_as_csv(name: str) -> None:
    tell_story()
    response = get(f"reports/{name}", format="csv")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(response.content.splitlines()) > 1


def test_a_report_comes_as_a_workbook_named_by_its_day() -> None:
    tell_story()
    response = get("reports/sends", format="xlsx", as_of="2026-06-15")
    assert response["Content-Disposition"] == 'attachment; filename="sends-2026-06-15.xlsx"'
    assert response.content.startswith(b"PK")


def test_the_accept_header_names_the_format_too() -> None:
    tell_story()
    response = api_client("read").get("/api/v1/reports/sends", headers={"Accept": "text/csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_an_unknown_format_is_refused() -> None:
    response = get("reports/sends", format="pdf")
    assert response.status_code == 400
    assert response.json()["error"]["fields"]["format"][0]["code"] == "unknown-format"


def test_a_wrong_parameter_is_named_with_a_suggestion() -> None:
    response = get("reports/sends", rule="best")
    assert response.status_code == 400
    problem = response.json()["error"]["fields"]["rule"][0]
    assert (problem["code"], problem["suggestion"]) == ("unknown-rule", "linear")


def test_without_an_active_rule_the_answer_is_409() -> None:
    CreditRule.objects.update(retired_at="2026-01-01T00:00Z")
    response = get("reports/sends")
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "no-credit-rule"


def test_the_reconciliation_ends_in_nothing() -> None:
    tell_story()
    statements = get("reports/reconciliation").json()["statements"]
    assert {one["difference"] for one in statements} == {"0.00"}


def test_a_report_needs_the_read_scope() -> None:
    assert get("reports/sends", api_client("events")).status_code == 403


def test_a_report_needs_a_caller() -> None:
    assert get("reports/sends", APIClient()).status_code == 401


def test_a_user_needs_the_permission_to_see_reports() -> None:
    assert get("reports/sends", signed_in()).status_code == 403


def test_a_user_with_the_permission_sees_reports() -> None:
    assert get("reports/sends", signed_in("attribution.view_sendperformance")).status_code == 200


def test_the_report_costs_the_same_number_of_queries_with_2_sends_and_with_20() -> None:
    tell_story()
    client = api_client("read")
    get("reports/sends", client)
    with CaptureQueriesContext(connection) as few:
        get("reports/sends", client)
    for number in range(18):
        a_live_send(f"more-{number}")
        a_deal(created=3)
    settle()
    with CaptureQueriesContext(connection) as many:
        get("reports/sends", client)
    assert len(many) == len(few) < 40


def test_entries_add_up_to_the_number_they_explain() -> None:
    story = tell_story()
    asked = {"rule": "linear", "goal": "win", "send": str(story.june.pk)}
    entries = get("ledger/entries", **asked).json()["results"]
    assert [entry["amount"]["amount"] for entry in entries] == ["3333.34"]
    assert entries[0]["cause"]
    assert entries[0]["touch"]


def test_entries_of_one_deal_can_be_kept() -> None:
    story = tell_story()
    a_deal(created=3)
    settle()
    entries = get("ledger/entries", deal=str(story.deal.pk)).json()["results"]
    assert {entry["deal"] for entry in entries} == {str(story.deal.pk)}


def test_entries_cannot_be_written() -> None:
    assert api_client("write").post("/api/v1/ledger/entries", {}).status_code == 405
