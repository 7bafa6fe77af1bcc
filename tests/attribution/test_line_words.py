"""A statement's money and gaps in words."""

from attribution.reports.crm_totals import CrmTotal
from attribution.reports.line_words import lacks_of, line_money
from attribution.reports.statement import Line, Statement, statement_of


def swiss(goal: str = "win", **crm: int) -> Statement:
    return statement_of(CrmTotal(goal, "CHF", **crm), [])


def test_converted_money_stands_in_the_reporting_currency() -> None:
    assert line_money(Line(amount_minor=110_01), swiss(), "USD") == "$110.01"


def test_money_without_a_rate_stands_in_its_own_currency() -> None:
    line = Line(unconverted_minor=9_687_57)
    assert line_money(line, swiss(), "USD") == "CHF 9,687.57 not converted"


def test_both_stand_side_by_side() -> None:
    line = Line(amount_minor=110_01, unconverted_minor=5_00)
    assert line_money(line, swiss(), "USD") == "$110.01 + CHF 5.00 not converted"


def test_a_deal_without_an_amount_is_said() -> None:
    assert lacks_of(swiss(without_amount=1)) == ["1 deal has no amount: it counts, its money is 0"]


def test_a_lead_needs_no_amount() -> None:
    assert lacks_of(swiss("lead", without_amount=1)) == []
