"""Another currency: converted by the outcome's day, and still exact to the last minor unit."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from attribution.reports import channels, rules, sends
from attribution.reports.query import InvalidReportQueryError, ReportQuery
from attribution.reports.registry import build_report
from attribution.reports.shown_currency import rounded, rounded_whole
from campaigns.models import ExchangeRate
from tests.attribution.builders import NOW, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def a_rate(rate: str, *, days: float, currency: str = "EUR") -> None:
    ExchangeRate.objects.create(currency=currency, date=days_ago(days).date(), rate=Decimal(rate))


def query(**asked: Any) -> ReportQuery:
    return ReportQuery(**{"currency": "EUR", **asked})


def test_revenue_is_converted_at_the_wins_day_and_adds_up_to_the_cent() -> None:
    tell_story()  # Lead 11, deal 10, won 2 days ago; 100.00 spent 20 days ago
    a_rate("1.5", days=3)
    a_rate("2", days=12)
    a_rate("1.25", days=20)
    report = channels.build(query(), now=NOW)
    found = {row.slug: row.metrics for row in report.rows}
    # 10,000.00 ÷ 1.5 = 6,666.67; two thirds and one third of it
    assert (found["sms"].revenue_minor, found["email"].revenue_minor) == (4444_45, 2222_22)
    assert (found["sms"].pipeline_minor, found["email"].pipeline_minor) == (3333_34, 1666_66)
    assert found["sms"].spend_minor == 80_00
    assert found["sms"].leads_micro == 666_667
    win = report.proof.statements[2]
    assert (win.crm.amount_minor, win.reconciles) == (6666_67, True)
    assert report.definitions.currency == "EUR"
    assert report.for_json()["rows"][0]["revenue_attributed"]["currency"] == "EUR"


def test_every_report_of_the_same_money_has_the_same_total() -> None:
    tell_story()
    a_rate("1.37", days=14)
    a_rate("0.91", days=8)
    totals = {
        channels.build(query(), now=NOW).total.metrics.revenue_minor,  # type: ignore[union-attr]
        sends.build(query(by="campaign"), now=NOW).total.metrics.revenue_minor,  # type: ignore[union-attr]
        *rules.build(query(), now=NOW).total.revenue_minor.values(),  # type: ignore[union-attr]
    }
    assert len(totals) == 1


def test_money_of_days_without_a_rate_is_left_out_on_both_sides_and_named() -> None:
    tell_story()
    someone = make_identity(value="bo@other.example")
    a_tap(someone, days=80)
    a_deal(amount_minor=70_00, created=70, won=60, people=(someone,))
    settle()
    a_rate("2", days=14)
    a_rate("2", days=8)
    report = channels.build(query(), now=NOW)
    win = report.proof.statements[2]
    assert (win.crm.amount_minor, win.crm.not_shown_minor, win.reconciles) == (5000_00, 70_00, True)
    assert any("$140.00 has no EUR rate" in note for note in report.definitions.notes)


def test_a_currency_with_other_decimals_keeps_its_own() -> None:
    tell_story()
    a_rate("0.01", days=8, currency="JPY")
    report = channels.build(query(currency="JPY"), now=NOW)
    assert report.total is not None
    assert report.total.metrics.revenue_minor == 1_000_000


def test_the_reporting_currency_itself_changes_nothing() -> None:
    tell_story()
    same = channels.build(query(currency="USD"), now=NOW)
    assert same.rows == channels.build(ReportQuery(), now=NOW).rows


def test_open_pipeline_has_no_day_and_is_left_out() -> None:
    tell_story()
    a_rate("2", days=14)
    assert {row.metrics.influenced_minor for row in channels.build(query(), now=NOW).rows} == {None}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"currency": "CHF"}, "no-rates"),
        ({"currency": "EUR", "date_basis": "touch"}, "needs-outcome-days"),
    ],
)
def test_what_cannot_be_converted_is_refused(params: dict[str, str], code: str) -> None:
    a_rate("2", days=14)
    with pytest.raises(InvalidReportQueryError) as refused:
        build_report("channels", params, now=NOW)
    assert [one.code for one in refused.value.problems] == [code]


def test_it_costs_the_same_number_of_queries_with_2_days_and_with_20() -> None:
    tell_story()
    a_rate("2", days=8)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            channels.build(query(), now=NOW)
        return len(captured)

    few = queries()
    for place in range(18):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=30)
        a_deal(created=20, won=place, people=(someone,))
    settle()
    assert queries() == few


@given(st.lists(st.fractions(min_value=-1000, max_value=1000), max_size=8))
def test_rounded_parts_sum_to_the_rounded_whole_and_move_by_less_than_one(
    parts: list[Fraction],
) -> None:
    exact = dict(enumerate(parts))
    whole = rounded_whole(sum(parts, Fraction(0)))
    found = rounded(exact, whole)
    assert sum(found.values()) == whole
    assert all(abs(found[key] - exact[key]) <= 1 for key in exact)
