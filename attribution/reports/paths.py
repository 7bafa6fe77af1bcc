"""Paths: the sequences of channels that lead to outcomes, with what they brought and how long they took."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from attribution.reports.columns import Column
from attribution.reports.credit import Key
from attribution.reports.definitions import define
from attribution.reports.journey_sql import KEYS, journeys
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import scope_of

NAME, TITLE = "paths", "Paths"
SHOWN = 20
"""How many paths are shown unless `limit` says otherwise."""

# Repeats in a row are one step. A filter keeps the journeys that touch the row at all.
_SELECT = """
    , step AS (
        SELECT *, lag(key) OVER (PARTITION BY outcome_id ORDER BY place) IS DISTINCT FROM key
               OR place = 1 AS opens
        FROM (SELECT *, {key} AS key FROM placed) placed
    ), journey_path AS (
        SELECT outcome_id, array_agg(key::text ORDER BY place) FILTER (WHERE opens) AS path,
               sum(whole) AS amount, count(*) AS touches,
               extract(epoch FROM max(reached_at) - min(touched_at)) AS seconds
        FROM step
        GROUP BY outcome_id
        HAVING bool_or((%(channel)s::uuid IS NULL OR channel_id = %(channel)s::uuid)
                   AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s::uuid))
    ), ranked AS (
        SELECT path, count(*) AS outcomes, sum(amount)::bigint AS amount,
               sum(touches)::bigint AS touches,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds,
               row_number() OVER (ORDER BY count(*) DESC, sum(amount) DESC, path) AS rank
        FROM journey_path
        GROUP BY path
    )
    SELECT path, outcomes, amount, touches, seconds, 1 AS paths
    FROM ranked WHERE rank <= %(limit)s
    UNION ALL
    SELECT NULL, coalesce(sum(outcomes), 0)::bigint, coalesce(sum(amount), 0)::bigint,
           coalesce(sum(touches), 0)::bigint, NULL, count(*)
    FROM ranked WHERE rank > %(limit)s
    ORDER BY outcomes DESC, amount DESC
"""
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class PathRow:
    """Journeys that took the same steps. `seconds` is the median from first touch to outcome."""

    path: str
    steps: int | None
    outcomes: int
    amount_minor: int
    touches: int
    share: Decimal | None = None
    seconds: float | None = None

    @property
    def touches_each(self) -> Decimal | None:
        """Touches per journey, repeats included."""
        return Decimal(self.touches) / self.outcomes if self.outcomes else None

    @property
    def days(self) -> Decimal | None:
        """The median days from first touch to outcome."""
        if self.seconds is None:
            return None
        return (Decimal(self.seconds) / 86_400).quantize(Decimal("0.1"), ROUND_HALF_UP)


COLUMNS: tuple[Column[PathRow], ...] = (
    Column("path", "Path", "text", lambda row: row.path),
    Column("steps", "Steps", "whole", lambda row: row.steps, "Repeats in a row count as one step"),
    Column("outcomes", "Outcomes", "whole", lambda row: row.outcomes, "Outcomes whose journey took these steps"),
    Column("share", "Share", "percent", lambda row: row.share, "Of all outcomes with a journey"),
    Column("amount", "Amount", "money", lambda row: row.amount_minor, "Full amount of these outcomes"),
    Column("touches", "Touches each", "factor", lambda row: row.touches_each, "Touches per journey, repeats included"),
    Column("days", "Days", "days", lambda row: row.days, "Median days from the first touch to the outcome"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[PathRow]:
    """Return the commonest paths, the others together, and the total. Constant in queries.

    Raises:
        InvalidReportQueryError: a parameter names nothing, or these journeys have no past.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    by: Dimension = query.by or "channel"
    source = journeys(scope, goal=query.goal or "win")
    found = source.read(_SELECT.format(key=KEYS[by]), limit=query.limit or SHOWN)
    keys = {step for path, *_ in found if path for step in path}
    names = {_text(key): name for key, name in names_of(by, _typed(by, keys)).items()}
    outcomes = sum(row[1] for row in found)
    rows = [_row(row, names, outcomes) for row in found if row[1]]
    rows.sort(key=lambda row: row.steps is None)
    proof = prove(scope)
    total = PathRow(
        "Total", None, outcomes, sum(row[2] for row in found), sum(row[3] for row in found)
    )
    note = "Amounts are the full amounts of the outcomes: each has one path, so they add up."
    definitions = define(scope, proof.statements, date_basis="outcome", notes=(note,))
    return Report(NAME, TITLE, COLUMNS, rows, total, definitions, proof)


def _row(found: tuple[Any, ...], names: dict[str, RowName], outcomes: int) -> PathRow:
    path, number, amount, touches, seconds, paths = found
    if path is None:
        return PathRow(
            f"{paths:,} other {'path' if paths == 1 else 'paths'}",
            None,
            number,
            amount,
            touches,
            Decimal(number) / outcomes,
        )
    shown = _ARROW.join(names[_text(step)].name for step in path)
    return PathRow(shown, len(path), number, amount, touches, Decimal(number) / outcomes, seconds)


def _typed(by: Dimension, keys: set[str | None]) -> list[Key]:
    if by == "audience":
        return list(keys)
    return [UUID(key) if key else None for key in keys]


def _text(key: Key) -> str:
    return "" if key is None else str(key)


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Which sequences of channels lead to outcomes, how much they bring and how long they take.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS, "limit"),
    dimensions=("channel", "campaign", "send", "audience"),
    goals=("win", "opportunity", "lead"),
)
