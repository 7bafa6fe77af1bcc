"""UTM values inside addresses."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.convention_rules import Convention
from campaigns.tagged_urls import check_url
from tests.campaigns.convention_strategies import conventions, nasty
from tests.campaigns.test_conventions import SMS

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


def test_a_value_under_a_misspelt_name_is_kept_under_the_right_one() -> None:
    url = "https://example.com/?utm_sorce=SMS&utm-medium=text&x=1&utm_campain=demo-invite-q2#top"

    verdict = check_url(url, SMS)

    assert [(v.field, v.rule) for v in verdict.violations] == [
        ("utm_source", "approved-values"),
        ("utm_sorce", "unknown-parameter"),
        ("utm-medium", "unknown-parameter"),
        ("utm_campain", "unknown-parameter"),
    ]
    assert verdict.suggested == (
        "https://example.com/?utm_source=sms&utm_medium=text&x=1&utm_campaign=demo-invite-q2#top"
    )
    assert verdict.utm.keys() == {"utm_sorce", "utm-medium", "utm_campain"}


@pytest.mark.parametrize(
    "url",
    [
        GOOD.replace("?", "#"),
        GOOD.replace("?", "#?"),
        GOOD.replace("?", "&"),
        GOOD.replace("&", "&amp;"),
        GOOD.replace("&", ";"),
        GOOD.replace("&", "?"),
    ],
)
def test_values_where_no_tool_reads_them_are_moved_to_where_it_does(url: str) -> None:
    verdict = check_url(url, SMS)

    assert {v.rule for v in verdict.violations} == {"misplaced-parameter"}
    assert all(v.suggestion in GOOD for v in verdict.violations)
    assert verdict.suggested == GOOD


def test_a_value_that_tools_read_wins_over_one_that_they_do_not() -> None:
    verdict = check_url(GOOD + "#utm_campaign=other&top", SMS)

    assert [(v.field, v.rule) for v in verdict.violations] == [
        ("utm_campaign", "misplaced-parameter"),
        ("utm_campaign", "repeated-parameter"),
    ]
    assert verdict.suggested == GOOD + "#top"
    assert verdict.utm["utm_campaign"] == "trial-june"


def test_an_address_without_a_scheme_is_completed() -> None:
    verdict = check_url(GOOD.removeprefix("https://"), SMS)

    assert [v.rule for v in verdict.violations] == ["not-a-url"]
    assert verdict.suggested == GOOD


@pytest.mark.parametrize("url", ["", "hello", "javascript:alert(1)", "https://[", "http://a:b/"])
def test_what_is_no_web_address_has_no_suggestion(url: str) -> None:
    verdict = check_url(url, SMS)

    assert [v.rule for v in verdict.violations] == ["not-a-url"]
    assert verdict.suggested is None


@pytest.mark.parametrize(
    "url",
    [
        GOOD + "&utm_id=\ud800",
        GOOD + "&q=\ud800",
        GOOD.replace("june", "june%ED%A0%80%00"),
        GOOD + "&utm_content=version-a\0\u202e",
    ],
)
def test_an_address_with_half_a_letter_is_judged_and_can_be_written_down(url: str) -> None:
    suggested = check_url(url, SMS).suggested

    assert suggested is not None
    assert check_url(suggested, SMS).ok
    suggested.encode()


urls = st.one_of(
    st.text(st.characters(), max_size=60),
    st.builds(
        lambda signs, names, values, tail: (
            "https://example.com/?"
            + "".join(
                f"{sign}{name}={value}"
                for sign, name, value in zip(signs, names, values, strict=False)
            )
            + tail
        ),
        st.lists(st.sampled_from(["&", "&", "?", "#", ";", "&amp;", "/&"]), max_size=6),
        st.lists(
            st.sampled_from(
                [
                    *("utm_source", "UTM_Medium", "utm_campaign", "utm_id"),
                    *("utm_sorce", "utm-medium", " utm_term", "q", ""),
                ]
            ),
            max_size=6,
        ),
        st.lists(nasty, max_size=6),
        st.text(st.characters(), max_size=8),
    ),
)


@settings(max_examples=400)
@given(urls, conventions)
def test_a_suggested_address_passes_in_turn(url: str, convention: Convention) -> None:
    suggested = check_url(url, convention).suggested

    if suggested is not None:
        again = check_url(suggested, convention)
        assert again.violations == ()
        assert again.suggested == suggested


@settings(max_examples=200)
@given(nasty, conventions)
def test_a_web_address_always_gets_a_suggestion(value: str, convention: Convention) -> None:
    query = urlencode({"utm_campaign": value}, errors="replace")

    assert check_url(f"https://example.com/?{query}", convention).suggested is not None
