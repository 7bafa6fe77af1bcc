"""All reports by name: what each of them can do."""

import io

import pytest
from openpyxl import load_workbook

from attribution.data_quality import refresh_findings
from attribution.reports.query import PARAMETERS, InvalidReportQueryError
from attribution.reports.registry import REPORTS, UnknownReportError, build_report
from attribution.reports.terminal import as_text
from tests.attribution.builders import NOW
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_what_it_counted(name: str) -> None:
    tell_story()
    definitions = build_report(name, {"rule": "linear"}, now=NOW).for_json()["definitions"]
    assert definitions["rule"] == "linear"
    assert definitions["rule_version"] == 1
    assert definitions["lookback_days"] == 90
    assert definitions["contact_mode"] == "roles_else_company"
    assert definitions["currency"] == "USD"
    assert definitions["time_zone"] == "UTC"
    assert definitions["as_of"] == NOW.isoformat()
    assert definitions["reconciles"] is True
    assert definitions["coverage"]["win"] == "1.0000"


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_as_json_and_csv(name: str) -> None:
    tell_story()
    refresh_findings(now=NOW)
    report = build_report(name, {}, now=NOW)
    assert report.for_json()["report"] == name
    assert report.for_json()["self"].startswith(f"/api/v1/reports/{name}?")
    assert len(report.for_csv().splitlines()) > 1


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_as_a_workbook_with_its_definitions(name: str) -> None:
    tell_story()
    report = build_report(name, {}, now=NOW)
    book = load_workbook(io.BytesIO(report.for_xlsx()))
    table, definitions = book.worksheets
    assert [cell.value for cell in table[1]] == [column.long_label for column in report.columns]
    assert table.max_row == 1 + len(report.rows) + (report.total is not None)
    assert table.freeze_panes == "A2"
    terms = {row[0].value: row[1].value for row in definitions.iter_rows()}
    assert terms["Address"] == report.permalink
    assert terms["Rule"].startswith("Linear, version 1.")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_printed(name: str) -> None:
    tell_story()
    text = as_text(build_report(name, {}, now=NOW))
    assert "Lookback: 90 days" in text


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_what_it_answers(name: str) -> None:
    assert REPORTS[name].question.endswith((".", "?"))
    assert set(REPORTS[name].takes) <= set(PARAMETERS)


def test_money_in_a_workbook_is_a_number_in_its_currency() -> None:
    tell_story()
    report = build_report("sends", {}, now=NOW)
    table = load_workbook(io.BytesIO(report.for_xlsx())).worksheets[0]
    place = [column.name for column in report.columns].index("revenue_attributed")
    cell = table[4][place]
    assert (cell.value, cell.number_format) == (6666.67, "[$USD] #,##0.00")


def test_a_name_that_looks_like_a_formula_stays_text_in_a_workbook() -> None:
    story = tell_story()
    type(story.june).objects.filter(pk=story.june.pk).update(name="=1+1")
    report = build_report("sends", {}, now=NOW)
    cells = [c for row in load_workbook(io.BytesIO(report.for_xlsx())).worksheets[0] for c in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_a_parameter_a_report_has_no_use_for_is_refused() -> None:
    with pytest.raises(InvalidReportQueryError, match="has no channel"):
        build_report("reconciliation", {"channel": "sms"}, now=NOW)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_words_for_people(name: str) -> None:
    words = dict(build_report(name, {}, now=NOW).definitions.in_words())
    assert words["Rule"].startswith("Linear, version 1.")
    assert words["Lookback"] == "90 days"


def test_a_report_nobody_wrote_is_refused() -> None:
    with pytest.raises(UnknownReportError, match="there are sends, channels"):
        build_report("profits", {}, now=NOW)
