"""What touches earned under each active rule, for the timelines of people."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from attribution.models import CreditEntry
from campaigns.money import format_amount


def credit_of_touches(touch_ids: Sequence[UUID]) -> dict[UUID, dict[str, dict[str, str]]]:
    """Return {touch: {rule: {goal: amount}}} in the reporting currency. One query.

    A lead is worth 1, so its credit is a share of one lead; the others are amounts.
    """
    rows = (
        CreditEntry.objects.filter(touch__in=list(touch_ids), rule__retired_at__isnull=True)
        .order_by()
        .values_list("touch", "rule__slug", "outcome__kind")
        .annotate(amount=Sum("amount_minor"), micro=Sum("count_micro"))
    )
    found: dict[UUID, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for touch, rule, goal, amount, micro in rows:
        if goal == "lead" and micro:
            found[touch][rule][goal] = f"{micro / 1_000_000:.2f}"
        elif amount:
            found[touch][rule][goal] = format_amount(amount, settings.REPORTING_CURRENCY)
    return {
        touch: {rule: dict(goals) for rule, goals in rules.items()}
        for touch, rules in found.items()
    }
