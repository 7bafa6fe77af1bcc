"""Cohorts: what the touches of each month brought, by the months that went by until the outcome."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from attribution.rates import RatesOfDays
from attribution.reports.columns import Column
from attribution.reports.credit import cohort_cells, only
from attribution.reports.definitions import define
from attribution.reports.gathering import take_credit
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metrics import Metrics, total_of
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import Scope, scope_of
from campaigns.exchange import convert_at
from campaigns.models import Spend

NAME, TITLE = "cohorts", "Cohorts"


@dataclass(frozen=True, slots=True)
class CohortRow:
    """What touches of one month had brought, `months` later. Minor units; the totals have no month."""

    month: date | None
    months: int | None
    metrics: Metrics
    so_far_minor: int | None = None
    spend_minor: int | None = None

    @property
    def roas_so_far(self) -> Decimal | None:
        """Revenue until then ÷ spend of the touches' month; nothing without spend."""
        if not self.spend_minor or self.spend_minor < 0 or self.so_far_minor is None:
            return None
        return Decimal(self.so_far_minor) / self.spend_minor


COLUMNS: tuple[Column[CohortRow], ...] = (
    Column("cohort", "Touch month", "text", lambda row: f"{row.month:%Y-%m}" if row.month else "Total"),
    Column("months_since", "Months since", "whole", lambda row: row.months, "Calendar months from the touch's to the outcome's"),
    Column("leads", "Leads", "count", lambda row: row.metrics.leads, "Credited leads"),
    Column("opportunities", "Opportunities", "count", lambda row: row.metrics.opportunities, "Credited opportunities"),
    Column("pipeline", "Pipeline", "money", lambda row: row.metrics.pipeline_minor, "Credited amount of opportunities"),
    Column("wins", "Wins", "count", lambda row: row.metrics.wins, "Credited wins"),
    Column("revenue", "Revenue", "money", lambda row: row.metrics.revenue_minor, "Credited revenue less refunds"),
    Column("revenue_so_far", "Revenue so far", "money", lambda row: row.so_far_minor, "All months until this one together"),
    Column("spend", "Spend", "money", lambda row: row.spend_minor, "What was spent in the touches' month"),
    Column("roas_so_far", "ROAS so far", "factor", lambda row: row.roas_so_far, "Revenue so far ÷ spend of the touches' month"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[CohortRow]:
    """Return touch month × months since. Constant in queries; `from` and `to` cut whole touch months.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    cells: dict[tuple[date, int], Metrics] = defaultdict(lambda: Metrics(margin=scope.margin))
    for month, months, cell in cohort_cells(scope, scope.rule, by="channel"):
        take_credit(cells[month, months], cell)
    spend = spend_by_month(scope)
    so_far: dict[date, int] = defaultdict(int)
    rows = []
    for (month, months), metrics in sorted(cells.items()):
        so_far[month] += metrics.revenue_minor
        rows.append(CohortRow(month, months, metrics, so_far[month], spend.get(month)))
    proof = prove(scope)
    return Report(
        name=NAME,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        total=CohortRow(None, None, total_of(cells.values(), margin=scope.margin)),
        definitions=define(scope, proof.statements, date_basis="cohort"),
        proof=proof,
    )


def spend_by_month(scope: Scope) -> dict[date, int]:
    """Return spend by calendar month in the reporting currency; what has no rate is left out."""
    spend = Spend.objects.filter(only(scope))
    if scope.query.as_of:
        spend = spend.filter(date__lte=scope.query.as_of.date())
    days = list(
        spend.order_by()
        .annotate(month=TruncMonth("date"))
        .values_list("month", "currency", "date")
        .annotate(minor=Sum("amount_minor"))
    )
    rates = RatesOfDays((currency, day) for _, currency, day, _ in days)
    months: dict[date, int] = defaultdict(int)
    for month, currency, day, minor in days:
        rate = rates.find(currency, day)
        if rate is not None:
            months[month] += convert_at(minor=minor, currency=currency, rate=rate)
    return dict(months)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="What the touches of each month have brought by now, and how many months it took.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS),
)
