"""Who took part in what, kept as running sums by the database itself.

A row of a report took part in an outcome while a touch of it holds credit under the rule that
credits every eligible touch. Each outcome counts once per row with its whole amount, by the state
of its deal, so that sums over rows mean nothing and none is made. The ledger calls `count_influence`
for all that it looked at, changed or not: a deal that is lost moves no credit.
"""

# ruff: noqa: S608 - every part of a statement is a constant of this module

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from attribution.models import CreditRule, Outcome

_PLACE = "channel_id, campaign_id, send_id, message_id, link_id, audience"
_COUNTED = (
    f"outcome_id, {_PLACE}, kind, outcome_date, state, amount_minor, lag_seconds, "
    "is_first, is_first_before_sales"
)

# What takes part now: the places of all touches that hold credit, with their longest lag. Of
# several touches of a place the earliest has it; a win's lag is the same for all. Sales' first
# activity is the deal's creation, the earliest that a CRM tells of.
_WANTED = f"""
    SELECT outcome_id, {_PLACE}, kind, outcome_date, state, amount_minor,
           max(lag_seconds)::bigint AS lag_seconds, bool_or(place = 1) AS is_first,
           bool_or(place = 1 AND is_before_sales) AS is_first_before_sales
    FROM (
        SELECT outcome.id AS outcome_id, entry.channel_id, entry.campaign_id, entry.send_id,
               entry.message_id, entry.link_id, coalesce(send.audience, '') AS audience,
               outcome.kind, (outcome.occurred_at AT TIME ZONE %(zone)s)::date AS outcome_date,
               coalesce(deal.outcome, '') AS state, outcome.amount_minor,
               floor(extract(epoch FROM CASE outcome.kind
                   WHEN 'opportunity' THEN outcome.occurred_at - touch.occurred_at
                   WHEN 'win' THEN outcome.occurred_at - deal.deal_created_at
               END)) AS lag_seconds,
               coalesce(touch.occurred_at <= deal.deal_created_at, true) AS is_before_sales,
               row_number() OVER (
                   PARTITION BY outcome.id
                   ORDER BY touch.occurred_at, touch.evidence_grade, touch.source_priority, touch.id
               ) AS place
        FROM attribution_outcome outcome
        JOIN attribution_creditentry entry ON entry.outcome_id = outcome.id
        JOIN tracking_touchpoint touch ON touch.id = entry.touch_id
        LEFT JOIN crm_sync_deal deal ON deal.id = outcome.deal_id
        LEFT JOIN campaigns_send send ON send.id = entry.send_id
        WHERE {{only}} AND outcome.kind IN ('lead', 'opportunity', 'win')
          AND entry.rule_id = %(rule)s AND entry.bucket = 'attributed' AND deal.deleted_at IS NULL
        GROUP BY outcome.id, touch.id, deal.id, send.id, entry.channel_id, entry.campaign_id,
                 entry.send_id, entry.message_id, entry.link_id
        HAVING sum(entry.count_micro) > 0
    ) touched
    GROUP BY outcome_id, {_PLACE}, kind, outcome_date, state, amount_minor
"""
# Every outcome once per row of each dimension. GROUPING's bits are 1 for columns left out.
_SUMMED = f"""
    SELECT sign, outcome_id, kind, outcome_date, state, amount_minor, {_PLACE},
           CASE GROUPING(channel_id, campaign_id, send_id, message_id, link_id, audience)
               WHEN 63 THEN 'everything' WHEN 31 THEN 'channel' WHEN 47 THEN 'campaign'
               WHEN 15 THEN 'channel_campaign' WHEN 55 THEN 'send' WHEN 59 THEN 'message'
               WHEN 61 THEN 'link' ELSE 'audience'
           END AS dimension,
           max(lag_seconds) AS lag_seconds, bool_or(is_first) AS is_first,
           bool_or(is_first_before_sales) AS is_first_before_sales,
           min(channel_id::text) <> max(channel_id::text) AS is_mixed
    FROM {{source}}
    GROUP BY sign, outcome_id, kind, outcome_date, state, amount_minor, GROUPING SETS (
        (), (channel_id), (campaign_id), (channel_id, campaign_id), (send_id), (message_id),
        (link_id), (audience)
    )
"""
# What several channels took part in is a row of its own beside “everything”.
_ROWS = """
    SELECT * FROM one_row_each
    UNION ALL
    SELECT sign, outcome_id, kind, outcome_date, state, amount_minor, channel_id, campaign_id,
           send_id, message_id, link_id, audience, 'several_channels', lag_seconds,
           is_first, is_first_before_sales, is_mixed
    FROM one_row_each WHERE dimension = 'everything' AND is_mixed
"""
_ROW = f"dimension, {_PLACE}, kind"
_GRAIN = "CASE GROUPING(outcome_date) WHEN 1 THEN 'all' ELSE 'outcome_day' END AS grain"
# Outside an audience's own row the column is empty, not absent.
_ROW_SUMMED = _ROW.replace("audience", "coalesce(audience, '') AS audience")
_SUMS_OF = """
           coalesce(sum(sign) FILTER (WHERE {which}), 0)::bigint AS {name}_count,
           coalesce(sum(sign * amount_minor) FILTER (WHERE {which}), 0)::bigint AS {name}_minor"""
_TOTALS = f"""
    SELECT {_GRAIN}, {_ROW_SUMMED}, outcome_date, state,
           sum(sign)::bigint AS outcome_count, sum(sign * amount_minor)::bigint AS amount_minor,
           {_SUMS_OF.format(which="is_first", name="first")},
           {_SUMS_OF.format(which="is_first_before_sales", name="before_sales")}
    FROM summed
    GROUP BY {_ROW}, state, GROUPING SETS ((), (outcome_date))
    HAVING sum(sign) <> 0 OR sum(sign * amount_minor) <> 0
        OR sum(sign) FILTER (WHERE is_first) <> 0
        OR sum(sign) FILTER (WHERE is_first_before_sales) <> 0
"""
_BUCKET = "floor(25 * ln(1 + greatest(lag_seconds, 0)::float8 / 3600))::smallint"
_LAGS = f"""
    SELECT {_GRAIN}, {_ROW_SUMMED}, outcome_date, {_BUCKET} AS bucket,
           sum(sign)::bigint AS outcome_count, sum(sign * lag_seconds)::bigint AS seconds
    FROM summed WHERE lag_seconds IS NOT NULL
    GROUP BY {_ROW}, {_BUCKET}, GROUPING SETS ((), (outcome_date))
    HAVING sum(sign) <> 0 OR sum(sign * lag_seconds) <> 0
"""
_TOTAL_COLUMNS = (
    f"grain, {_ROW}, outcome_date, state, outcome_count, amount_minor, first_count, first_minor, "
    "before_sales_count, before_sales_minor"
)
_LAG_COLUMNS = f"grain, {_ROW}, outcome_date, bucket, outcome_count, seconds"
# One statement: the outcomes whose facts differ give back what they counted and count anew.
_COUNT = f"""
    WITH held AS (
        SELECT {_COUNTED} FROM attribution_outcomeinfluence
        WHERE outcome_id = ANY(%(outcomes)s::uuid[])
    ), wanted AS MATERIALIZED ({_WANTED.format(only="outcome.id = ANY(%(outcomes)s::uuid[])")}
    ), moved AS MATERIALIZED (
        SELECT outcome_id FROM (TABLE held EXCEPT TABLE wanted) AS gone
        UNION SELECT outcome_id FROM (TABLE wanted EXCEPT TABLE held) AS came
    ), gone AS (
        DELETE FROM attribution_outcomeinfluence USING moved
        WHERE attribution_outcomeinfluence.outcome_id = moved.outcome_id
    ), came AS (
        INSERT INTO attribution_outcomeinfluence ({_COUNTED})
        SELECT {_COUNTED} FROM wanted JOIN moved USING (outcome_id)
    ), both_sides AS (
        SELECT -1 AS sign, {_COUNTED} FROM held JOIN moved USING (outcome_id)
        UNION ALL SELECT 1, {_COUNTED} FROM wanted JOIN moved USING (outcome_id)
    ), one_row_each AS MATERIALIZED ({_SUMMED.format(source="both_sides")}
    ), summed AS NOT MATERIALIZED ({_ROWS}
    ), totals AS (
        INSERT INTO attribution_influencetotal AS total ({_TOTAL_COLUMNS})
        {_TOTALS}
        ON CONFLICT ON CONSTRAINT attribution_influence_cell_unique DO UPDATE SET
            outcome_count = total.outcome_count + excluded.outcome_count,
            amount_minor = total.amount_minor + excluded.amount_minor,
            first_count = total.first_count + excluded.first_count,
            first_minor = total.first_minor + excluded.first_minor,
            before_sales_count = total.before_sales_count + excluded.before_sales_count,
            before_sales_minor = total.before_sales_minor + excluded.before_sales_minor
        RETURNING id, total.outcome_count = 0 AS is_empty
    ), lags AS (
        INSERT INTO attribution_lagtotal AS total ({_LAG_COLUMNS})
        {_LAGS}
        ON CONFLICT ON CONSTRAINT attribution_lag_cell_unique DO UPDATE SET
            outcome_count = total.outcome_count + excluded.outcome_count,
            seconds = total.seconds + excluded.seconds
        RETURNING id, total.outcome_count = 0 AS is_empty
    )
    SELECT array_agg(id) FILTER (WHERE is_total), array_agg(id) FILTER (WHERE NOT is_total)
    FROM (
        SELECT id, true AS is_total FROM totals WHERE is_empty
        UNION ALL SELECT id, false FROM lags WHERE is_empty
    ) AS empty
"""
_FACT_DIFFERENCES = f"""
    WITH held AS (SELECT {_COUNTED} FROM attribution_outcomeinfluence WHERE {{held}}),
         wanted AS ({_WANTED})
    SELECT outcome_id FROM (TABLE held EXCEPT ALL TABLE wanted) AS surplus
    UNION SELECT outcome_id FROM (TABLE wanted EXCEPT ALL TABLE held) AS missing
"""
_EVERY = "(SELECT 1 AS sign, * FROM attribution_outcomeinfluence) AS held"
_SUM_DIFFERENCES = """
    WITH one_row_each AS ({summed}), summed AS ({rows}), wanted AS ({wanted}), held AS (SELECT {columns} FROM {table})
    SELECT 'the outcomes say', grain, dimension, kind, outcome_count, {figure}
    FROM (TABLE wanted EXCEPT TABLE held) AS missing
    UNION ALL SELECT 'the sum says', grain, dimension, kind, outcome_count, {figure}
    FROM (TABLE held EXCEPT TABLE wanted) AS surplus
"""


def every_touch_rule() -> CreditRule | None:
    """Return the active rule that credits every eligible touch; None while there is none."""
    linear = CreditRule.objects.active().filter(kind=CreditRule.Kind.LINEAR)
    return linear.order_by("position", "slug").first()


def count_influence(outcomes: Iterable[Outcome], *, under: Iterable[CreditRule]) -> None:
    """Bring the sums up to date for outcomes that were posted under these rules.

    Call whenever they were looked at, also where no credit moved, after posting and in the same
    transaction. Nothing is done where none of the rules credits every touch.
    """
    if any(rule.kind == CreditRule.Kind.LINEAR for rule in under):
        _count([outcome.pk for outcome in outcomes])


def count_renamed_audiences() -> int:
    """Count anew what stands under the old name of a send's audience; return how many outcomes.

    Sends are edited without a note to the ledger, so this looks at each of them. One query. Call
    under `ledger.hold`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RENAMED)
        outcomes = [row for (row,) in cursor.fetchall()]
    if outcomes:
        _count(outcomes)
    return len(outcomes)


def influence_differences(*, waiting: Iterable[UUID] = ()) -> list[str]:
    """Say in what the kept facts and sums differ from the ledger; nothing where all is right.

    `waiting` are the deals that have changed and are not settled yet: their facts are left out.
    """
    only = "outcome.deal_id IS NULL OR outcome.deal_id <> ALL(%(waiting)s::uuid[])"
    held = f"outcome_id IN (SELECT id FROM attribution_outcome outcome WHERE {only})"
    facts = _FACT_DIFFERENCES.format(only=f"({only})", held=held)
    with connection.cursor() as cursor:
        cursor.execute(facts, {**_parameters(), "waiting": list(waiting)})
        problems = [
            f"Who took part in outcome {outcome} is not as the ledger says."
            for (outcome,) in cursor.fetchall()
        ]
        for name, statement in _SUM_STATEMENTS:
            cursor.execute(statement)
            problems += [
                f"For the {name} of {kind} by {dimension} ({grain}), {side} "
                f"{count} outcomes and {figure}."
                for side, grain, dimension, kind, count, figure in cursor.fetchall()
            ]
    return problems


def _count(outcomes: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {**_parameters(), "outcomes": outcomes})
        [(totals, lags)] = cursor.fetchall()
        for table, empty in (("influencetotal", totals), ("lagtotal", lags)):
            if empty:
                cursor.execute(f"DELETE FROM attribution_{table} WHERE id = ANY(%s)", [empty])


def _parameters() -> dict[str, Any]:
    rule = every_touch_rule()
    return {"rule": rule and rule.pk, "zone": settings.TIME_ZONE}


# Two looks into the index per send, whatever the number of outcomes behind it.
_RENAMED = """
    SELECT DISTINCT counted.outcome_id
    FROM campaigns_send send
    JOIN attribution_outcomeinfluence counted
      ON counted.send_id = send.id AND counted.audience <> send.audience
    WHERE EXISTS (
        SELECT FROM attribution_outcomeinfluence below
        WHERE below.send_id = send.id AND below.audience < send.audience
    ) OR EXISTS (
        SELECT FROM attribution_outcomeinfluence above
        WHERE above.send_id = send.id AND above.audience > send.audience
    )
"""
_SUM_STATEMENTS = [
    (
        "influence",
        _SUM_DIFFERENCES.format(
            summed=_SUMMED.format(source=_EVERY), rows=_ROWS, wanted=_TOTALS, columns=_TOTAL_COLUMNS,
            table="attribution_influencetotal", figure="amount_minor",
        ),
    ),
    (
        "lag",
        _SUM_DIFFERENCES.format(
            summed=_SUMMED.format(source=_EVERY), rows=_ROWS, wanted=_LAGS, columns=_LAG_COLUMNS,
            table="attribution_lagtotal", figure="seconds",
        ),
    ),
]  # fmt: skip
