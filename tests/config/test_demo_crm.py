"""The demo's deals."""

from datetime import UTC, datetime, timedelta

from config.demo.crm import Deals, contact_records
from config.demo.story import customers

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def test_a_company_is_told_once_and_before_its_contacts() -> None:
    records = contact_records(customers(12), at=NOW)
    kinds = [record["kind"] for record in records]
    assert kinds.count("companies") == 2
    assert kinds[0] == "companies"
    assert kinds.count("contacts") == 12


def test_deals_that_are_not_closed_can_be_won_later() -> None:
    deals = Deals()
    for person in customers(20):
        deals.of(person, created_at=NOW, now=NOW)
    won = deals.close_some(0.5, at=NOW)
    assert len(won) == 10
    assert {deal["properties"]["dealstage"] for deal in won} == {"closedwon"}
    assert len(deals.open) == 10


def test_no_deal_closes_in_the_future() -> None:
    deals = Deals()
    for person in customers(100):
        made = deals.of(person, created_at=NOW - timedelta(days=20), now=NOW)
        closed = made["properties"].get("closedate")
        assert closed is None or datetime.fromisoformat(closed) < NOW


def test_the_odd_ones_lack_what_real_ones_lack() -> None:
    nameless, lonely, foreign = Deals().odd_ones(customers(1)[0], at=NOW)
    assert "amount" not in nameless["properties"]
    assert lonely["associations"] == []
    assert foreign["properties"]["deal_currency_code"] == "CHF"
