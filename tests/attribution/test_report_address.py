"""The addresses of report pages."""

from attribution.report_address import report_url


def test_it_is_the_page_with_what_is_given() -> None:
    assert report_url("sends", {"rule": "linear@1", "from": ""}) == (
        "/admin/reports/sends/?rule=linear%401"
    )


def test_without_parameters_it_is_the_page() -> None:
    assert report_url("sends", {}) == "/admin/reports/sends/"


def test_a_report_that_is_not_there_has_no_address() -> None:
    assert report_url("horoscope", {"rule": "linear"}) == ""
