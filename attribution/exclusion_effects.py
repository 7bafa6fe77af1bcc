"""What hangs on touches that may be excluded: the outcomes they took part in, and their credit."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet, Sum

from attribution.models import Bucket, CreditEntry, CreditRule, Outcome
from campaigns.money import display_amount
from tracking.exclusions import Effect
from tracking.models import Touchpoint

_LABELS = {
    Outcome.Kind.LEAD: "Leads they took part in",
    Outcome.Kind.OPPORTUNITY: "Opportunities they took part in",
    Outcome.Kind.WIN: "Wins they took part in",
    Outcome.Kind.REFUND: "Refunds they took part in",
}


def effects_of_touches(touches: QuerySet[Touchpoint]) -> Iterable[Effect]:
    """Return how many outcomes these touches earn credit of, and how much of it. Two queries.

    The credit is that of the rule reports open with; another rule divides the same money.
    """
    rule = CreditRule.objects.active().filter(is_default=True).first()
    if rule is None:
        return
    held = (
        CreditEntry.objects.filter(
            rule=rule, bucket=Bucket.ATTRIBUTED, touch__in=touches.order_by().values("pk")
        )
        .order_by()
        .values("outcome", "outcome__kind")
        .annotate(minor=Sum("amount_minor"), micro=Sum("count_micro"))
        .filter(micro__gt=0)
    )
    found: dict[str, list[int]] = {}
    for row in held:
        found.setdefault(row["outcome__kind"], []).append(row["minor"])
    for kind, label in _LABELS.items():
        if kind in found:
            credit = display_amount(sum(found[kind]), settings.REPORTING_CURRENCY)
            yield Effect(label, f"{len(found[kind]):,}, {credit} of their credit ({rule.name})")
