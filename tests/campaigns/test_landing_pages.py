"""Which pages a short link may lead to, and what was meant by those it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import landing_pages
from campaigns.landing_pages import broken_page, check_landing_page, suggest_landing_page
from campaigns.models import Message
from campaigns.services import ConventionBrokenError, save_send
from tests.campaigns.builders import NOW, an_unsaved_send


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
        ("https://a.example/?x=1&utm_source=email&UTM%5Fterm=a#b", "https://a.example/?x=1#b"),
        ("https://a.example/x#utm_source=email", "https://a.example/x"),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_the_page_that_was_meant_is_suggested(url: str, suggested: str) -> None:
    assert suggest_landing_page(url) == suggested


@given(
    st.text(max_size=60)
    | st.text("ahtps:/.@\\ []?#%1", max_size=30)
    | st.text("utm_id=&;?#/a", max_size=30)
)
def test_whatever_is_suggested_may_be_led_to_and_is_its_own_suggestion(url: str) -> None:
    suggested = suggest_landing_page(url)
    if suggested:
        assert broken_page("destination_url", suggested) == []
        assert suggest_landing_page(suggested) == suggested


def test_a_page_that_may_be_led_to_breaks_nothing_and_nor_does_none() -> None:
    assert broken_page("destination_url", "https://a.example/") == []
    assert broken_page("destination_url", "") == []


def test_a_page_with_utm_values_of_its_own_is_refused_and_they_are_named() -> None:
    url = "https://a.example/?utm_content=button&x=1&utm_content=b#utm_campaign=old"

    (found,) = broken_page("destination_url", url)

    assert (found.rule, found.suggestion) == ("utm-in-address", "https://a.example/?x=1")
    assert "of its own: utm_content, utm_campaign." in found.message


@pytest.mark.django_db
def test_a_send_that_leads_to_a_refused_page_is_not_saved_and_says_what_would_pass() -> None:
    send = an_unsaved_send()
    send.destination_url = "https://me:pw@a.example/x"
    message = Message(body="Look: {link}", destination_url="https://a.example:99999/")
    with pytest.raises(ConventionBrokenError) as refused:
        save_send(send=send, messages=[message], by=None, now=NOW)
    found = {one.field: (one.rule, one.suggestion) for one in refused.value.violations}
    assert found["destination_url"] == ("credentials-in-address", "https://a.example/x")
    assert found["messages.0.destination_url"] == ("malformed-address", "")
