"""The same revenue under every active rule."""

import pytest

from attribution.reports import rules
from attribution.reports.query import ReportQuery
from tests.attribution.builders import NOW
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def test_every_rule_shares_out_the_same_revenue() -> None:
    tell_story()
    report = rules.build(ReportQuery(), now=NOW)
    assert report.total is not None
    assert set(report.total.revenue_minor.values()) == {10_000_00}


def test_each_rule_has_its_own_opinion_of_a_channel() -> None:
    tell_story()
    report = rules.build(ReportQuery(), now=NOW)
    sms = next(row for row in report.rows if row.channel == "SMS")
    got = {slug: sms.revenue_minor[slug] for slug in ("first", "linear", "position")}
    assert got == {"first": 10_000_00, "linear": 6666_67, "position": 8000_00}
