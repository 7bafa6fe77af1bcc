"""Positions: who opens journeys, who stands in the middle, who closes them, who does it alone."""

from dataclasses import dataclass
from datetime import datetime

from attribution.reports.columns import Column
from attribution.reports.credit import Key
from attribution.reports.definitions import define
from attribution.reports.journey_sql import KEYS, journeys
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import scope_of
from attribution.reports.wording import lookback_in_words

NAME, TITLE = "positions", "Positions"
_SELECT = """
    SELECT key, GROUPING(key) AS is_total,
           count(*) FILTER (WHERE place = 1 AND length > 1),
           count(*) FILTER (WHERE place > 1 AND place < length),
           count(*) FILTER (WHERE place = length AND length > 1),
           count(*) FILTER (WHERE length = 1),
           count(DISTINCT outcome_id),
           coalesce(sum(amount_minor) FILTER (WHERE place = 1 AND length > 1), 0)::bigint,
           coalesce(sum(amount_minor) FILTER (WHERE place > 1 AND place < length), 0)::bigint,
           coalesce(sum(amount_minor) FILTER (WHERE place = length AND length > 1), 0)::bigint,
           coalesce(sum(amount_minor) FILTER (WHERE length = 1), 0)::bigint,
           coalesce(sum(count_micro), 0)::bigint
    FROM (SELECT *, {key} AS key FROM placed) placed
    WHERE (%(channel)s::uuid IS NULL OR channel_id = %(channel)s::uuid)
      AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s::uuid)
    GROUP BY GROUPING SETS ((key), ())
"""


@dataclass(frozen=True, slots=True)
class Places:
    """How often something stood where in a journey, and what that earned in minor units.

    `outcomes` are the distinct outcomes it took part in; `micro` its credit in millionths.
    """

    first: int = 0
    middle: int = 0
    last: int = 0
    only: int = 0
    outcomes: int = 0
    first_minor: int = 0
    middle_minor: int = 0
    last_minor: int = 0
    only_minor: int = 0
    micro: int = 0

    @property
    def amount_minor(self) -> int:
        """All it earned."""
        return self.first_minor + self.middle_minor + self.last_minor + self.only_minor


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One row's places; the totals have no key."""

    name: RowName
    places: Places
    key: Key = None


COLUMNS: tuple[Column[PositionRow], ...] = (
    Column("name", "Name", "text", lambda row: row.name.name),
    Column("part_of", "Part of", "text", lambda row: row.name.part_of),
    Column("id", "Id", "text", lambda row: str(row.key or ""), is_key=True),
    Column("first", "First", "whole", lambda row: row.places.first, "It opened a journey of several touches", "Touches"),
    Column("middle", "Middle", "whole", lambda row: row.places.middle, "It stood between others", "Touches"),
    Column("last", "Last", "whole", lambda row: row.places.last, "It closed a journey of several touches", "Touches"),
    Column("only", "Only", "whole", lambda row: row.places.only, "It was the whole journey", "Touches"),
    Column("outcomes", "Outcomes", "whole", lambda row: row.places.outcomes, "Distinct outcomes it took part in; rows overlap, the total counts each once", "Outcomes"),
    Column("credited", "Credited", "count", lambda row: counted(row.places.micro), "Its share of the outcomes under the rule", "Outcomes"),
    Column("first_amount", "As first", "money", lambda row: row.places.first_minor, "What it earned as the first touch", "Amount"),
    Column("middle_amount", "In the middle", "money", lambda row: row.places.middle_minor, "What it earned between others", "Amount"),
    Column("last_amount", "As last", "money", lambda row: row.places.last_minor, "What it earned as the last touch", "Amount"),
    Column("only_amount", "Alone", "money", lambda row: row.places.only_minor, "What it earned as the only touch", "Amount"),
    Column("amount", "All", "money", lambda row: row.places.amount_minor, "All it earned under the rule", "Amount"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[PositionRow]:
    """Return how often each channel (or send, …) stood where. Constant in queries.

    Raises:
        InvalidReportQueryError: a parameter names nothing, or these journeys have no past.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    by: Dimension = query.by or "channel"
    source = journeys(scope, goal=query.goal or "win")
    found = source.read(_SELECT.format(key=KEYS[by]))
    places = {key: Places(*figures) for key, is_total, *figures in found if not is_total}
    whole = next((Places(*row[2:]) for row in found if row[1]), Places())
    names = names_of(by, places)
    rows = [PositionRow(names.get(key, RowName(str(key))), one, key) for key, one in places.items()]
    rows.sort(key=lambda row: (-row.places.amount_minor, -row.places.micro, row.name.name))
    proof = prove(scope)
    note = (
        f"A journey is every touch of the people within {lookback_in_words(source.rule.lookback_days)}"
        " before the outcome, in order of time."
    )
    definitions = define(scope, proof.statements, date_basis="outcome", notes=(note,))
    return Report(
        NAME, TITLE, COLUMNS, rows, PositionRow(RowName("Total"), whole), definitions, proof
    )


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Who opens journeys, who stands in the middle, who closes them, and who does it alone.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS),
    dimensions=("channel", "send", "campaign", "message", "link", "audience"),
    goals=("win", "opportunity", "lead"),
)
