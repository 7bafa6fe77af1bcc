"""Which pages a short link may lead to, and what was meant by those it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import landing_pages
from campaigns.landing_pages import check_landing_page, suggest_landing_page


@pytest.mark.parametrize("url", ["https://a.example", "http://a.example:8080/x?y#z"])
def test_a_web_address_is_allowed(url: str) -> None:
    check_landing_page(url)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://a.example/", "tel:+1", "a.example"])
def test_another_scheme_is_refused(url: str) -> None:
    with pytest.raises(landing_pages.SchemeNotAllowedError):
        check_landing_page(url)


@pytest.mark.parametrize("url", ["https://", "https:///x", "https://.:80/", "http:a.example"])
def test_an_address_without_host_is_refused(url: str) -> None:
    with pytest.raises(landing_pages.HostMissingError):
        check_landing_page(url)


@pytest.mark.parametrize("url", ["https://me:pw@a.example/", "https://a.example@b.example/"])
def test_credentials_in_an_address_are_refused(url: str) -> None:
    with pytest.raises(landing_pages.CredentialsInAddressError):
        check_landing_page(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/a b",
        "https://a.example/\n",
        "https://a.example\\@b.example",
        "https://a.example:99999/",
        "https://[::1",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_a_malformed_address_is_refused(url: str) -> None:
    with pytest.raises(landing_pages.MalformedAddressError):
        check_landing_page(url)


@pytest.mark.parametrize(
    ("url", "suggested"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://me:pw@a.example/x", "https://a.example/x"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        (" a.example/x\n", "https://a.example/x"),
        ("https://a.example\\x", "https://a.example/x"),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_the_page_that_was_meant_is_suggested(url: str, suggested: str) -> None:
    assert suggest_landing_page(url) == suggested


@given(st.text(max_size=60) | st.text("ahtps:/.@\\ []?#%1", max_size=30))
def test_whatever_is_suggested_may_be_led_to_and_is_its_own_suggestion(url: str) -> None:
    suggested = suggest_landing_page(url)
    if suggested:
        check_landing_page(suggested)
        assert suggest_landing_page(suggested) == suggested
