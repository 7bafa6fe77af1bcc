"""Each rule of a convention, and suggestions that always pass."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.convention_rules import Convention
from campaigns.conventions import check, example_campaign, faults_of
from campaigns.name_format import NamePart

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
    assert verdict.suggested["utm_campaign"] == "trial-q1"


def test_the_example_is_made_of_the_parts_examples() -> None:
    parts = (*SMS.parts[:1], NamePart("period", kind="period", example="june"))

    assert example_campaign(replace(SMS, parts=parts)) == "trial-reengagement-june"


def test_an_example_that_would_not_pass_is_not_shown() -> None:
    parts = (NamePart("topic", example="shop"),)

    assert example_campaign(replace(SMS, parts=parts)) == "topic"


def test_a_sound_convention_has_no_faults() -> None:
    assert faults_of(SMS) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sources": ()}, "at least one utm_source"),
        ({"mediums": ("Text",)}, "“Text” in utm_medium"),
        ({"reserved_words": ("a b",)}, "“a b” in the reserved words"),
        ({"content_prefix": "V"}, "the word for versions"),
        ({"parts": (NamePart("goal", kind="vocabulary"),)}, "{goal} needs its list"),
        ({"campaign_max_length": 0}, "No campaign name can pass"),
    ],
)
def test_a_convention_that_nothing_can_pass_is_not_sound(
    change: dict[str, object], fault: str
) -> None:
    assert any(fault in found for found in faults_of(replace(SMS, **change)))  # type: ignore[arg-type]


slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
name_parts = st.builds(
    NamePart,
    name=slugs,
    kind=st.sampled_from(["slug", "period", "number", "vocabulary"]),
    words=st.lists(slugs, min_size=1, max_size=4).map(tuple),
    is_required=st.booleans(),
    example=st.one_of(st.just(""), slugs, st.text(max_size=5)),
)
conventions = st.builds(
    Convention,
    channel=st.just("SMS"),
    version=st.just(1),
    sources=st.lists(slugs, min_size=1, max_size=3).map(tuple),
    mediums=st.lists(slugs, min_size=1, max_size=3).map(tuple),
    campaign_max_length=st.integers(1, 100),
    reserved_words=st.lists(slugs, max_size=4).map(tuple),
    content_prefix=slugs,
    term_max_length=st.integers(1, 50),
    parts=st.lists(name_parts, max_size=4).map(tuple),
    default_period=st.sampled_from(["june", "q2", "2026-06"]),
).filter(lambda convention: not faults_of(convention))
nasty = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="аеорсхуіѕ🎉👩‍🚀\u202e\u200bÅßİıſ%20+_- \t\n\0", max_size=40),
    st.text(alphabet="abc-", min_size=1900, max_size=2000),
    slugs,
    st.sampled_from(["Trial June", "%E2%80%8B", "q2-2026-trial", "x" * 2000, "-" * 2000]),
)
utm_sets = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"]
        ),
        st.text(max_size=12),
        st.just("utm_sorce"),
    ),
    nasty,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(utm_sets, conventions)
def test_every_suggestion_passes_and_suggests_itself(
    utm: dict[str, str], convention: Convention
) -> None:
    suggested = check(utm, convention).suggested

    again = check(suggested, convention)

    assert again.violations == ()
    assert again.suggested == suggested


@settings(max_examples=200, deadline=None)
@given(utm_sets)
def test_only_plain_values_pass_the_shipped_rules(utm: dict[str, str]) -> None:
    verdict = check(utm, SMS)

    if verdict.ok:
        assert utm["utm_campaign"].isascii()
        assert utm["utm_campaign"] == utm["utm_campaign"].lower()
        assert len(utm["utm_campaign"]) <= 60
