"""Examples that the checker itself has judged."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from campaigns.convention_examples import LESSONS, accepted, rejected
from campaigns.convention_rules import Convention
from campaigns.conventions import check_value
from campaigns.name_format import NamePart
from tests.campaigns.convention_strategies import conventions
from tests.campaigns.test_conventions import SMS


def test_accepted_names_are_made_of_the_rules() -> None:
    names = [example.value for example in accepted(SMS) if example.field == "utm_campaign"]

    assert names[0] == "trial-reengagement"
    assert "demo-invite-q1" in names
    assert len(names) == len(set(names)) >= 3


def test_a_value_that_a_draft_may_not_approve_is_no_example() -> None:
    draft = replace(SMS, mediums=("text", "Text Message"))

    assert [one.value for one in accepted(draft) if one.field == "utm_medium"] == ["text"]


def test_every_field_has_an_accepted_value() -> None:
    assert {example.field for example in accepted(SMS)} == {
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "utm_term",
    }


@pytest.mark.parametrize(
    ("field", "rule", "value", "suggestion"),
    [
        ("utm_campaign", "lower-case", "Trial-Reengagement", "trial-reengagement"),
        ("utm_campaign", "no-spaces", "trial reengagement", "trial-reengagement"),
        ("utm_campaign", "hyphenated", "trial_reengagement", "trial-reengagement"),
        ("utm_campaign", "percent-encoded", "trial%20reengagement", "trial-reengagement"),
        ("utm_campaign", "plain-letters", "tri\u0430l-reengagement", "trial-reengagement"),
        ("utm_campaign", "reserved-word", "shop-trial-reengagement", "trial-reengagement"),
        ("utm_campaign", "required", "", "trial-reengagement"),
        ("utm_source", "approved-values", "twilio", "sms"),
        ("utm_medium", "approved-values", "sms", "text"),
        ("utm_content", "version-form", "a-version", "version-a"),
        ("utm_term", "no-spaces", "Lapsed Trials", "lapsed-trials"),
    ],
)
def test_a_typical_mistake_is_shown_with_what_passes(
    field: str, rule: str, value: str, suggestion: str
) -> None:
    found = next(one for one in rejected(SMS) if (one.field, one.rule) == (field, rule))

    assert (found.value, found.suggestion) == (value, suggestion)
    assert found.message
    assert found.harm


def test_a_missing_part_is_shown_where_the_form_asks_for_it() -> None:
    parts = (NamePart("topic"), NamePart("period", kind="period"))

    rules = [one.rule for one in rejected(replace(SMS, parts=parts))]

    assert "name-format" in rules
    assert "too-long" in rules


def test_every_rule_of_the_examples_has_its_lesson() -> None:
    strict = replace(SMS, separator="_", requires_term=True, term_words=("all",))

    assert {one.rule for one in (*rejected(SMS), *rejected(strict))} <= set(LESSONS)


def test_a_draft_without_rules_has_no_accepted_names() -> None:
    empty = Convention("SMS", 1, (), (), parts=(NamePart("goal", kind="vocabulary"),))

    assert not [one for one in accepted(empty) if one.field == "utm_campaign"]
    assert rejected(empty)


@settings(max_examples=150)
@given(conventions)
def test_examples_are_what_they_are_called(convention: Convention) -> None:
    good, bad = accepted(convention), rejected(convention)

    assert {"utm_source", "utm_campaign"} <= {one.field for one in good}
    for one in good:
        assert check_value(one.field, one.value, convention)[0] == ()
    for one in bad:
        assert check_value(one.field, one.value, convention)[0]
        assert one.suggestion == "" or not check_value(one.field, one.suggestion, convention)[0]
