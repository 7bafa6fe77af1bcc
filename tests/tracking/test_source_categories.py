"""The kind of a referring site."""

import pytest

from tracking.source_categories import (
    category_of_referrer,
    category_of_source,
    ga4_category_of_source,
    host_of,
    source_table,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.google.com/search?q=x", "search"),
        ("https://www.google.co.uk/", "search"),
        ("https://m.facebook.com/", "social"),
        ("https://x.com/i/grok", "ai_assistant"),
        ("https://x.com/somebody", "social"),
        ("https://acme.okta.com/", "auth_intermediary"),
        ("https://github.com/login", "auth_intermediary"),
        ("android-app://com.google.android.googlequicksearchbox/", "search"),
        ("https://notgoogle.example/", ""),
        ("", ""),
        ("http://[broken", ""),
    ],
)
def test_the_kind_of_a_referring_site(url: str, expected: str) -> None:
    assert category_of_referrer(url) == expected


def test_a_source_may_be_a_name_or_a_host() -> None:
    assert category_of_source("Google") == "search"
    assert category_of_source("chatgpt.com") == "ai_assistant"
    assert category_of_source("twilio") == ""


def test_ga4_knows_only_its_own_list() -> None:
    assert ga4_category_of_source("facebook") == "social"
    assert ga4_category_of_source("calendly.com") == ""


def test_hosts_are_compared_without_www() -> None:
    assert host_of("https://WWW.Example.com/x") == "example.com"


def test_the_file_names_its_provenance_and_licences() -> None:
    from tracking import source_categories

    head = source_categories._FILE.read_text().splitlines()[:6]
    assert "MIT" in " ".join(head)
    assert "CC0" in " ".join(head)
    assert len(source_table().domains) > 1000
