"""Moving channel rules up and down the list, and the preview of what a change would move."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max, Q

from tracking.channels import Rule, RuleSet, TouchInputs, classify
from tracking.models import ChannelRule, Touchpoint

STEP: Final = 10
TAGS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


class AtTheEndError(ValueError):
    """The rule is the first or the last already."""


@dataclass(frozen=True, slots=True)
class Move:
    """How many touches would go from one channel to another."""

    from_channel: str
    to_channel: str
    count: int
    example: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule set would change among the touches that rules have named."""

    rule_set_version: str
    touch_count: int
    moves: list[Move]

    @property
    def moved_count(self) -> int:
        """How many touches would change their channel."""
        return sum(move.count for move in self.moves)


def preview_rules(rules: RuleSet) -> Preview:
    """Compare these rules with the channels that touches have now.

    Touches that came through our own link to a send are left out: rules never name them.
    Equal inputs are classified once.
    """
    groups = (
        Touchpoint.objects.filter(Q(link=None) | Q(link__send=None))
        .order_by()
        .values(*TAGS, "referrer", "click_ids", "channel__slug")
        .annotate(count=Count("pk"))
    )
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], dict[str, str]] = {}
    total = 0
    for group in groups.iterator():
        total += group["count"]
        move = (group["channel__slug"], classify(inputs_of(group), rules).channel_slug)
        if move[0] != move[1]:
            counts[move] += group["count"]
            said = {name: group[name] for name in TAGS if group[name]}
            examples.setdefault(move, said | {"referrer": group["referrer"]})
    moves = [Move(*move, count, examples[move]) for move, count in counts.most_common()]
    return Preview(rules.version, total, moves)


def inputs_of(group: Mapping[str, Any]) -> TouchInputs:
    """Return what rules read of touches with equal tags, referrer and click ids."""
    return TouchInputs.of_utm(
        {name: group[name] for name in TAGS},
        referrer=group["referrer"],
        click_ids=frozenset(group["click_ids"]),
    )


def rules_with(changed: Sequence[ChannelRule]) -> RuleSet:
    """Return the rules in force as they would be with these rows added or changed.

    Raises:
        ConditionError: a rule's conditions are wrong.
    """
    changed_ids = {rule.pk for rule in changed}
    kept: Iterable[ChannelRule] = ChannelRule.objects.select_related("channel").exclude(
        pk__in=changed_ids
    )
    rows = sorted([*kept, *changed], key=lambda rule: rule.position)
    return RuleSet(
        Rule(rule.pk, rule.channel.slug, rule.conditions) for rule in rows if rule.is_active
    )


def move_rule(*, rule: ChannelRule, up: bool) -> None:
    """Swap a rule with its neighbour.

    Raises:
        AtTheEndError: there is no neighbour on that side.
    """
    with transaction.atomic():
        rows = {row.pk: row for row in ChannelRule.objects.select_for_update().order_by("pk")}
        ordered = sorted(rows.values(), key=lambda row: row.position)
        place = ordered.index(rows[rule.pk])
        other = place + (-1 if up else 1)
        if not 0 <= other < len(ordered):
            raise AtTheEndError("This rule is the first or the last already.")
        mine, theirs = ordered[place].position, ordered[other].position
        ChannelRule.objects.filter(pk=ordered[other].pk).update(position=next_position())
        ChannelRule.objects.filter(pk=rule.pk).update(position=theirs)
        ChannelRule.objects.filter(pk=ordered[other].pk).update(position=mine)


def next_position() -> int:
    """Return a position behind all rules."""
    highest: int = ChannelRule.objects.aggregate(highest=Max("position"))["highest"] or 0
    return highest + STEP
