"""Time lag: how many days lie between touches and outcomes, as a histogram."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from attribution.reports.columns import Column
from attribution.reports.definitions import define
from attribution.reports.journey_sql import journeys
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import scope_of

NAME, TITLE = "time-lag", "Time lag"
STARTS = (0, 1, 2, 3, 7, 14, 30, 60, 90, 180)
"""The first whole day of each span; a span ends where the next begins."""

_DAY = 86_400
_SELECT = """
    SELECT width_bucket(extract(epoch FROM reached_at - touched_at), %(starts)s::numeric[]) AS span,
           count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = length), count(*),
           coalesce(sum(count_micro), 0)::bigint, coalesce(sum(amount_minor), 0)::bigint
    FROM placed
    WHERE (%(channel)s::uuid IS NULL OR channel_id = %(channel)s::uuid)
      AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s::uuid)
    GROUP BY span
"""


@dataclass(frozen=True, slots=True)
class LagRow:
    """One span of days. `first` and `last` count journeys by their first and last touch."""

    span: str
    starts: int | None = None
    first: int = 0
    last: int = 0
    touches: int = 0
    micro: int = 0
    amount_minor: int = 0
    until: Decimal | None = None


COLUMNS: tuple[Column[LagRow], ...] = (
    Column("span", "Days before", "text", lambda row: row.span),
    Column("from_day", "From day", "whole", lambda row: row.starts),
    Column("first_touches", "First touches", "whole", lambda row: row.first, "Journeys that began so long before their outcome"),
    Column("last_touches", "Last touches", "whole", lambda row: row.last, "Journeys whose last touch was so long before their outcome"),
    Column("touches", "All touches", "whole", lambda row: row.touches, "Touches of all journeys"),
    Column("credited", "Credited", "count", lambda row: counted(row.micro), "Outcomes credited to these touches under the rule"),
    Column("amount", "Amount", "money", lambda row: row.amount_minor, "Amount credited to these touches under the rule"),
    Column("until", "Begun by then", "percent", lambda row: row.until, "Journeys that began at most so long before their outcome"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[LagRow]:
    """Return the histogram, every span, empty ones too. Constant in queries.

    Raises:
        InvalidReportQueryError: a parameter names nothing, or these journeys have no past.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    source = journeys(scope, goal=query.goal or "win")
    starts = [start * _DAY for start in STARTS]
    found = {span: figures for span, *figures in source.read(_SELECT, starts=starts)}
    spans = [found.get(place, [0] * 5) for place in range(1, len(STARTS) + 1)]
    begun = list(accumulate(span[0] for span in spans))
    rows = [
        _row(place, spans[place], Decimal(begun[place]) / begun[-1] if begun[-1] else None)
        for place in range(len(STARTS))
    ]
    sums = [sum(column) for column in zip(*spans, strict=True)]
    proof = prove(scope)
    note = "A day is 24 hours: a touch 23 hours before the outcome lies 0 days before it."
    return Report(
        name=NAME,
        title=TITLE,
        columns=COLUMNS,
        rows=rows if begun[-1] or sums[2] else [],
        total=LagRow("Total", None, *sums),
        definitions=define(scope, proof.statements, date_basis="outcome", notes=(note,)),
        proof=proof,
    )


def _row(place: int, figures: list[int], until: Decimal | None) -> LagRow:
    first, last, touches, micro, amount = figures
    return LagRow(_words(place), STARTS[place], first, last, touches, micro, amount, until)


def _words(place: int) -> str:
    start = STARTS[place]
    if place == len(STARTS) - 1:
        return f"{start} and more"
    end = STARTS[place + 1] - 1
    return f"{start}" if start == end else f"{start} to {end}"


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="How many days lie between the first, the last and every touch and the outcome.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS),
    goals=("win", "opportunity", "lead"),
)
