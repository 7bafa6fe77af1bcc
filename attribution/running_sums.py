"""The running sums of the ledger: one row per cell of the reports, moved with every posting."""

from collections.abc import Iterable, Mapping

from django.db import connection

from attribution.division import Line
from campaigns.public_ids import new_id

# One statement for any number of cells. Empty columns compare equal in the unique constraint.
_UPSERT = """
    INSERT INTO attribution_credittotal AS total (
        id, rule_id, kind, bucket, reason, channel_id, campaign_id, send_id, message_id,
        link_id, touch_date, outcome_date, amount_minor, count_micro
    )
    SELECT * FROM unnest(
        %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[],
        %s::uuid[], %s::uuid[], %s::uuid[], %s::date[], %s::date[], %s::bigint[], %s::bigint[]
    )
    ON CONFLICT ON CONSTRAINT attribution_total_cell_unique DO UPDATE SET
        amount_minor = total.amount_minor + excluded.amount_minor,
        count_micro = total.count_micro + excluded.count_micro
    RETURNING id, amount_minor = 0 AND count_micro = 0
"""

Key = tuple[str | None, ...]
"""Rule, kind, bucket, reason, channel, campaign, send, message, link, touch and outcome day."""


def add_to_totals(entries: Iterable[Line], *, kinds: Mapping[str, str]) -> None:
    """Add entries to the running sums. Call in the transaction that posts them.

    `kinds` gives each outcome's kind by its id. A cell that comes to nothing is removed.
    """
    sums = summed(entries, kinds=kinds)
    columns = list(zip(*((new_id(), *key, *sums[key]) for key in sums), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(column) for column in columns])
        empty = [row for row, is_empty in cursor.fetchall() if is_empty]
        if empty:
            cursor.execute(
                "DELETE FROM attribution_credittotal WHERE id = ANY(%s::uuid[])", [empty]
            )


def summed(entries: Iterable[Line], *, kinds: Mapping[str, str]) -> dict[Key, tuple[int, int]]:
    """Add up amounts and counts by the cell of the reports."""
    sums: dict[Key, tuple[int, int]] = {}
    for cell, amount, count in entries:
        place = cell.place
        key = (
            cell.rule_id, str(kinds[cell.outcome_id]), cell.bucket, cell.reason, *place[1:],
            cell.outcome_date,
        )  # fmt: skip
        old_amount, old_count = sums.get(key, (0, 0))
        sums[key] = (old_amount + amount, old_count + count)
    return sums
