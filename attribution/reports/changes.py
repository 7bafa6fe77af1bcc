"""Changes: why a number moved. What the ledger posted between two moments, by cause and by deal."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils.timezone import localtime

from attribution.models import Bucket, CreditBatch
from attribution.reports.columns import Column, shown_moment
from attribution.reports.credit import credit_cells
from attribution.reports.definitions import define
from attribution.reports.kinds import ROWS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import Scope, scope_of
from attribution.reports.wording import GOALS
from campaigns.money import api_money, display_amount

NAME, TITLE = "changes", "Changes"
SHOWN = 100
"""How many changes are shown unless `limit` says otherwise."""

SINCE = timedelta(days=7)
"""How far back it looks unless `from` says otherwise."""

_KINDS = {"lead": ["lead"], "opportunity": ["opportunity"], "win": ["win", "refund"]}
"""The outcomes behind a goal's number: revenue is what wins brought less what went back."""

_CAUSES = dict(CreditBatch.Cause.choices)
_EARNED = """e.bucket = 'attributed'
    AND (%(channel)s::uuid IS NULL OR e.channel_id = %(channel)s::uuid)
    AND (%(campaign)s::uuid IS NULL OR e.campaign_id = %(campaign)s::uuid)"""
# A version of the rule that is retired has taken back what it held, so all versions of a slug
# together are the number at any moment.
_SELECT = f"""
    WITH moved AS (
        SELECT e.outcome_id, b.cause, min(b.number) AS batch, max(b.posted_at) AS posted_at,
               count(*) AS entries, bool_or(e.is_restatement) AS is_restated,
               coalesce(sum(e.amount_minor) FILTER (WHERE {_EARNED}), 0)::bigint AS earned,
               coalesce(sum(e.count_micro) FILTER (WHERE {_EARNED}), 0)::bigint AS micro,
               coalesce(sum(e.amount_minor) FILTER (WHERE e.bucket = 'unattributed'), 0)::bigint
                   AS unattributed,
               coalesce(sum(e.amount_minor) FILTER (WHERE e.bucket = 'excluded'), 0)::bigint
                   AS excluded,
               bool_or(e.bucket <> 'attributed') AS is_elsewhere
        FROM attribution_creditbatch b
        JOIN attribution_creditentry e ON e.batch_id = b.id
        JOIN attribution_creditrule r ON r.id = e.rule_id AND r.slug = %(rule)s
        JOIN attribution_outcome o ON o.id = e.outcome_id AND o.kind = ANY(%(kinds)s)
        WHERE b.posted_at > %(since)s AND b.posted_at <= %(until)s
        GROUP BY e.outcome_id, b.cause
    ), held AS (
        SELECT e.outcome_id, sum(e.amount_minor)::bigint AS earned
        FROM attribution_creditentry e
        JOIN attribution_creditrule r ON r.id = e.rule_id AND r.slug = %(rule)s
        JOIN attribution_creditbatch b ON b.id = e.batch_id
        WHERE e.outcome_id IN (SELECT outcome_id FROM moved) AND b.posted_at <= %(since)s
          AND {_EARNED}
        GROUP BY e.outcome_id
    ), told AS (
        SELECT m.*, coalesce(h.earned, 0) + coalesce(sum(m.earned) OVER (
                   PARTITION BY m.outcome_id ORDER BY m.batch, m.cause
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before,
               row_number() OVER (ORDER BY abs(m.earned) DESC, abs(m.micro) DESC, m.batch DESC,
                                  m.outcome_id) AS rank
        FROM moved m LEFT JOIN held h USING (outcome_id)
        WHERE m.earned <> 0 OR m.micro <> 0 OR (
            %(channel)s::uuid IS NULL AND %(campaign)s::uuid IS NULL
            AND m.is_elsewhere)
    )
"""  # noqa: S608 - constants
_ROWS = """
    SELECT t.cause, o.kind, coalesce(d.name, g.name, ''), o.deal_id, t.outcome_id, t.batch,
           t.posted_at, t.before, t.earned, t.micro, t.unattributed, t.excluded, t.entries,
           t.is_restated
    FROM told t
    JOIN attribution_outcome o ON o.id = t.outcome_id
    LEFT JOIN crm_sync_deal d ON d.id = o.deal_id
    LEFT JOIN tracking_event v ON v.id = o.event_id
    LEFT JOIN tracking_goal g ON g.id = v.goal_id
    WHERE t.rank <= %(limit)s
    ORDER BY t.rank
"""
_BY_CAUSE = """
    SELECT cause, count(DISTINCT outcome_id), sum(entries)::bigint, sum(earned)::bigint,
           sum(micro)::bigint, sum(unattributed)::bigint, sum(excluded)::bigint,
           bool_or(is_restated), count(*) FILTER (WHERE rank > %(limit)s),
           coalesce(sum(earned) FILTER (WHERE rank > %(limit)s), 0)::bigint
    FROM told GROUP BY cause ORDER BY sum(abs(earned)) DESC, cause
"""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What one cause did to one outcome. Amounts are credited ones, in minor units."""

    cause: str
    goal: str = ""
    deal: str = ""
    deal_id: UUID | None = None
    outcome_id: UUID | None = None
    batch: int | None = None
    posted_at: datetime | None = None
    before_minor: int | None = None
    change_minor: int = 0
    micro: int = 0
    unattributed_minor: int = 0
    excluded_minor: int = 0
    entries: int = 0
    is_restated: bool = False

    @property
    def after_minor(self) -> int | None:
        """What is credited since."""
        return None if self.before_minor is None else self.before_minor + self.change_minor


@dataclass(frozen=True, slots=True)
class CauseSum:
    """All that one cause did; `hidden` changes of it have no row of their own."""

    cause: str
    outcomes: int
    entries: int
    change_minor: int
    micro: int
    unattributed_minor: int
    excluded_minor: int
    is_restated: bool
    hidden: int
    hidden_minor: int


COLUMNS: tuple[Column[ChangeRow], ...] = (
    Column("cause", "Cause", "text", lambda row: _CAUSES.get(row.cause, row.cause)),
    Column("goal", "Goal", "text", lambda row: row.goal),
    Column("deal", "Deal or lead", "text", lambda row: row.deal),
    Column("deal_id", "Deal id", "text", lambda row: str(row.deal_id or ""), is_key=True),
    Column("outcome_id", "Outcome id", "text", lambda row: str(row.outcome_id or ""), is_key=True),
    Column("batch", "Batch", "whole", lambda row: row.batch, "The first of the ledger's batches that did it"),
    Column("posted_at", "Posted", "moment", lambda row: row.posted_at, "When the ledger last took it up"),
    Column("before", "Before", "money", lambda row: row.before_minor, "Credited before", "Credited"),
    Column("change", "Change", "money", lambda row: row.change_minor, "After − before", "Credited"),
    Column("after", "After", "money", lambda row: row.after_minor, "Credited since", "Credited"),
    Column("count_change", "Outcomes", "count", lambda row: counted(row.micro), "Change of the credited outcomes", "Credited"),
    Column("unattributed_change", "Unattributed", "money", lambda row: row.unattributed_minor, "Change of what nobody earned", "Elsewhere"),
    Column("excluded_change", "Excluded", "money", lambda row: row.excluded_minor, "Change of what is excluded", "Elsewhere"),
    Column("entries", "Entries", "whole", lambda row: row.entries, "Lines of the ledger"),
    Column("restatement", "Restatement", "text", lambda row: "yes" if row.is_restated else "", "It concerns a day of a locked period"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[ChangeRow]:
    """Return what moved the goal's number from the first day to the report's moment, largest first.

    Constant in queries; the cost grows with the entries posted between the two moments.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    asked = scope_of(query, now=now)
    scope = replace(asked, query=replace(query, starts_on=None))
    goal, since = query.goal or "win", _since(query, scope.as_of)
    rows, causes = _read(scope, goal, since, query.limit or SHOWN)
    hidden = sum(cause.hidden for cause in causes)
    if hidden:
        minor = sum(cause.hidden_minor for cause in causes)
        rows.append(
            ChangeRow(
                "",
                deal=f"{hidden:,} smaller {'change' if hidden == 1 else 'changes'}",
                change_minor=minor,
            )
        )
    proof = prove(scope)
    definitions = replace(
        define(asked, proof.statements, notes=_notes(causes, scope.currency)),
        period=f"posted after {shown_moment(localtime(since, _zone()))}",
    )
    total = _total(scope, goal, causes)
    extras = {"by_cause": [_cause_json(cause, scope.currency) for cause in causes]}
    return Report(NAME, TITLE, COLUMNS, rows, total, definitions, proof, extras)


def _since(query: ReportQuery, until: datetime) -> datetime:
    """Return the moment before the first day, or a week before the report's moment."""
    if query.starts_on is None:
        return until - SINCE
    return datetime.combine(query.starts_on, time.min, _zone()) - timedelta(microseconds=1)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _read(
    scope: Scope, goal: str, since: datetime, limit: int
) -> tuple[list[ChangeRow], list[CauseSum]]:
    params: dict[str, Any] = {
        "rule": scope.rule.slug,
        "kinds": _KINDS[goal],
        "since": since,
        "until": scope.as_of,
        "channel": scope.channel and scope.channel.pk,
        "campaign": scope.campaign and scope.campaign.pk,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + _ROWS, params)
        rows = [ChangeRow(cause, GOALS[kind], *rest) for cause, kind, *rest in cursor.fetchall()]
        cursor.execute(_SELECT + _BY_CAUSE, params)
        causes = [CauseSum(*row) for row in cursor.fetchall()]
    return rows, causes


def _total(scope: Scope, goal: str, causes: list[CauseSum]) -> ChangeRow:
    """Return the number itself, before and after: all that is credited at either moment."""
    cells = credit_cells(scope, scope.rule, by="channel", basis="outcome")
    after = sum(
        cell.amount_minor
        for cell in cells
        if cell.kind in _KINDS[goal] and cell.bucket == Bucket.ATTRIBUTED
    )
    change = sum(cause.change_minor for cause in causes)
    return ChangeRow(
        cause="Total",
        before_minor=after - change,
        change_minor=change,
        micro=sum(cause.micro for cause in causes),
        unattributed_minor=sum(cause.unattributed_minor for cause in causes),
        excluded_minor=sum(cause.excluded_minor for cause in causes),
        entries=sum(cause.entries for cause in causes),
        is_restated=any(cause.is_restated for cause in causes),
    )


def _notes(causes: list[CauseSum], currency: str) -> tuple[str, ...]:
    """Say of each cause what it did."""
    return tuple(
        f"{_CAUSES[cause.cause]}: {'+' if cause.change_minor >= 0 else ''}"
        f"{display_amount(cause.change_minor, currency)} in {cause.outcomes:,} "
        f"{'outcome' if cause.outcomes == 1 else 'outcomes'}"
        f"{', some of a locked period' if cause.is_restated else ''}."
        for cause in causes
    )


def _cause_json(cause: CauseSum, currency: str) -> dict[str, Any]:
    return {
        "cause": cause.cause,
        "outcomes": cause.outcomes,
        "entries": cause.entries,
        "change": api_money(cause.change_minor, currency),
        "unattributed_change": api_money(cause.unattributed_minor, currency),
        "excluded_change": api_money(cause.excluded_minor, currency),
        "restatement": cause.is_restated,
    }


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Why a number moved: what was posted since a day, by cause, with the deals and their "
    "amounts before and after.",
    build=build,
    columns=COLUMNS,
    parameters=("rule", "as_of", "from", *ROWS, "limit"),
    goals=("win", "opportunity", "lead"),
)
