"""What an installation starts with, and the rules in force as one set."""

import pytest

from tracking.channels import TouchInputs, classify
from tracking.default_channel_rules import DEFAULT_RULES
from tracking.models import ChannelRule, Goal
from tracking.rule_sets import load_rules

pytestmark = pytest.mark.django_db


def test_an_installation_starts_with_the_default_rules_in_order() -> None:
    assert [rule.name for rule in ChannelRule.objects.in_force()] == [
        name for name, _, _ in DEFAULT_RULES
    ]


def test_an_installation_starts_with_three_goals() -> None:
    assert set(Goal.objects.values_list("event_name", flat=True)) >= {
        "form-submitted",
        "demo-booked",
        "trial-started",
    }


def test_the_verdict_names_the_row_that_matched() -> None:
    verdict = classify(TouchInputs(source="sms"), load_rules())
    assert ChannelRule.objects.get(pk=verdict.rule_id).channel.slug == "sms"


def test_an_inactive_rule_is_not_tried() -> None:
    ChannelRule.objects.filter(channel__slug="sms").update(is_active=False)
    assert classify(TouchInputs(source="sms"), load_rules()).channel_slug == "unassigned"


def test_moving_a_rule_makes_another_version() -> None:
    before = load_rules().version
    ChannelRule.objects.filter(name="Audio").update(position=1)
    assert load_rules().version != before
