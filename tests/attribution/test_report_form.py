"""The switches of a report's page."""

import pytest

from attribution.report_form import ReportForm
from attribution.reports.query import PARAMETERS, InvalidReportQueryError, Problem
from attribution.reports.registry import REPORTS
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db
SENDS, RECONCILIATION = REPORTS["sends"], REPORTS["reconciliation"]


def form(kind: str = "sends", **params: str) -> ReportForm:
    return ReportForm(REPORTS[kind], params, error=None)


@pytest.mark.parametrize("name", REPORTS)
def test_a_form_asks_for_what_its_report_takes(name: str) -> None:
    takes = set(REPORTS[name].takes)
    assert set(form(name).fields) - {"period"} == takes
    assert takes <= set(PARAMETERS)


def test_days_can_be_named_by_a_period() -> None:
    assert dict(form().fields["period"].choices)["last_month"] == "Last month"


def test_it_opens_with_the_default_rule() -> None:
    assert form().fields["rule"].initial == "linear"


def test_it_keeps_what_was_asked() -> None:
    assert form(**{"from": "2026-01-01"}).fields["from"].initial == "2026-01-01"


@pytest.mark.parametrize(("name", "value"), [("rule", "linear@3"), ("lookback_days", "45")])
def test_it_keeps_a_choice_that_its_list_does_not_have(name: str, value: str) -> None:
    assert (value, value) in form(**{name: value}).fields[name].choices


def test_a_moment_is_kept_although_no_calendar_shows_it() -> None:
    html = str(form(as_of="2026-06-15T12:00:00+00:00")["as_of"])
    assert 'type="text"' in html
    assert 'type="date"' in str(form(as_of="2026-06-15")["as_of"])


def test_it_says_what_is_wrong_beside_the_field() -> None:
    error = InvalidReportQueryError([Problem("to", "not-a-date", "No such day.")])
    shown = ReportForm(SENDS, {}, error=error)
    rows = {row["field"].name: row["problem"] for row in shown.rows()}
    assert (rows["to"], rows["from"]) == ("No such day.", "")
    assert shown.other_problems() == []


def test_what_is_wrong_with_a_switch_it_has_not_is_said_too() -> None:
    error = InvalidReportQueryError([Problem("campaign", "senseless-here", "No campaign here.")])
    assert ReportForm(RECONCILIATION, {}, error=error).other_problems() == ["No campaign here."]


def test_campaigns_are_offered_by_name() -> None:
    campaign = tell_story().june.campaign.name
    assert (campaign, campaign) in form().fields["campaign"].choices


def test_a_browser_lets_it_go_with_empty_fields() -> None:
    shown = form()
    assert "required" not in "".join(str(shown[name]) for name in shown.fields)
