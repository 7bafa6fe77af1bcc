"""A report in a few figures."""

import pytest

from attribution.report_summary import first_rows, main_figures, proof_text
from attribution.saved_views import report_of
from tests.attribution.builders import NOW
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def test_its_totals_are_the_main_figures() -> None:
    tell_story()
    figures = dict(main_figures(report_of("sends", {}, now=NOW)))
    assert figures["Spend"] == "$100.00"
    assert figures["Leads credited"] == "0.67"
    assert "0" not in figures.values()


def test_a_report_without_totals_has_none() -> None:
    assert main_figures(report_of("reconciliation", {}, now=NOW)) == []


def test_its_first_rows_stand_under_their_titles() -> None:
    tell_story()
    titles, rows = first_rows(report_of("channels", {}, now=NOW))
    assert titles[:2] == ["Channel", "Revenue share"]
    assert [row[0] for row in rows] == ["SMS", "Email"]


def test_a_proof_is_said_in_money_where_there_is_any() -> None:
    tell_story()
    texts = [proof_text(one) for one in report_of("sends", {}, now=NOW).proof.statements]
    assert texts[0] == "Attributed 1 + unattributed 0 + excluded 0 = CRM total 1"
    assert texts[-1] == (
        "Attributed $10,000.00 + unattributed $0.00 + excluded $0.00 "
        "= CRM total $10,000.00 in 1 wins"
    )
