"""Which outcomes each row sourced: the three variants that are kept of every deal.

The CRM's lead source; `first`, the first touch of all; and `before_sales`, the first touch only
where it came before sales' first activity. The latter two follow the rule that credits every eligible touch, and are read from running sums. Unlike
influence they add up, because an outcome has one first touch.
"""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from attribution.division import DIVISIBLE
from attribution.models import CreditRule, InfluenceTotal, Outcome
from attribution.reports.credit import ROW_FIELDS, Dimension, Key
from attribution.reports.influence import on_days, row_of_all, rows_of
from attribution.reports.scope import Scope


@dataclass(frozen=True, slots=True)
class Sourced:
    """Outcomes of one row in full: counts and minor units of the reporting currency."""

    first_count: int = 0
    first_minor: int = 0
    before_sales_count: int = 0
    before_sales_minor: int = 0
    influenced_count: int = 0
    influenced_minor: int = 0


def has_sums(scope: Scope, rule: CreditRule | None, *, by: Dimension) -> bool:
    """Whether the sums answer for journeys as `rule` sees them: the present, and no rare filter."""
    every = scope.every_touch
    if scope.query.as_of or scope.is_what_if or every is None or rule is None or rule != every:
        return False
    return by != "audience" or not (scope.channel or scope.campaign)


def sourced_cells(scope: Scope, *, goal: str, by: Dimension) -> dict[Key, Sourced]:
    """Return what each row sourced, and took part in, of a goal on the report's days. One query."""
    totals = InfluenceTotal.objects.filter(rows_of(by, scope), on_days(scope), kind=goal)
    sums = (
        totals.order_by()
        .values_list(ROW_FIELDS[by])
        .annotate(
            Sum("first_count"), Sum("first_minor"), Sum("before_sales_count"),
            Sum("before_sales_minor"), Sum("outcome_count"), Sum("amount_minor"),
        )
    )  # fmt: skip
    return {key or None: Sourced(*figures) for key, *figures in sums}


def distinct_count(scope: Scope, *, goal: str) -> int:
    """Return how many of a goal's outcomes any touch of the report took part in. One query."""
    totals = InfluenceTotal.objects.filter(row_of_all(scope), on_days(scope), kind=goal)
    number: int = totals.aggregate(number=Sum("outcome_count", default=0))["number"]
    return number


def lead_sources(scope: Scope, *, goal: str) -> dict[str, tuple[int, int]]:
    """Return count and minor units of a goal's outcomes by what the CRM names as their source.

    One query over the CRM's deals: what people entered there may change without a settlement.
    """
    zone = timezone.get_default_timezone()
    outcomes = Outcome.objects.filter(
        kind=goal, exclusion__in=DIVISIBLE, deal__lead_source__gt=""
    ).annotate(day=TruncDate("occurred_at", tzinfo=zone))
    if scope.query.starts_on:
        outcomes = outcomes.filter(day__gte=scope.query.starts_on)
    if scope.query.ends_on:
        outcomes = outcomes.filter(day__lte=scope.query.ends_on)
    sums = outcomes.order_by().values_list("deal__lead_source")
    return {
        name: (number, minor)
        for name, number, minor in sums.annotate(Count("pk"), Sum("amount_minor"))
    }
