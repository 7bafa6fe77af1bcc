"""Ordered rules give every touch its channel."""

from dataclasses import replace

import pytest

from tracking.channels import (
    ConditionError,
    Rule,
    RuleSet,
    TouchInputs,
    check_conditions,
    classify,
)
from tracking.default_channel_rules import DEFAULT_RULES

DEFAULTS = RuleSet(Rule(name, channel, conditions) for name, channel, conditions in DEFAULT_RULES)


def channel(**inputs: object) -> str:
    return classify(TouchInputs(**inputs), DEFAULTS).channel_slug  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "medium"),
    [("sms", "text"), ("SMS", ""), ("twilio", "text"), ("attentive", " SMS "), ("sms", "cpc"),
     ("text-message", "social"), ("Txt", "email")],
)  # fmt: skip
def test_every_spelling_of_sms_is_sms(source: str, medium: str) -> None:
    assert channel(source=source, medium=medium) == "sms"


def test_the_sms_rule_comes_before_the_campaign_name() -> None:
    assert channel(source="sms", medium="text", campaign="shop-owners-june") == "sms"


def test_our_own_link_has_its_sends_channel_whatever_the_tags_say() -> None:
    inputs = TouchInputs(source="google", medium="cpc", own_channel="sms")
    verdict = classify(inputs, DEFAULTS)
    assert (verdict.channel_slug, verdict.rule_id) == ("sms", None)


@pytest.mark.parametrize(
    ("expected", "inputs"),
    [
        ("direct", {"source": "(direct)", "medium": "(none)"}),
        ("cross-network", {"source": "google", "medium": "cpc", "campaign": "cross-network-1"}),
        ("paid-shopping", {"source": "amazon", "medium": "cpc"}),
        ("paid-shopping", {"source": "google", "medium": "cpc", "campaign": "e-shop-june"}),
        ("paid-search", {"source": "google", "medium": "cpc"}),
        ("paid-social", {"source": "facebook", "medium": "paid_social"}),
        ("paid-video", {"source": "youtube", "medium": "ppc"}),
        ("display", {"source": "adnet", "medium": "banner"}),
        ("paid-other", {"source": "newsletter-x", "medium": "paid-text"}),
        ("organic-shopping", {"source": "etsy", "medium": "x"}),
        ("organic-social", {"source": "linkedin", "medium": "post"}),
        ("organic-social", {"source": "whoever", "medium": "sm"}),
        ("organic-video", {"source": "whoever", "medium": "in-video"}),
        ("organic-search", {"source": "bing", "medium": "whatever"}),
        ("organic-search", {"source": "x", "medium": "organic"}),
        ("referral", {"source": "partner", "medium": "link"}),
        ("email", {"source": "newsletter", "medium": "e-mail"}),
        ("affiliates", {"source": "x", "medium": "affiliate"}),
        ("audio", {"source": "podcast", "medium": "audio"}),
        ("mobile-push", {"source": "app-x", "medium": "web-push"}),
        ("mobile-push", {"source": "firebase", "medium": "x"}),
        ("ai-assistants", {"source": "chatgpt.com"}),
        ("unassigned", {"source": "partner", "medium": "coop"}),
        ("paid-search", {"click_ids": frozenset({"gclid"})}),
        ("organic-social", {"click_ids": frozenset({"fbclid"})}),
        ("paid-social", {"click_ids": frozenset({"fbclid", "li_fat_id"})}),
        ("organic-search", {"referrer": "https://www.google.co.uk/"}),
        ("organic-social", {"referrer": "https://t.co/abc"}),
        ("ai-assistants", {"referrer": "https://chatgpt.com/"}),
        ("email", {"referrer": "https://mail.google.com/mail/u/0"}),
        ("messaging", {"referrer": "https://web.whatsapp.com/"}),
        ("organic-video", {"referrer": "https://www.youtube.com/watch?v=1"}),
        ("referral", {"referrer": "https://blog.partner.example/post"}),
        ("direct", {"referrer": "https://checkout.stripe.com/pay"}),
        ("direct", {"referrer": "https://github.com/login/oauth"}),
        ("unassigned", {"campaign": "spring"}),
        ("direct", {}),
    ],
)
def test_the_default_rules(expected: str, inputs: dict[str, object]) -> None:
    assert channel(**inputs) == expected


def test_a_click_id_beside_utm_values_does_not_decide() -> None:
    assert channel(source="newsletter", medium="email", click_ids=frozenset({"gclid"})) == "email"


def test_the_first_matching_rule_wins() -> None:
    rules = RuleSet(
        [
            Rule(1, "audio", [{"field": "source", "operator": "in", "values": ["x"]}]),
            Rule(2, "email", []),
        ]
    )
    assert classify(TouchInputs(source="X "), rules).rule_id == 1
    assert classify(TouchInputs(source="y"), rules).rule_id == 2


def test_without_a_matching_rule_a_touch_is_unassigned() -> None:
    assert classify(TouchInputs(), RuleSet([])).channel_slug == "unassigned"


@pytest.mark.parametrize(
    ("operator", "values", "text", "holds"),
    [
        ("in", ["a", "b"], "B", True),
        ("in", ["a"], "ab", False),
        ("not_in", ["a"], "b", True),
        ("not_in", ["a"], "a", False),
        ("contains", ["mid"], "a-mid-b", True),
        ("starts_with", ["pa"], "paid", True),
        ("ends_with", ["push"], "web-push", True),
        ("ends_with", ["push"], "pushed", False),
        ("matches", ["pa.*"], "PAID", True),
        ("matches", ["pa"], "paid", False),
        ("is_set", [], "x", True),
        ("is_set", [], "  ", False),
        ("is_empty", [], "", True),
    ],
)
def test_operators(operator: str, values: list[str], text: str, holds: bool) -> None:
    rules = RuleSet([Rule(1, "hit", [{"field": "medium", "operator": operator, "values": values}])])
    assert (classify(TouchInputs(medium=text), rules).channel_slug == "hit") is holds


def test_the_version_changes_with_any_rule_and_only_then() -> None:
    rules = list(DEFAULTS.rules)
    assert RuleSet(rules).version == DEFAULTS.version
    assert (
        RuleSet([replace(rules[0], channel_slug="email"), *rules[1:]]).version != DEFAULTS.version
    )
    assert RuleSet([rules[1], rules[0], *rules[2:]]).version != DEFAULTS.version
    assert len(DEFAULTS.version) == 16


@pytest.mark.parametrize(
    ("conditions", "named"),
    [
        ("sms", "list"),
        (["sms"], "object"),
        ([{"field": "color", "operator": "in", "values": ["x"]}], "color"),
        ([{"field": "source", "operator": "like", "values": ["x"]}], "like"),
        ([{"field": "source", "operator": "in", "values": "sms"}], "list of texts"),
        ([{"field": "source", "operator": "in", "values": []}], "at least one"),
        ([{"field": "source", "operator": "matches", "values": ["("]}], "regular expression"),
        ([{"field": "source", "operator": "matches", "values": ["x" * 201]}], "200"),
    ],
)
def test_a_wrong_condition_says_what_is_wrong(conditions: object, named: str) -> None:
    with pytest.raises(ConditionError, match=named):
        check_conditions(conditions)
