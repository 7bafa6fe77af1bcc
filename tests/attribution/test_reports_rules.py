"""The same revenue under every active rule, the order of the rows, and how far rules agree."""

from datetime import timedelta
from typing import Any

import pytest

from attribution.reports import rules
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.rules import RuleRow, agreement_of
from attribution.rule_versions import retire_rule
from tests.attribution.builders import NOW, rule
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[RuleRow]:
    return rules.build(ReportQuery(**asked), now=NOW)


def row_of(report: Report[RuleRow], name: str) -> RuleRow:
    return next(row for row in report.rows if row.name.name == name)


def test_every_rule_shares_out_the_same_revenue() -> None:
    tell_story()
    report = build()
    assert report.total is not None
    assert set(report.total.revenue_minor.values()) == {10_000_00}


def test_each_rule_has_its_own_opinion_of_a_channel() -> None:
    tell_story()
    sms = row_of(build(), "SMS")
    got = {slug: sms.revenue_minor[slug] for slug in ("first", "linear", "position")}
    assert got == {"first": 10_000_00, "linear": 6666_67, "position": 8000_00}


def test_rows_can_be_sends_and_the_touch_without_one() -> None:
    tell_story()
    report = build(by="send")
    june = row_of(report, "Send trial-june")
    assert (june.revenue_minor["first"], june.rank["first"]) == (10_000_00, 1)
    assert (june.revenue_minor.get("last", 0), june.rank["last"]) == (0, 2)
    assert june.rank_spread == 2  # Time decay puts the earliest touch third
    assert row_of(report, "No send").revenue_minor["linear"] == 3333_33


def test_leads_are_ranked_by_their_number() -> None:
    tell_story()
    report = build(goal="lead", by="send")
    column = next(column for column in report.columns if column.name == "last")
    july = row_of(report, "Send trial-july")
    assert (column.kind, column.value(july), july.rank["last"]) == ("count", 1, 1)


def test_how_far_two_rules_agree_is_told_with_what_it_means() -> None:
    tell_story()
    body = build(by="send").for_json()
    found = {tuple(one["rules"]): one["kendall_tau"] for one in body["agreement"]}
    # First: 10,000 0 0. Last: 0 10,000 0. One pair of two ordered ones each way round.
    assert found["first", "last"] == "-0.5000"
    assert any("Kendall's tau" in note for note in body["definitions"]["notes"])
    least = body["agreement"][0]
    assert least["kendall_tau"] == min((tau for tau in found.values() if tau), key=float)
    pair = " with ".join(least["rules"])
    assert any(f"least {pair}" in note for note in body["definitions"]["notes"])


def test_one_row_has_no_order_to_agree_on() -> None:
    rows = [RuleRow(rules.RowName("SMS"), {"first": 5, "last": 7})]
    assert [one.tau for one in agreement_of(rows, ["first", "last"], by_count=False)] == [None]
    assert not [note for note in build().definitions.notes if "tau" in note]


def test_a_retired_rule_stands_in_the_past_it_was_active_in() -> None:
    tell_story()
    retire_rule(rule=rule("last"), now=NOW + timedelta(days=1))
    assert "last" not in [column.name for column in build().columns]
    past = build(as_of=NOW)
    assert row_of(past, "SMS").revenue_minor["last"] == 10_000_00
