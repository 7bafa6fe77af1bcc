"""The channel rules in force, as the pure classifier wants them."""

from collections.abc import Iterable

from tracking.channels import Rule, RuleSet
from tracking.models import ChannelRule


def load_rules() -> RuleSet:
    """Return the active rules in order. One query; load once per batch."""
    return build_rules(ChannelRule.objects.in_force().select_related("channel"))


def build_rules(rules: Iterable[ChannelRule]) -> RuleSet:
    """Compile rules that may not be saved, as a preview needs them.

    Raises:
        ConditionError: a rule's conditions are wrong.
    """
    return RuleSet(Rule(rule.pk, rule.channel.slug, rule.conditions) for rule in rules)
