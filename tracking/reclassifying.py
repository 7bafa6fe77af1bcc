"""Applies the channel rules in force to the touches there are, and notes whose credit may move.

Touches that came through our own link to a send are left alone: rules never name them. Equal
inputs are classified once, and only touches whose channel changes are written.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns.models import Channel
from tracking.channel_rule_order import TAGS, inputs_of
from tracking.channels import RuleSet, Verdict, classify
from tracking.models import Touchpoint
from tracking.origins import note_touched
from tracking.rule_sets import load_rules

_AT_ONCE: Final = 5_000


@transaction.atomic
def reclassify(*, now: datetime) -> int:
    """Give touches the channel that today's rules name; return how many changed it."""
    rules = load_rules()
    channels: dict[str, UUID] = dict(Channel.objects.values_list("slug", "pk"))
    moved = 0
    identities: set[UUID] = set()
    for group, verdict in _moving(rules):
        touches = _touches_of(group)
        identities |= set(
            touches.filter(identity__isnull=False).values_list("identity", flat=True).distinct()
        )
        moved += touches.update(
            channel_id=channels[verdict.channel_slug],
            channel_rule_id=verdict.rule_id,
            rule_set_version=verdict.rule_set_version,
        )
    for part in _parts(sorted(identities)):
        note_touched(part, cause="channel_rules", now=now)
    return moved


def _moving(rules: RuleSet) -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Yield each group of touches with equal inputs whose channel would be another."""
    rows = _named_by_rules().values(*TAGS, "referrer", "click_ids", "channel__slug").distinct()
    for group in list(rows):
        verdict = classify(inputs_of(group), rules)
        if verdict.channel_slug != group["channel__slug"]:
            yield group, verdict


def _named_by_rules() -> QuerySet[Touchpoint]:
    return Touchpoint.objects.filter(Q(link=None) | Q(link__send=None)).order_by()


def _touches_of(group: dict[str, Any]) -> QuerySet[Touchpoint]:
    """Return the touches of a group, as ids: an update may not join."""
    found = _named_by_rules().filter(**group)
    return Touchpoint.objects.filter(pk__in=found.values("pk"))


def _parts(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
