"""Destinations that bring their UTM values along."""

import pytest

from links.tagged_destinations import take_utm


@pytest.mark.parametrize(
    ("url", "bare", "utm"),
    [
        ("https://a.example/x", "https://a.example/x", {}),
        ("https://a.example/x?utm_source=sms", "https://a.example/x", {"utm_source": "sms"}),
        (
            "https://a.example/x?a=1&utm_source=sms&b=%2f+#top",
            "https://a.example/x?a=1&b=%2f+#top",
            {"utm_source": "sms"},
        ),
        ("https://a.example/x?UTM%5FMedium=Text", "https://a.example/x", {"utm_medium": "Text"}),
        (
            "https://a.example/?utm_source=a&utm_source=b",
            "https://a.example/",
            {"utm_source": "a"},
        ),
        ("https://a.example/?utm_id=7", "https://a.example/?utm_id=7", {}),
        ("https://a.example/?", "https://a.example/?", {}),
        ("https://a.example/#?utm_source=x", "https://a.example/#?utm_source=x", {}),
        ("https://a.example/?utm_campaign=a%20b", "https://a.example/", {"utm_campaign": "a b"}),
    ],
)
def test_utm_values_are_taken_out_and_every_other_byte_stays(url, bare, utm) -> None:
    found = take_utm(url)
    assert (found.url, found.utm) == (bare, utm)
