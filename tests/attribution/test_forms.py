"""The forms of the credit pages."""

import pytest

from attribution.forms import ReportForm
from attribution.reports.query import PARAMETERS, InvalidReportQueryError, Problem

pytestmark = pytest.mark.django_db


def test_the_report_form_asks_for_parameters_of_the_api() -> None:
    assert set(ReportForm({}, error=None).fields) <= set(PARAMETERS)


def test_it_opens_with_the_default_rule() -> None:
    assert ReportForm({}, error=None).fields["rule"].initial == "linear"


def test_it_keeps_what_was_asked() -> None:
    assert ReportForm({"from": "2026-01-01"}, error=None).fields["from"].initial == "2026-01-01"


def test_it_says_what_is_wrong_beside_the_field() -> None:
    error = InvalidReportQueryError([Problem("to", "not-a-date", "No such day.")])
    rows = {row["field"].name: row["problem"] for row in ReportForm({}, error=error).rows()}
    assert (rows["to"], rows["from"]) == ("No such day.", "")


def test_fields_that_do_not_apply_can_be_left_out() -> None:
    assert "channel" not in ReportForm({}, error=None).without("channel").fields
