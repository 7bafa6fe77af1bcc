"""A report as a file."""

import json

import pytest

from attribution.report_files import file_of
from attribution.saved_views import report_of
from tests.attribution.builders import NOW
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    tell_story()
    return report_of("sends", {}, now=NOW)


def test_a_csv_says_to_excel_that_it_is_utf_8(report) -> None:
    file = file_of(report, "csv")
    assert (file.name, file.media_type) == ("sends.csv", "text/csv; charset=utf-8")
    assert file.content.startswith(b"\xef\xbb\xbfcampaign,send")


def test_a_workbook_is_one(report) -> None:
    file = file_of(report, "xlsx")
    assert file.name == "sends.xlsx"
    assert file.content.startswith(b"PK")


def test_json_is_the_apis_form(report) -> None:
    assert json.loads(file_of(report, "json").content) == report.for_json()


def test_another_format_is_refused(report) -> None:
    with pytest.raises(KeyError):
        file_of(report, "pdf")
