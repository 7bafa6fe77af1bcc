"""The forms of the credit pages."""

import pytest

from attribution.forms import CreditRuleForm, ReportForm
from attribution.reports.query import PARAMETERS, InvalidReportQueryError, Problem
from tests.attribution.builders import rule

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Decay", "slug": "decay", "lookback_days": "90", "contact_mode": "primary"}


def test_the_report_form_asks_for_every_parameter_of_the_api() -> None:
    assert set(ReportForm({}, error=None).fields) == set(PARAMETERS)


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


def test_a_half_life_belongs_to_time_decay_alone() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "linear", "half_life_days": "7"})
    assert form.is_valid()
    assert form.parameters() == {}


def test_time_decay_without_a_half_life_takes_30_days() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "time_decay"})
    assert form.is_valid()
    assert form.parameters() == {"half_life_days": 30}


def test_direct_may_earn_like_any_touch() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "linear", "keeps_direct": "on"})
    assert form.is_valid()
    assert form.parameters() == {"keeps_direct": True}


def test_a_custom_rule_without_weights_is_refused() -> None:
    form = CreditRuleForm({**FIELDS, "kind": "custom"})
    assert not form.is_valid()
    assert "weight" in str(form.errors)


def test_it_shows_the_half_life_in_force() -> None:
    form = CreditRuleForm(instance=rule("time_decay"))
    assert form.fields["half_life_days"].initial in {30, None}
