"""UTM values inside addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.tagged_urls import check_url
from tests.campaigns.test_conventions import SMS, nasty

GOOD = "https://example.com/trial?utm_source=sms&utm_medium=text&utm_campaign=trial-june"


def rules(url: str) -> list[str]:
    return [violation.rule for violation in check_url(url, SMS).violations]


@pytest.mark.parametrize("url", [GOOD, GOOD + "&ref=a%20b#top", GOOD + "&utm_content=version-a"])
def test_a_good_address_is_its_own_suggestion(url: str) -> None:
    verdict = check_url(url, SMS)

    assert verdict.ok
    assert verdict.suggested == url


def test_values_are_replaced_where_they_stand_and_nothing_else_moves() -> None:
    url = "https://example.com/a?b=%7e&utm_source=SMS&c&utm_medium=text&utm_campaign=Trial%20June#x"

    verdict = check_url(url, SMS)

    assert verdict.suggested == (
        "https://example.com/a?b=%7e&utm_source=sms&c&utm_medium=text&utm_campaign=trial-june#x"
    )


def test_missing_values_are_added() -> None:
    verdict = check_url("https://example.com/", SMS)

    assert [v.rule for v in verdict.violations] == ["required"] * 3
    assert verdict.suggested is not None
    assert verdict.suggested.startswith("https://example.com/?utm_source=sms&utm_medium=text&")


def test_capitals_in_a_parameters_name_are_a_violation() -> None:
    assert rules(GOOD.replace("utm_source", "UTM_Source")) == ["parameter-name"]


def test_a_repeated_parameter_is_a_violation_and_dropped() -> None:
    verdict = check_url(GOOD + "&utm_source=sms", SMS)

    assert [v.rule for v in verdict.violations] == ["repeated-parameter"]
    assert verdict.suggested == GOOD


def test_a_misspelt_parameter_is_a_violation_and_dropped() -> None:
    verdict = check_url(GOOD + "&utm_sorce=sms", SMS)

    assert [v.rule for v in verdict.violations] == ["unknown-parameter"]
    assert verdict.suggested == GOOD


def test_an_address_without_a_scheme_is_completed() -> None:
    verdict = check_url(GOOD.removeprefix("https://"), SMS)

    assert [v.rule for v in verdict.violations] == ["not-a-url"]
    assert verdict.suggested == GOOD


@pytest.mark.parametrize("url", ["", "hello", "javascript:alert(1)", "https://[", "http://a:b/"])
def test_what_is_no_web_address_has_no_suggestion(url: str) -> None:
    verdict = check_url(url, SMS)

    assert [v.rule for v in verdict.violations] == ["not-a-url"]
    assert verdict.suggested is None


urls = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda names, values, tail: (
            "https://example.com/?"
            + "&".join(f"{n}={v}" for n, v in zip(names, values, strict=False))
            + tail
        ),
        st.lists(
            st.sampled_from(["utm_source", "UTM_Medium", "utm_campaign", "q", "utm_sorce", ""]),
            max_size=6,
        ),
        st.lists(nasty, max_size=6),
        st.text(max_size=8),
    ),
)


@settings(max_examples=300, deadline=None)
@given(urls)
def test_a_suggested_address_passes_in_turn(url: str) -> None:
    suggested = check_url(url, SMS).suggested

    if suggested is not None:
        again = check_url(suggested, SMS)
        assert again.ok
        assert again.suggested == suggested
