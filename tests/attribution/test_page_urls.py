"""Addresses of admin pages that other apps own."""

from attribution.page_urls import page_url


def test_a_page_has_its_address() -> None:
    assert page_url("attribution_report_sends") == "/admin/reports/sends/"


def test_a_page_nobody_registered_has_none() -> None:
    assert page_url("attribution_horoscope") == ""
