"""Findings as a report: gravest first, with money, owner and age."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.data_quality import refresh_findings
from attribution.models import Finding
from attribution.reports import data_quality
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from tests.attribution.builders import NOW, a_deal, change_deal, settle
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return data_quality.build(ReportQuery(**asked), now=NOW)


def test_a_finding_has_rows_money_owner_age_advice_and_page() -> None:
    a_deal(amount_minor=70_00)
    settle()
    refresh_findings(now=NOW - timedelta(days=3))
    Finding.objects.filter(code="deal_without_contacts").update(owner=a_user("bob"))
    report = build()
    row = next(row for row in report.rows if row.code == "deal_without_contacts")
    assert (row.row_count, row.amount_minor, row.owner, row.age_days) == (1, 70_00, "bob", 3)
    assert row.advice.startswith("Add the people")
    assert "/deal/" in row.url
    assert report.total is None


def test_the_gravest_come_first() -> None:
    a_deal(amount_minor=None, created=None, won=1)
    settle()
    refresh_findings(now=NOW)
    grades = [row.severity for row in build().rows]
    assert grades == sorted(grades, key=["error", "warning", "notice"].index)
    assert len(set(grades)) > 1


def test_a_finding_put_right_is_gone_now_and_stands_in_the_past() -> None:
    deal = a_deal(amount_minor=None)
    settle()
    refresh_findings(now=NOW - timedelta(days=2))
    change_deal(deal, amount_minor=5_00)
    refresh_findings(now=NOW)
    code = "opportunity_without_amount"
    assert code not in {row.code for row in build().rows}
    assert code in {row.code for row in build(as_of=NOW - timedelta(days=1)).rows}
    assert code not in {row.code for row in build(as_of=NOW - timedelta(days=3)).rows}


def test_it_costs_the_same_number_of_queries_with_2_findings_and_with_20() -> None:
    owner = a_user("bob")

    def found(number: int) -> None:
        for place in range(number):
            Finding.objects.create(
                code=f"x{Finding.objects.count()}-{place}", severity="error", title="X",
                row_count=1, first_seen_at=NOW, latest_seen_at=NOW, owner=owner,
            )  # fmt: skip

    found(2)
    build()
    with CaptureQueriesContext(connection) as few:
        build()
    found(18)
    with CaptureQueriesContext(connection) as many:
        build()
    assert len(many) == len(few)
