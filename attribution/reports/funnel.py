"""Funnel: recipients → delivered → human taps → leads → opportunities → wins, with the rates between."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from attribution.reports.columns import Column
from attribution.reports.credit import cohort_cells
from attribution.reports.definitions import define
from attribution.reports.gathering import gather, take_credit
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metrics import Metrics, total_of
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import Scope, scope_of
from attribution.reports.traffic import add_traffic, sends_of, within
from campaigns.models import planned_recipients
from links.models import RecipientLink
from tracking.models import ClickTotal, Event
from tracking.tap_panel import DELIVERED

NAME, TITLE = "funnel", "Funnel"
SHOWN = 20
"""How many groups are shown unless `limit` says otherwise."""

Months = dict[date, Metrics]
Number = Decimal | int | None

STAGES: tuple[
    tuple[str, str, Callable[[Metrics], Number], Callable[[Metrics], int | None]], ...
] = (
    ("recipients", "Recipients", lambda one: one.recipients, lambda _: None),
    ("delivered", "Delivered", lambda one: one.delivered, lambda _: None),
    ("human_taps", "Human taps", lambda one: one.human_taps, lambda _: None),
    ("leads", "Leads", lambda one: one.leads, lambda _: None),
    (
        "opportunities",
        "Opportunities",
        lambda one: one.opportunities,
        lambda one: one.pipeline_minor,
    ),
    ("wins", "Wins", lambda one: one.wins, lambda one: one.revenue_minor),
)
"""A stage's code, its title, its number and its money."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of one group. A number is None where nothing reports it."""

    group: str
    stage: str
    title: str
    number: Number
    of_previous: Decimal | None
    of_first: Decimal | None
    amount_minor: int | None


COLUMNS: tuple[Column[StageRow], ...] = (
    Column("group", "Group", "text", lambda row: row.group),
    Column("stage", "Stage", "text", lambda row: row.title),
    Column("number", "Number", "count", lambda row: row.number, "People or messages above, credited outcomes below"),
    Column("of_previous", "Of the stage before", "percent", lambda row: row.of_previous, "Of the last stage above that is reported"),
    Column("of_first", "Of recipients", "percent", lambda row: row.of_first, "Of the first stage that is reported"),
    Column("amount", "Amount", "money", lambda row: row.amount_minor, "Credited pipeline, and credited revenue less refunds"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[StageRow]:
    """Return the funnel of the sends, whole, by `by`, or by the month of the touch. Constant in queries.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    groups = _groups(scope)
    shown = groups[: query.limit or SHOWN]
    rows = [row for name, metrics in shown for row in stages_of(name, metrics)]
    proof = prove(scope)
    note = "Leads, opportunities and wins are those credited to touches of the sends."
    hidden = len(groups) - len(shown)
    more = (f"Smaller groups not shown: {hidden:,}.",) if hidden else ()
    definitions = define(scope, proof.statements, notes=(note, *more))
    return Report(NAME, TITLE, COLUMNS, rows, None, definitions, proof)


def stages_of(group: str, metrics: Metrics) -> list[StageRow]:
    """Return a group's stages from top to bottom, with the rates between those reported."""
    rows: list[StageRow] = []
    first = previous = None
    for code, title, number_of, amount_of in STAGES:
        number = number_of(metrics)
        rows.append(
            StageRow(
                group=group,
                stage=code,
                title=title,
                number=number,
                of_previous=_rate(number, previous),
                of_first=_rate(number, first),
                amount_minor=amount_of(metrics),
            )
        )
        if number is not None:
            first = number if first is None else first
            previous = number
    return rows


def _rate(part: Number, whole: Number) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if part is not None and whole else None


def _groups(scope: Scope) -> list[tuple[str, Metrics]]:
    """Return the groups with their figures, the largest first; months in order of time."""
    if scope.query.date_basis == "cohort":
        return [(f"{month:%Y-%m}", one) for month, one in sorted(_months(scope).items())]
    by: Dimension = scope.query.by or "send"
    figures, _ = gather(scope, by=by)
    add_traffic(figures, scope, by=by)
    figures.pop(None, None)
    if not scope.query.by:
        whole = total_of(figures.values(), margin=scope.margin)
        return [("All sends", whole)] if not whole.is_empty else []
    names = names_of(by, figures)
    found = [(names.get(key, RowName(str(key))).name, one) for key, one in figures.items()]
    found = [(name, one) for name, one in found if not one.is_empty]
    return sorted(found, key=lambda each: (-(each[1].recipients or 0), each[0]))


def _months(scope: Scope) -> Months:
    """Return the figures by month: of the send's going out, of the tap, of the touch that earned."""
    months: Months = defaultdict(lambda: Metrics(margin=scope.margin))
    for month, _, cell in cohort_cells(scope, scope.rule, by="send"):
        if cell.key is not None:
            take_credit(months[month], cell)
    _add_recipients(months, scope)
    ours = {"link__send__in": sends_of(scope)}
    taps = _within_days(ClickTotal.objects.filter(**ours), scope)
    for month, number in _by_month(taps, "date", Sum("human_count")):
        months[month].human_taps = number
    events = Event.objects.filter(name=DELIVERED, send__in=sends_of(scope))
    for month, number in _by_month(
        within(events, "occurred_at", scope.query), "occurred_at", Count("pk")
    ):
        months[month].delivered = number
    return months


def _add_recipients(months: Months, scope: Scope) -> None:
    """Count the recipients of sends in the month in which each went out; planned ones else."""
    links = RecipientLink.objects.filter(link__send__in=sends_of(scope)).order_by()
    counted = dict(links.values_list("link__send").annotate(number=Count("pk")))
    sends = within(sends_of(scope).filter(live_at__isnull=False), "live_at", scope.query)
    zone = ZoneInfo(settings.TIME_ZONE)
    for pk, live_at, *planned in sends.order_by().values_list(
        "pk", "live_at", "audience_size", "holdout_percent"
    ):
        month = live_at.astimezone(zone).date().replace(day=1)
        number = counted.get(pk) or planned_recipients(*planned)
        months[month].recipients = (months[month].recipients or 0) + number


def _within_days(totals: Any, scope: Scope) -> Any:
    query = scope.query
    if query.starts_on:
        totals = totals.filter(date__gte=query.starts_on)
    if query.ends_on:
        totals = totals.filter(date__lte=query.ends_on)
    return totals.filter(date__lte=query.as_of.date()) if query.as_of else totals


def _by_month(rows: Any, field: str, number: Any) -> Iterable[tuple[date, int]]:
    zone = None if field == "date" else ZoneInfo(settings.TIME_ZONE)
    grouped = rows.order_by().annotate(month=TruncMonth(field, tzinfo=zone)).values_list("month")
    for month, value in grouped.annotate(number=number):
        yield (month.date() if isinstance(month, datetime) else month), value


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="How many recipients became taps, leads, opportunities and wins, and where most are lost.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS, "limit"),
    bases=("outcome", "touch", "cohort"),
    dimensions=("send", "campaign", "audience", "channel"),
)
