"""The landing page's full address with the send's values in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.full_addresses import utm_string, with_utm
from links.destinations import merge_destination

UTM = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "trial-june", "utm_term": ""}
QUERY = "utm_source=sms&utm_medium=text&utm_campaign=trial-june"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("https://a.example/x", f"https://a.example/x?{QUERY}"),
        ("https://a.example/x?y=1", f"https://a.example/x?y=1&{QUERY}"),
        ("https://a.example/x?", f"https://a.example/x?{QUERY}"),
        ("https://a.example/?UTM_Source=mail&y=1", f"https://a.example/?y=1&{QUERY}"),
        ("https://a.example/#top", f"https://a.example/?{QUERY}#top"),
        ("", f"?{QUERY}"),
    ],
)
def test_the_values_are_put_in_and_win(page: str, expected: str) -> None:
    assert with_utm(page, UTM) == expected


def test_without_values_the_address_stays() -> None:
    assert with_utm("https://a.example/?y=1#z", {}) == "https://a.example/?y=1#z"


def test_content_stands_before_term_as_links_write_it() -> None:
    assert utm_string({"utm_term": "t", "utm_content": "version-a"}) == (
        "utm_content=version-a&utm_term=t"
    )


def test_strange_letters_are_encoded() -> None:
    assert utm_string({"utm_campaign": "a b&c=ü"}) == "utm_campaign=a%20b%26c%3D%C3%BC"


@given(
    st.from_regex(r"https://a\.example/[a-z]{0,3}(\?[a-z]=[a-z](&utm_term=q)?)?", fullmatch=True)
)
def test_it_is_what_the_short_link_leads_to(page: str) -> None:
    real = merge_destination(destination=page, utm=UTM, passed_query="", click_id="ID")

    assert with_utm(page, UTM) == real.replace("&tr=ID", "")


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_makes_it_fail(page: str, value: str) -> None:
    with_utm(page, {"utm_campaign": value})
