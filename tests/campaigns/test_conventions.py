"""Each rule of a convention, and suggestions that always pass."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from campaigns.convention_rules import Convention
from campaigns.conventions import check, version_names
from campaigns.name_format import NamePart
from campaigns.name_suggestions import example_campaign
from tests.campaigns.convention_strategies import conventions, utm_sets

SMS = Convention(
    channel="SMS",
    version=1,
    sources=("sms",),
    mediums=("text",),
    reserved_words=("shop", "video", "black-friday"),
    parts=(
        NamePart("topic", example="trial-reengagement"),
        NamePart("period", kind="period", is_required=False),
    ),
)
GOOD = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "trial-reengagement-june"}


def rules_broken(**utm: str) -> dict[str, str]:
    """Return rule → suggestion of what a set breaks beside the good values."""
    verdict = check({**GOOD, **utm}, SMS)
    return {violation.rule: violation.suggestion for violation in verdict.violations}


@pytest.mark.parametrize(
    "utm",
    [
        {},
        {"utm_campaign": "demo-invite-q2"},
        {"utm_content": "version-a", "utm_term": "lapsed-trials"},
        {"utm_id": "42", "utm_source_platform": "Twilio"},
        {"utm_campaign": "workshop-june"},
    ],
)
def test_good_values_break_nothing_and_are_their_own_suggestion(utm: dict[str, str]) -> None:
    verdict = check({**GOOD, **utm}, SMS)

    assert verdict.ok
    assert verdict.suggested == {**GOOD, **utm}


@pytest.mark.parametrize(
    ("field", "value", "rule", "suggestion"),
    [
        ("utm_source", "SMS", "approved-values", "sms"),
        ("utm_source", "twilio", "approved-values", "sms"),
        ("utm_medium", "txt", "approved-values", "text"),
        ("utm_medium", "", "required", "text"),
        ("utm_campaign", "", "required", "trial-reengagement"),
        ("utm_campaign", "Trial-June", "lower-case", "trial-june"),
        ("utm_campaign", "trial june", "no-spaces", "trial-june"),
        ("utm_campaign", "trial+june", "no-spaces", "trial-june"),
        ("utm_campaign", "trial_june", "hyphenated", "trial-june"),
        ("utm_campaign", "-trial--june", "hyphenated", "trial-june"),
        ("utm_campaign", "trial%20june", "percent-encoded", "trial-june"),
        ("utm_campaign", "tri\u0430l-june", "plain-letters", "trial-june"),
        ("utm_campaign", "été-2026", "plain-letters", "ete-2026"),
        ("utm_campaign", "shop-owners-june", "reserved-word", "owners-june"),
        ("utm_campaign", "black-friday-offer", "reserved-word", "offer"),
        ("utm_campaign", "x" * 61, "too-long", "x" * 60),
        ("utm_term", "Lapsed Trials", "lower-case", "lapsed-trials"),
        ("utm_term", "y" * 51, "too-long", "y" * 50),
        ("utm_content", "B", "version-form", "version-b"),
        ("utm_content", "Version 2", "version-form", "version-b"),
        ("utm_content", "blue-button", "version-form", "version-a"),
        ("utm_content", "version-aa", "version-form", "version-a"),
    ],
)
def test_a_broken_rule_is_named_with_a_suggestion(
    field: str, value: str, rule: str, suggestion: str
) -> None:
    assert rules_broken(**{field: value})[rule] == suggestion


def test_a_violation_names_the_field_and_the_value() -> None:
    violation = check({**GOOD, "utm_source": "SMS"}, SMS).violations[0]

    assert (violation.field, violation.value) == ("utm_source", "SMS")
    assert "“SMS”" in violation.message
    assert "Approved: sms" in violation.message


def test_a_strange_letter_is_called_by_its_name() -> None:
    violation = check({**GOOD, "utm_campaign": "tri\u0430l"}, SMS).violations[0]

    assert "CYRILLIC SMALL LETTER A" in violation.message


def test_a_misspelt_parameter_is_named_and_left_out_of_the_suggestion() -> None:
    verdict = check({**GOOD, "utm_sorce": "sms"}, SMS)

    assert [(v.rule, v.suggestion) for v in verdict.violations] == [
        ("unknown-parameter", "utm_source")
    ]
    assert verdict.suggested == GOOD


def test_a_required_part_that_is_missing_is_named() -> None:
    strict = replace(SMS, parts=(NamePart("topic"), NamePart("period", kind="period")))

    verdict = check({**GOOD, "utm_campaign": "trial"}, strict)

    assert verdict.violations[0].rule == "name-format"
    assert "{period} is missing" in verdict.violations[0].message
    assert verdict.suggested["utm_campaign"] == "trial-january"


def test_the_example_is_made_of_the_parts_examples() -> None:
    parts = (*SMS.parts[:1], NamePart("period", kind="period", example="june"))

    assert example_campaign(replace(SMS, parts=parts)) == "trial-reengagement-june"


def test_an_example_that_would_not_pass_is_not_shown() -> None:
    parts = (NamePart("topic", example="shop"),)

    assert example_campaign(replace(SMS, parts=parts)) == "topic"


def test_versions_are_lettered_or_numbered() -> None:
    numbered = replace(SMS, content_prefix="variant", content_numbering="number")

    assert list(version_names(SMS))[:3] == ["version-a", "version-b", "version-c"]
    assert list(version_names(numbered))[:3] == ["variant-1", "variant-2", "variant-3"]


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [("variant-b", "variant-2"), ("Variant 3", "variant-3"), ("variant-0", "variant-1")],
)
def test_a_lettered_version_becomes_a_number_where_versions_are_numbered(
    value: str, suggestion: str
) -> None:
    numbered = replace(SMS, content_prefix="variant", content_numbering="number")

    found = check({**GOOD, "utm_content": value}, numbered).violations

    assert [(v.rule, v.suggestion) for v in found] == [("version-form", suggestion)]


@pytest.mark.parametrize(
    ("value", "rule", "suggestion"),
    [
        ("trial-june", "separator", "trial_june"),
        ("Trial_IT-Admins_June", "lower-case", "trial_it-admins_june"),
        ("trial__june", "separator", "trial_june"),
        ("trial.june", "separator", "trial_june"),
        ("june trial", "no-spaces", "trial_june"),
        ("trial_june_shop", "reserved-word", "trial_june"),
        ("trial_black_friday_june", "reserved-word", "trial_june"),
        ("trial", "name-format", "trial_january"),
    ],
)
def test_parts_are_joined_by_the_separator(value: str, rule: str, suggestion: str) -> None:
    parts = (
        NamePart("goal", kind="vocabulary", words=("trial", "demo")),
        NamePart("audience", is_required=False),
        NamePart("period", kind="period"),
    )
    underscored = replace(SMS, separator="_", parts=parts)

    verdict = check({**GOOD, "utm_campaign": value}, underscored)

    assert verdict.violations[0].rule == rule
    assert verdict.suggested["utm_campaign"] == suggestion


def test_a_source_keeps_its_own_joiner() -> None:
    social = replace(SMS, sources=("sms", "paid_social", "crm.push"))

    assert check({**GOOD, "utm_source": "paid_social"}, social).ok
    assert check({**GOOD, "utm_source": "Paid Social"}, social).suggested["utm_source"] == (
        "paid_social"
    )


def test_a_term_is_one_of_the_approved() -> None:
    listed = replace(SMS, term_words=("lapsed-trials", "customers"))

    found = check({**GOOD, "utm_term": "Customer"}, listed).violations

    assert [(v.rule, v.suggestion) for v in found] == [("approved-values", "customers")]
    assert check(GOOD, listed).ok


@pytest.mark.parametrize(("words", "suggestion"), [((), "audience"), (("all", "new"), "all")])
def test_a_term_may_be_required(words: tuple[str, ...], suggestion: str) -> None:
    strict = replace(SMS, requires_term=True, term_words=words)

    found = check(GOOD, strict).violations

    assert [(v.field, v.rule, v.suggestion) for v in found] == [
        ("utm_term", "required", suggestion)
    ]


def test_a_period_in_another_form_is_rewritten() -> None:
    parts = (NamePart("topic"), NamePart("period", kind="period", words=("year-month",)))
    monthly = replace(SMS, parts=parts, today=date(2026, 3, 1))

    assert check({**GOOD, "utm_campaign": "trial-june"}, monthly).suggested["utm_campaign"] == (
        "trial-2026-06"
    )


def test_a_reserved_word_counts_whatever_joins_it() -> None:
    dotted = replace(SMS, separator=".", parts=(NamePart("a"), NamePart("b")))

    assert "reserved-word" in {
        v.rule for v in check({**GOOD, "utm_campaign": "black.friday"}, dotted).violations
    }


def test_a_message_shows_what_cannot_be_seen() -> None:
    violation = check({**GOOD, "utm_campaign": "trial\u202ejune"}, SMS).violations[0]

    assert "\u202e" not in violation.message
    assert "RIGHT-TO-LEFT OVERRIDE" in violation.message


def test_rules_remember_a_bounded_number_of_values() -> None:
    fresh = replace(SMS)

    for number in range(9000):
        check({"utm_campaign": f"trial-{number}"}, fresh)

    assert 0 < len(fresh.memory) <= 4100


def test_a_convention_without_any_rule_never_raises() -> None:
    """A draft's preview judges values by rules which are not sound yet."""
    empty = Convention("SMS", 1, (), (), parts=(NamePart("goal", kind="vocabulary"),))

    verdict = check({"utm_source": "sms", "utm_campaign": "trial"}, empty)

    assert not verdict.ok
    assert verdict.suggested == {}


@settings(max_examples=400)
@given(utm_sets, conventions)
def test_every_suggestion_passes_and_suggests_itself(
    utm: dict[str, str], convention: Convention
) -> None:
    suggested = check(utm, convention).suggested

    again = check(suggested, convention)

    assert again.violations == ()
    assert again.suggested == suggested


@settings(max_examples=200)
@given(utm_sets)
def test_only_plain_values_pass_the_shipped_rules(utm: dict[str, str]) -> None:
    verdict = check(utm, SMS)

    if verdict.ok:
        assert utm["utm_campaign"].isascii()
        assert utm["utm_campaign"] == utm["utm_campaign"].lower()
        assert len(utm["utm_campaign"]) <= 60
