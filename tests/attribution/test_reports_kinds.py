"""A report refuses the parameters that make no sense for it, each by name."""

import pytest

from attribution.reports.kinds import ALWAYS, ReportKind
from attribution.reports.query import InvalidReportQueryError, ReportQuery

KIND = ReportKind(
    name="totals",
    title="Totals",
    question="How much?",
    build=dict,
    parameters=ALWAYS,
    bases=("outcome", "touch"),
    goals=("win", "lead"),
)


def refused(query: ReportQuery) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidReportQueryError) as error:
        KIND.check(query)
    return [(one.field, one.code, one.suggestion) for one in error.value.problems]


def test_what_it_takes_is_let_through() -> None:
    KIND.check(ReportQuery(rule="linear", date_basis="touch", goal="lead"))
    KIND.check(ReportQuery())


def test_a_parameter_it_has_no_use_for_is_refused() -> None:
    assert refused(ReportQuery(channel="sms", by="send")) == [
        ("channel", "senseless-here", ""),
        ("by", "senseless-here", ""),
    ]


def test_a_choice_it_does_not_offer_is_refused_with_one_it_does() -> None:
    assert refused(ReportQuery(goal="opportunity")) == [("goal", "senseless-here", "win")]
    assert refused(ReportQuery(date_basis="cohort")) == [
        ("date_basis", "senseless-here", "outcome")
    ]


def test_it_lists_every_parameter_it_takes() -> None:
    assert KIND.takes == (*ALWAYS, "date_basis", "goal")
