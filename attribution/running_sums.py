"""The running sums of the ledger: one row per cell of the reports, moved with every posting.

The database adds up: a batch's entries become differences of the sums in one statement, and the
same aggregate over all entries is what the sums are proven against.
"""

from django.db import connection

from attribution.models import CreditBatch

_CELL = (
    "rule_id, grain, kind, bucket, reason, channel_id, campaign_id, send_id, message_id, link_id, "
    "touch_date, outcome_date"
)
# Every entry once per grain; first by both dates, which leaves few rows to sort by each. GROUPING's bits are 1 for the dates that a set leaves out.
_SUMMED = """
    SELECT rule_id,
           CASE GROUPING(outcome_date, touch_date, touch_month)
               WHEN 7 THEN 'all' WHEN 3 THEN 'outcome_day' WHEN 5 THEN 'touch_day' ELSE 'cohort'
           END AS grain,
           kind, bucket, reason, channel_id, campaign_id, send_id, message_id, link_id,
           coalesce(touch_date, touch_month) AS touch_date,
           coalesce(outcome_date, outcome_month) AS outcome_date,
           sum(amount_minor)::bigint AS amount_minor, sum(count_micro)::bigint AS count_micro
    FROM (
        SELECT *, date_trunc('month', touch_date)::date AS touch_month,
               date_trunc('month', outcome_date)::date AS outcome_month
        FROM (
            SELECT entry.rule_id, outcome.kind, entry.bucket, entry.reason, entry.channel_id,
                   entry.campaign_id, entry.send_id, entry.message_id, entry.link_id,
                   entry.touch_date, entry.outcome_date, sum(entry.amount_minor) AS amount_minor,
                   sum(entry.count_micro) AS count_micro
            FROM attribution_creditentry entry
            JOIN attribution_outcome outcome ON outcome.id = entry.outcome_id
            {where}
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        ) AS finest
    ) AS dated
    GROUP BY rule_id, kind, bucket, reason, channel_id, campaign_id, send_id, message_id, link_id,
             GROUPING SETS ((), (outcome_date), (touch_date), (touch_month, outcome_month))
    HAVING sum(amount_minor) <> 0 OR sum(count_micro) <> 0
"""
# Empty columns compare equal in the unique constraint.
_ADD = f"""
    INSERT INTO attribution_credittotal AS total ({_CELL}, amount_minor, count_micro)
    {_SUMMED.format(where="WHERE entry.batch_id = %s")}
    ON CONFLICT ON CONSTRAINT attribution_total_cell_unique DO UPDATE SET
        amount_minor = total.amount_minor + excluded.amount_minor,
        count_micro = total.count_micro + excluded.count_micro
    RETURNING id, total.amount_minor = 0 AND total.count_micro = 0
"""
# Set operations treat empty columns as equal, which joins do not.
_DIFFERENCES = f"""
    WITH entries AS ({_SUMMED.format(where="")}), totals AS (
        SELECT {_CELL}, amount_minor, count_micro FROM attribution_credittotal
    )
    SELECT 'the entries say', grain, kind, bucket, reason, amount_minor, count_micro
    FROM (TABLE entries EXCEPT TABLE totals) AS missing
    UNION ALL
    SELECT 'the running sum says', grain, kind, bucket, reason, amount_minor, count_micro
    FROM (TABLE totals EXCEPT TABLE entries) AS surplus
"""  # noqa: S608 - constants


def add_to_totals(batch: CreditBatch) -> None:
    """Add a batch's entries to the running sums. Call in the transaction that posts them.

    A cell that comes to nothing is removed. One statement, two where a cell empties.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [batch.pk])
        empty = [row for row, is_empty in cursor.fetchall() if is_empty]
        if empty:
            cursor.execute("DELETE FROM attribution_credittotal WHERE id = ANY(%s)", [empty])


def total_differences() -> list[str]:
    """Say of every cell in which the running sums are not the sums of the entries what differs.

    Reads the whole ledger; nothing is returned where all is as it must be.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        rows = cursor.fetchall()
    return [
        f"For {' '.join(filter(None, cell))} ({grain}), "
        f"{side} {amount} minor units and {count} millionths."
        for side, grain, *cell, amount, count in rows
    ]
