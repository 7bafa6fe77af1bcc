"""A deal opens, is won, changes its amount and is deleted: the report moves each time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from attribution.services import settle_changes, verify_ledger
from crm_sync.models import Connection
from crm_sync.sandbox.server import Sandbox, run_sandbox
from tests.crm_sync.sandbox_builders import a_sync, a_synced_connection, seed_company
from tests.tracking.builders import api_client

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ADA = "ada@acme.example"
VISITS = (
    (40, "paid-search", {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}),
    (30, "sms", {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "trial-june"}),
    (20, "email", {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "news"}),
)


class Marketing:
    """What the team sees: the CRM it works in, and our reports over the API."""

    def __init__(self, crm: Sandbox, connection: Connection, client: APIClient) -> None:
        self.crm, self.connection, self.client = crm, connection, client
        self.now = NOW

    def day_passes(self) -> None:
        """Let the CRM be synced and the credit be settled a day later."""
        self.now += timedelta(days=1)
        a_sync(self.connection, now=self.now)
        while settle_changes(now=self.now):
            pass

    def change_deal(self, **properties: str) -> None:
        """Change the deal in the CRM, as its owner would, and let a day pass."""
        self.crm.seed(
            [
                {
                    "kind": "deals",
                    "id": "31",
                    "at": (self.now + timedelta(hours=1)).isoformat(),
                    "properties": properties,
                    "associations": [{"kind": "contacts", "id": "21"}],
                }
            ]
        )
        self.day_passes()

    def figures(self, column: str) -> dict[str, str]:
        """Return a column of the channel comparison, by channel, without empty rows."""
        report = self.client.get("/api/v1/reports/channels").json()
        rows = {row["channel"]: _amount(row[column]) for row in report["rows"]}
        return {channel: amount for channel, amount in rows.items() if Decimal(amount)}

    def statement(self, goal: str) -> dict[str, Any]:
        """Return a goal's statement."""
        report = self.client.get("/api/v1/reports/reconciliation").json()
        found: dict[str, Any]
        (found,) = [one for one in report["statements"] if one["goal"] == goal]
        return found

    def journey(self) -> dict[str, Any]:
        """Return the deal's journey."""
        (deal,) = self.client.get("/api/v1/deals?external_id=31").json()["results"]
        found: dict[str, Any] = self.client.get(f"/api/v1/deals/{deal['id']}/journey").json()
        return found


def _amount(value: Any) -> str:
    return str((value["amount"] if isinstance(value, dict) else value) or "0")


@pytest.fixture
def marketing() -> Iterator[Marketing]:
    with run_sandbox() as crm:
        seed_company(crm)
        crm.seed(
            [
                {
                    "kind": "contacts",
                    "id": "21",
                    "at": (NOW - timedelta(days=50)).isoformat(),
                    "properties": {"firstname": "Ada", "lastname": "Stone", "email": ADA},
                    "associations": [{"kind": "companies", "id": "11"}],
                }
            ]
        )
        yield Marketing(crm, a_synced_connection(crm), api_client("read", "events"))


def visit(marketing: Marketing) -> None:
    """Let Ada come by three channels."""
    events = [
        {
            "event_id": f"visit-{days}",
            "name": "visit",
            "occurred_at": (NOW - timedelta(days=days)).isoformat(),
            "email": ADA,
            "utm": utm,
        }
        for days, _, utm in VISITS
    ]
    answer = marketing.client.post("/api/v1/events", {"events": events}, format="json")
    assert answer.json()["accepted"] == len(VISITS)


def assert_it_reconciles(marketing: Marketing, goal: str, total: str) -> None:
    """Check that the statement's parts are the CRM's total to the cent."""
    statement = marketing.statement(goal)
    parts = [
        Decimal(line["amount"])
        for name in ("excluded", "attributed", "unattributed")
        for line in statement[name].values()
    ]
    assert statement["crm_total"]["amount"] == total
    assert sum(parts) == Decimal(total)
    assert statement["reconciles"] is True
    assert verify_ledger() == []


def test_the_report_moves_whenever_the_deal_does_and_sums_to_the_cent(
    marketing: Marketing,
) -> None:
    visit(marketing)
    opened = NOW - timedelta(days=5)
    marketing.change_deal(
        dealname="Acme rollout",
        pipeline="default",
        dealstage="qualifiedtobuy",
        amount="1000.00",
        deal_currency_code="USD",
        createdate=opened.isoformat(),
    )
    thirds = {"Paid Search": "333.34", "SMS": "333.33", "Email": "333.33"}
    assert marketing.figures("pipeline_created") == thirds
    assert marketing.figures("revenue_attributed") == {}
    assert_it_reconciles(marketing, "opportunity", "1000.00")
    assert_it_reconciles(marketing, "win", "0.00")

    marketing.change_deal(dealstage="closedwon", closedate=marketing.now.isoformat())
    assert marketing.figures("revenue_attributed") == thirds
    assert_it_reconciles(marketing, "win", "1000.00")
    assert_the_journey_is_in_order(marketing)

    marketing.change_deal(amount="2500.01")
    assert marketing.figures("revenue_attributed") == {
        "Paid Search": "833.34",
        "SMS": "833.34",
        "Email": "833.33",
    }
    assert_it_reconciles(marketing, "win", "2500.01")
    assert_it_reconciles(marketing, "opportunity", "2500.01")

    marketing.crm.store.archive("deals", "31")
    marketing.day_passes()
    marketing.day_passes()
    assert marketing.figures("revenue_attributed") == {}
    assert_it_reconciles(marketing, "win", "0.00")


def assert_the_journey_is_in_order(marketing: Marketing) -> None:
    journey = marketing.journey()
    moments = journey["timeline"]
    times = [moment["occurred_at"] for moment in moments]
    touches = [moment for moment in moments if moment["kind"] == "touch"]
    assert times == sorted(times)
    assert [touch["channel"] for touch in touches] == [channel for _, channel, _ in VISITS]
    assert [touch["credit"]["linear"]["win"] for touch in touches] == ["333.34", "333.33", "333.33"]
    assert touches[0]["credit"]["first"]["win"] == "1000.00"
    assert touches[2]["credit"]["last"]["win"] == "1000.00"
    changes = [moment["title"] for moment in moments if moment["kind"] == "stage"]
    assert "Stage: Qualified to buy → Closed won" in changes
    assert moments.index(touches[-1]) < [moment["kind"] for moment in moments].index("stage")
    assert journey["deal"]["outcome"] == "won"
    assert journey["unattributed"] == {}
