"""Sourced, influenced and attributed side by side: three questions that are often taken for one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from attribution.models import Bucket, CreditRule
from attribution.reports.columns import Column
from attribution.reports.credit import Key, credit_cells
from attribution.reports.definitions import define
from attribution.reports.journey_sql import KEYS, Journeys, journeys
from attribution.reports.kinds import ALWAYS, DAYS, ROWS, ReportKind
from attribution.reports.metrics import counted
from attribution.reports.proof import prove
from attribution.reports.query import Dimension, ReportQuery
from attribution.reports.report import Report
from attribution.reports.row_names import RowName, names_of
from attribution.reports.scope import Scope, scope_of
from attribution.reports.sourced import (
    distinct_count,
    has_sums,
    lead_sources,
    sourced_cells,
)
from campaigns.models import Channel

NAME, TITLE = "sourced-influenced", "Sourced and influenced"

# HubSpot's own values of hs_analytics_source, besides those named like a channel
LEAD_SOURCES = {
    "EMAIL_MARKETING": "email",
    "SOCIAL_MEDIA": "organic-social",
    "REFERRALS": "referral",
    "DIRECT_TRAFFIC": "direct",
    "AI_REFERRALS": "ai-assistants",
}
"""Which channel a CRM's lead source means, where its name does not say."""

_FILTER = """(%(channel)s::uuid IS NULL OR channel_id = %(channel)s::uuid)
    AND (%(campaign)s::uuid IS NULL OR campaign_id = %(campaign)s::uuid)"""
# An outcome's parts under `linear` add up to its amount. Of each row it counts once.
_SELECT = f"""
    , touched AS (
        SELECT p.*, {{key}} AS key,
               (sum(whole) OVER (PARTITION BY p.outcome_id))::bigint AS amount_of_all,
               d.deal_created_at IS NULL OR touched_at <= d.deal_created_at AS is_before_sales
        FROM placed p
        JOIN attribution_outcome o ON o.id = p.outcome_id
        LEFT JOIN crm_sync_deal d ON d.id = o.deal_id
    ), pair AS (
        SELECT key, outcome_id, bool_or(place = 1) AS is_first,
               bool_or(place = 1 AND is_before_sales) AS is_first_before_sales,
               max(amount_of_all) AS whole, sum(amount_minor) AS amount, sum(count_micro) AS micro
        FROM touched
        WHERE {_FILTER}
        GROUP BY key, outcome_id
    )
    SELECT key, count(*) FILTER (WHERE is_first),
           coalesce(sum(whole) FILTER (WHERE is_first), 0)::bigint,
           count(*) FILTER (WHERE is_first_before_sales),
           coalesce(sum(whole) FILTER (WHERE is_first_before_sales), 0)::bigint,
           count(*), sum(whole)::bigint, sum(micro)::bigint, sum(amount)::bigint
    FROM pair
    GROUP BY key
"""  # noqa: S608 - constants
_DISTINCT = f"SELECT count(DISTINCT outcome_id) FROM placed WHERE {_FILTER}"  # noqa: S608
# Any one rule's entries of an outcome add up to its amount; the lead source is today's.
_BY_LEAD_SOURCE = """
    , known AS (
        SELECT e.outcome_id, sum(e.amount_minor)::bigint AS amount
        FROM attribution_creditentry e
        JOIN attribution_outcome o ON o.id = e.outcome_id AND o.kind = %(goal)s
        JOIN attribution_creditbatch b ON b.id = e.batch_id
        WHERE e.rule_id = %(any_rule)s AND e.bucket <> 'excluded'
          AND (%(starts_on)s::date IS NULL OR e.outcome_date >= %(starts_on)s::date)
          AND (%(ends_on)s::date IS NULL OR e.outcome_date <= %(ends_on)s::date)
          AND (%(as_of)s::timestamptz IS NULL OR b.posted_at <= %(as_of)s::timestamptz)
        GROUP BY e.outcome_id
        HAVING sum(e.count_micro) > 0
    )
    SELECT d.lead_source, count(*), sum(k.amount)::bigint
    FROM known k
    JOIN attribution_outcome o ON o.id = k.outcome_id
    JOIN crm_sync_deal d ON d.id = o.deal_id
    WHERE d.lead_source <> ''
    GROUP BY d.lead_source
"""
_QUESTIONS = (
    "Only attributed credit adds up to the CRM. Influenced rows overlap and have no total but the "
    "number of distinct outcomes."
)
_SALES = (
    "Sales' first activity is the deal's creation in the CRM: a first touch after that sourced "
    "nothing in that variant."
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row's outcomes: sourced in three variants, influenced, attributed. Minor units."""

    name: RowName
    crm: int | None = None
    crm_minor: int | None = None
    first: int = 0
    first_minor: int = 0
    before_sales: int = 0
    before_sales_minor: int = 0
    influenced: int = 0
    influenced_minor: int | None = 0
    micro: int = 0
    amount_minor: int = 0
    key: Key = None


COLUMNS: tuple[Column[SourceRow], ...] = (
    Column("name", "Name", "text", lambda row: row.name.name),
    Column("part_of", "Part of", "text", lambda row: row.name.part_of),
    Column("id", "Id", "text", lambda row: str(row.key or ""), is_key=True),
    Column("sourced_crm", "Outcomes", "whole", lambda row: row.crm, "Outcomes whose lead source in the CRM means this channel", "Sourced: CRM lead source"),
    Column("sourced_crm_amount", "Amount", "money", lambda row: row.crm_minor, "Their full amount", "Sourced: CRM lead source"),
    Column("sourced_first", "Outcomes", "whole", lambda row: row.first, "Outcomes whose first touch it was", "Sourced: first touch"),
    Column("sourced_first_amount", "Amount", "money", lambda row: row.first_minor, "Their full amount", "Sourced: first touch"),
    Column("sourced_before_sales", "Outcomes", "whole", lambda row: row.before_sales, "Outcomes whose first touch it was, before sales opened the deal", "Sourced: before sales"),
    Column("sourced_before_sales_amount", "Amount", "money", lambda row: row.before_sales_minor, "Their full amount", "Sourced: before sales"),
    Column("influenced", "Outcomes", "whole", lambda row: row.influenced, "Distinct outcomes with any touch of the row", "Influenced"),
    Column("influenced_amount", "Amount", "money", lambda row: row.influenced_minor, "Their full amount. Rows overlap: never add them up", "Influenced"),
    Column("attributed", "Outcomes", "count", lambda row: counted(row.micro), "Its share of the outcomes under the rule", "Attributed"),
    Column("attributed_amount", "Amount", "money", lambda row: row.amount_minor, "Its share of the amount under the rule", "Attributed"),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[SourceRow]:
    """Return the three questions side by side. Constant in queries.

    Raises:
        InvalidReportQueryError: a parameter names nothing, or these journeys have no past.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    by: Dimension = query.by or "channel"
    goal = query.goal or "win"
    source = journeys(scope, goal=goal)
    sums = has_sums(scope, source.rule, by=by)
    found = _from_sums(scope, goal, by) if sums else _from_journeys(source, by)
    names = names_of(by, found)
    rows = [_row(names.get(key, RowName(str(key))), key, found[key]) for key in found]
    if by == "channel" and scope.campaign is None:
        known = scope.known[0]
        said = lead_sources(scope, goal=goal) if sums else _by_lead_source(source, known)
        rows = _with_lead_sources(rows, said, scope.channel)
    rows.sort(key=lambda row: (-row.amount_minor, -row.first_minor, row.name.name))
    distinct = distinct_count(scope, goal=goal) if sums else source.read(_DISTINCT)[0][0]
    proof = prove(scope)
    definitions = define(scope, proof.statements, date_basis="outcome", notes=(_QUESTIONS, _SALES))
    return Report(NAME, TITLE, COLUMNS, rows, _total(rows, distinct), definitions, proof)


def _from_journeys(source: Journeys, by: Dimension) -> dict[Key, list[int]]:
    return {key: figures for key, *figures in source.read(_SELECT.format(key=KEYS[by]))}


def _from_sums(scope: Scope, goal: str, by: Dimension) -> dict[Key, list[int]]:
    """Return the same figures for the present without reading a single journey."""
    earned: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for cell in credit_cells(scope, scope.rule, by=by, basis="outcome"):
        if cell.kind == goal and cell.bucket == Bucket.ATTRIBUTED:
            earned[cell.key][0] += cell.count_micro
            earned[cell.key][1] += cell.amount_minor
    return {
        key: [*astuple(cell), *earned[key]]
        for key, cell in sourced_cells(scope, goal=goal, by=by).items()
    }


def _row(name: RowName, key: Key, figures: list[Any]) -> SourceRow:
    return replace(SourceRow(name, None, None, *figures), key=key)


def _by_lead_source(source: Journeys, rule: CreditRule) -> dict[str, tuple[int, int]]:
    rows = source.read(_BY_LEAD_SOURCE, any_rule=rule.pk)
    return {lead_source: (number, minor) for lead_source, number, minor in rows}


def _with_lead_sources(
    rows: list[SourceRow], said: Mapping[str, tuple[int, int]], only: Channel | None
) -> list[SourceRow]:
    """Put what the CRM says beside each channel; a source that means none has its own row."""
    channels = {
        name.casefold(): channel
        for channel in Channel.objects.all()
        for name in (channel.slug, channel.name)
    }
    by_key = {row.key: row for row in rows}
    for lead_source, (number, minor) in sorted(said.items()):
        channel = channel_of(lead_source, channels)
        if only is not None and channel != only:
            continue
        key: Key = channel.pk if channel else lead_source
        name = (
            RowName(channel.name, "", channel.color)
            if channel
            else RowName(lead_source, "CRM lead source")
        )
        row = by_key.get(key) or SourceRow(name, key=key)
        by_key[key] = replace(
            row, crm=(row.crm or 0) + number, crm_minor=(row.crm_minor or 0) + minor
        )
    return list(by_key.values())


def channel_of(lead_source: str, channels: Mapping[str, Channel]) -> Channel | None:
    """Return the channel a CRM's lead source means: by its name, or by what HubSpot calls it."""
    text = LEAD_SOURCES.get(lead_source, lead_source)
    for spelling in (text, text.replace("_", " "), text.replace("_", "-")):
        channel = channels.get(spelling.casefold())
        if channel is not None:
            return channel
    return None


def _total(rows: list[SourceRow], distinct: int) -> SourceRow:
    said = [row for row in rows if row.crm is not None]
    return SourceRow(
        name=RowName("Total"),
        crm=sum(row.crm or 0 for row in said) if said else None,
        crm_minor=sum(row.crm_minor or 0 for row in said) if said else None,
        first=sum(row.first for row in rows),
        first_minor=sum(row.first_minor for row in rows),
        before_sales=sum(row.before_sales for row in rows),
        before_sales_minor=sum(row.before_sales_minor for row in rows),
        influenced=distinct,
        influenced_minor=None,
        micro=sum(row.micro for row in rows),
        amount_minor=sum(row.amount_minor for row in rows),
    )


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="Who opened the door, who took part, and who earned what: sourced in three variants, "
    "influenced and attributed side by side.",
    build=build,
    columns=COLUMNS,
    parameters=(*ALWAYS, *DAYS, *ROWS),
    dimensions=("channel", "send", "campaign", "message", "link", "audience"),
    goals=("win", "opportunity"),
)
