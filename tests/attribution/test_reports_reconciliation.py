"""Where every cent went, and that a missing one is noticed."""

from decimal import Decimal
from typing import Any

import pytest

from attribution.reports import reconciliation
from attribution.reports.line_words import line_money
from attribution.reports.query import ReportQuery
from attribution.reports.reconciliation import Reconciliation
from attribution.reports.statement import Line, Statement
from attribution.reports.terminal import as_text
from campaigns.models import ExchangeRate
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    settle,
)
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Reconciliation:
    return reconciliation.build(ReportQuery(**asked), now=NOW)


def statement(goal: str, currency: str = "USD", **asked: Any) -> Statement:
    report = build(**asked)
    return next(one for one in report.statements if (one.goal, one.currency) == (goal, currency))


def test_an_empty_installation_reconciles() -> None:
    report = build()
    assert report.reconciles
    assert [one.goal for one in report.statements] == ["lead", "opportunity", "win"]


def test_attributed_and_unattributed_add_up_to_the_crm() -> None:
    tell_story()
    a_deal(amount_minor=250_00, created=4, won=1)
    settle()
    win = statement("win")
    assert win.crm.amount_minor == 10_250_00
    assert win.attributed_total.amount_minor == 10_000_00
    assert win.unattributed["no_contacts"].amount_minor == 250_00
    assert win.reconciles


def test_leads_are_counted_from_goal_events_and_not_from_the_ledger() -> None:
    tell_story()
    a_lead(None)
    settle()
    assert (statement("lead").crm.count, statement("lead").reconciles) == (2, False)


def test_a_deal_without_an_amount_counts_and_adds_nothing() -> None:
    a_deal(amount_minor=None, created=4, won=1)
    settle()
    win = statement("win")
    assert (win.crm.count, win.crm.without_amount, win.crm.amount_minor) == (1, 1, 0)
    assert win.reconciles


def test_a_win_without_a_close_date_is_excluded_by_name() -> None:
    deal = a_deal(amount_minor=90_00, created=4, won=1)
    change_deal(deal, closed_at=None)
    win = statement("win")
    assert win.excluded["no_date"].amount_minor == 90_00
    assert (win.in_scope.amount_minor, win.reconciles) == (0, True)


def test_a_foreign_deal_is_converted_at_its_days_rate() -> None:
    ada = make_identity(value="ada@acme.example")
    a_tap(ada, days=20)
    ExchangeRate.objects.create(currency="EUR", date=days_ago(12).date(), rate=Decimal("1.1"))
    a_deal(amount_minor=100_01, created=10, currency="EUR", people=(ada,))
    settle()
    euro = statement("opportunity", "EUR")
    assert (euro.crm.source_minor, euro.crm.amount_minor) == (100_01, 110_01)
    assert euro.attributed_total.amount_minor == 110_01
    assert euro.reconciles
    assert statement("opportunity", "USD").attributed_total.amount_minor == 0


def test_a_deal_without_a_rate_is_excluded_and_counted() -> None:
    a_deal(amount_minor=100_00, created=10, currency="CHF")
    settle()
    swiss = statement("opportunity", "CHF")
    assert swiss.crm.without_rate == 1
    assert swiss.excluded["no_rate"].count_micro == 1_000_000
    assert swiss.reconciles


def test_money_without_a_rate_is_named_in_its_own_currency() -> None:
    a_deal(amount_minor=9_687_57, created=10, currency="CHF")
    settle()
    swiss = statement("opportunity", "CHF")
    assert (swiss.crm_total.amount_minor, swiss.crm_total.unconverted_minor) == (0, 9_687_57)
    assert swiss.excluded["no_rate"].unconverted_minor == 9_687_57
    assert swiss.in_scope == Line()


def test_money_of_days_with_and_without_a_rate_stands_side_by_side() -> None:
    ExchangeRate.objects.create(currency="EUR", date=days_ago(10).date(), rate=Decimal("1.1"))
    a_deal(amount_minor=100_00, created=10, currency="EUR")
    a_deal(amount_minor=7_00, created=60, currency="EUR")
    settle()
    euro = statement("opportunity", "EUR")
    assert line_money(euro.crm_total, euro, "USD") == "$110.00 + €7.00 not converted"
    assert (euro.in_scope.amount_minor, euro.in_scope.unconverted_minor) == (110_00, 0)
    assert euro.reconciles


def test_foreign_money_without_a_date_is_named_too() -> None:
    deal = a_deal(amount_minor=90_00, created=4, won=1, currency="CHF")
    change_deal(deal, closed_at=None)
    swiss = statement("win", "CHF")
    assert swiss.excluded["no_date"].unconverted_minor == 90_00
    assert swiss.reconciles


def test_money_without_a_rate_that_the_ledger_never_saw_is_a_difference() -> None:
    a_deal(amount_minor=100_00, created=10, currency="CHF")
    swiss = statement("opportunity", "CHF")
    assert swiss.difference.unconverted_minor == 100_00
    assert not swiss.reconciles


def test_a_statement_lists_no_exclusion_of_another_currency() -> None:
    a_deal(amount_minor=100_00, created=10, currency="CHF")
    a_deal(amount_minor=100_00, created=10)
    settle()
    assert "no_rate" not in statement("opportunity", "USD").excluded


def test_every_form_of_the_report_names_money_without_a_rate() -> None:
    a_deal(amount_minor=9_687_57, created=10, currency="CHF")
    settle()
    report = build()
    money = {"amount": "9687.57", "currency": "CHF"}
    swiss = next(one for one in report.for_json()["statements"] if one["currency"] == "CHF")
    assert swiss["crm_total"]["not_converted"] == swiss["crm_total"]["source"] == money
    assert swiss["excluded"]["no_rate"]["not_converted"] == money
    assert "opportunity,CHF,excluded,no_rate,1,0.00,9687.57" in report.for_csv().splitlines()
    text = as_text(report)
    assert text.count("CHF 9,687.57 not converted") == 2
    assert "1 deal has no exchange rate: its money is not converted." in text


def test_a_foreign_what_if_reconciles_too() -> None:
    ExchangeRate.objects.create(currency="EUR", date=days_ago(10).date(), rate=Decimal("1.1"))
    a_deal(amount_minor=100_00, created=10, currency="EUR")
    tell_story()
    report = build(lookback_days=20)
    assert report.definitions.what_if
    assert report.reconciles


def test_a_deleted_deal_is_in_no_total() -> None:
    story = tell_story()
    change_deal(story.deal, deleted_at=NOW)
    win = statement("win")
    assert (win.crm.count, win.attributed_total.amount_minor, win.reconciles) == (0, 0, True)


def test_a_change_that_was_never_settled_shows_as_a_difference() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(amount_minor=10_000_01)
    report = build()
    assert not report.reconciles
    assert report.definitions.reconciles is False
    assert statement("win").difference.amount_minor == 1


def test_days_are_those_of_the_outcomes_on_both_sides() -> None:
    tell_story()
    a_deal(amount_minor=250_00, created=40, won=30)
    settle()
    win = statement("win", starts_on=days_ago(5).date())
    assert (win.crm.amount_minor, win.reconciles) == (10_000_00, True)


def test_a_filter_by_channel_is_not_applied() -> None:
    tell_story()
    assert statement("win", channel="email").reconciles


def test_its_json_has_the_contracts_shape() -> None:
    tell_story()
    win = build().for_json()["statements"][2]
    assert win["difference"] == "0.00"
    assert win["crm_total"]["amount"] == "10000.00"
    assert win["attributed"]["sms"] == {
        "count": "0.666667",
        "amount": "6666.67",
        "currency": "USD",
    }


def test_its_lines_in_a_file_name_goal_line_and_detail() -> None:
    tell_story()
    lines = build().for_csv().splitlines()
    assert lines[0] == "goal,currency,line,detail,count,amount,not_converted"
    assert "win,USD,attributed,email,0.333333,3333.33," in lines
    assert "win,USD,difference,,0,0.00," in lines
