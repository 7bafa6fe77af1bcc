"""The amount of an outcome, worked out again from its source."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from attribution.allocation import LARGEST_AMOUNT
from attribution.evidence_parts import OutcomeRow
from attribution.evidence_pricing import Rates, pricing_problem

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
RATES = Rates([("EUR", "2026-06-10", "1.1000000000")], currency="USD")
WIN = OutcomeRow(
    id=UUID(int=1),
    kind="win",
    deal_id=UUID(int=2),
    refund_id=None,
    event_id=None,
    person_id=None,
    occurred_at=int(NOON.timestamp()) * 1_000_000,
    day=date(2026, 6, 15),
    source_amount_minor=100_00,
    source_currency="EUR",
    rate=Decimal("1.1"),
    amount_minor=110_00,
    exclusion="",
    is_waiting=False,
)


def problem(zone: str = "UTC", **fields: object) -> str:
    return pricing_problem(replace(WIN, **fields), rates=RATES, zone=ZoneInfo(zone))  # type: ignore[arg-type]


def test_what_follows_from_its_source_has_no_problem() -> None:
    assert problem() == ""


def test_the_day_is_cut_in_the_organisations_time_zone() -> None:
    assert "is not the day of its moment" in problem(zone="Pacific/Kiritimati")


def test_a_rate_is_the_latest_at_most_a_week_old() -> None:
    assert RATES.find("EUR", date(2026, 6, 17)) == Decimal("1.1")
    assert RATES.find("EUR", date(2026, 6, 18)) is None
    assert RATES.find("EUR", date(2026, 6, 9)) is None
    assert RATES.find("EUR", None) is None
    assert RATES.find("USD", None) == 1


def test_another_rate_is_a_problem() -> None:
    assert "is converted at 2" in problem(rate=Decimal(2), amount_minor=200_00)


def test_another_amount_is_a_problem() -> None:
    assert "its source gives 11000" in problem(amount_minor=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"occurred_at": None, "day": None, "rate": None, "amount_minor": 0, "exclusion": "no_date"},
        {"source_amount_minor": None, "amount_minor": 0, "exclusion": "no_amount"},
        {"source_amount_minor": None, "amount_minor": 0, "kind": "lead"},
        {"source_currency": "GBP", "rate": None, "amount_minor": 0, "exclusion": "no_rate"},
        {"kind": "refund", "exclusion": "not_won"},
        {"kind": "refund", "exclusion": "no_date"},
        {"exclusion": "withdrawn", "amount_minor": 0, "rate": None},
        {
            "source_amount_minor": LARGEST_AMOUNT * 10,
            "amount_minor": LARGEST_AMOUNT * 11,
            "exclusion": "too_large",
        },
        {"source_amount_minor": 10**19, "amount_minor": 0, "exclusion": "too_large"},
    ],
)
def test_every_exclusion_has_its_condition(fields: dict[str, object]) -> None:
    assert problem(**fields) == ""
    other = {**fields, "exclusion": "no_such"}
    assert problem(**other) != ""


def test_a_withdrawn_outcome_is_worth_nothing() -> None:
    assert problem(exclusion="withdrawn") == "is withdrawn and has an amount"
