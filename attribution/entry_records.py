"""Entries → the records that are hashed → the rows that are copied into the ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from attribution.binary_copy import packed
from attribution.bulk_ids import new_ids
from attribution.bulk_reads import read_columns
from attribution.chain import NO_RATE, RECORD
from attribution.division import BUCKETS, REASONS
from attribution.entries import Entries
from attribution.facts import ID, NO_DAY, NO_ID, PLACE, id_column
from attribution.models import CreditRule, Outcome
from tracking.copying import array_text

Records = NDArray[Any]
"""Rows of the type `chain.RECORD`."""

_COPY = """
    COPY attribution_creditentry (
        id, batch_id, line, outcome_id, rule_id, bucket, reason, outcome_date, touch_id,
        channel_id, campaign_id, send_id, message_id, link_id, touch_date, amount_minor,
        count_micro, rate, is_restatement
    ) FROM STDIN (FORMAT BINARY)
"""
# Batches' entries as they are hashed. What does not fit a record makes its hash another one.
_POSTED = """
    SELECT (b.row - 1)::int4, line, e.id, outcome_id, rule_id,
           substring(convert_to(bucket, 'UTF8') || decode(repeat('00', 12), 'hex') FOR 12),
           substring(convert_to(reason, 'UTF8') || decode(repeat('00', 24), 'hex') FOR 24),
           coalesce(outcome_date - DATE '1970-01-01', %(no_day)s)::int4,
           coalesce(touch_id, %(no_id)s::uuid), coalesce(channel_id, %(no_id)s::uuid),
           coalesce(campaign_id, %(no_id)s::uuid), coalesce(send_id, %(no_id)s::uuid),
           coalesce(message_id, %(no_id)s::uuid), coalesce(link_id, %(no_id)s::uuid),
           coalesce(touch_date - DATE '1970-01-01', %(no_day)s)::int4, amount_minor, count_micro,
           coalesce(trunc(rate), -1)::int8,
           coalesce((rate - trunc(rate)) * 10000000000, -1)::int8,
           is_restatement
    FROM unnest(%(batches)s::uuid[]) WITH ORDINALITY AS b(id, row)
    JOIN attribution_creditentry e ON e.batch_id = b.id
    ORDER BY b.row, line
"""
# PostgreSQL's numeric: number of digits to base 10,000, place of the first, sign, scale, digits.
_NUMERIC = np.dtype([("head", ">i2", 4), ("digits", ">i2", 6)])
_ROW = np.dtype(
    [
        ("id", ID), ("batch_id", ID),
        *((name, RECORD[name]) for name in RECORD.names or () if name not in {
            "id", "rate_whole", "rate_fraction", "is_restatement",
        }),
        ("rate", _NUMERIC), ("is_restatement", "i1"),
    ]
)  # fmt: skip
_POSTED_ROW = np.dtype([("batch", ">i4"), *((n, RECORD[n]) for n in RECORD.names or ())])
_SCALE = 10
_EPOCH_2000 = 10_957
"""Days from 1970 to PostgreSQL's first day, 1 January 2000."""


def records_of(
    entries: Entries,
    *,
    outcomes: Sequence[Outcome],
    rules: Sequence[CreditRule],
    locked: set[int],
) -> Records:
    """Return entries as they are hashed, numbered from 1; `locked` are days of locked periods."""
    records = np.zeros(len(entries), RECORD)
    outcome, rule = entries["outcome"], entries["rule"]
    records["line"] = np.arange(1, len(entries) + 1)
    records["id"] = new_ids(len(entries))
    records["outcome_id"] = id_column([one.pk for one in outcomes])[outcome]
    records["rule_id"] = id_column([one.pk for one in rules])[rule]
    records["bucket"] = np.array(BUCKETS, "S12")[entries["bucket"]]
    records["reason"] = np.array(REASONS, "S24")[entries["reason"]]
    for name in ("outcome_date", *(PLACE.names or ()), "amount_minor", "count_micro"):
        records[name] = entries[name]
    rates = np.array([_rate(one.rate) for one in outcomes], np.int64).reshape(-1, 2)
    records["rate_whole"], records["rate_fraction"] = rates[outcome].T
    if locked:
        records["is_restatement"] = np.isin(entries["outcome_date"], list(locked))
    return records


def posted_records(batch_ids: Sequence[UUID]) -> list[Records]:
    """Return the records of each of these batches as they stand in the ledger. One query."""
    asked = {"batches": array_text(batch_ids), "no_day": NO_DAY, "no_id": NO_ID.hex()}
    rows = read_columns(_POSTED, asked, _POSTED_ROW)
    records = np.empty(len(rows), RECORD)
    for name in RECORD.names or ():
        records[name] = rows[name]
    ends = np.searchsorted(rows["batch"], np.arange(1, len(batch_ids) + 1))
    return np.split(records, ends[:-1]) if len(batch_ids) else []


def copied(records: Records, *, batch_id: UUID, cursor: Any) -> None:
    """Write a batch's records into the ledger."""
    rows = np.empty(len(records), _ROW)
    for name in RECORD.names or ():
        if name in (_ROW.names or ()):
            rows[name] = records[name]
    rows["batch_id"] = id_column([batch_id])
    rows["rate"] = _numeric(records["rate_whole"], records["rate_fraction"])
    absent = {"rate": records["rate_whole"] == NO_RATE}
    for name in ("outcome_date", "touch_date"):
        absent[name] = records[name] == NO_DAY
        rows[name] = np.where(absent[name], 0, records[name].astype(np.int64) - _EPOCH_2000)
    for name in PLACE.names or ():
        if name.endswith("_id"):
            absent[name] = _is_none(records[name])
    lengths = {name: np.char.str_len(records[name]) for name in ("bucket", "reason")}
    with cursor.copy(_COPY) as copy:
        copy.write(packed(rows, absent=absent, lengths=lengths))


def _is_none(ids: NDArray[Any]) -> NDArray[np.bool_]:
    halves = np.ascontiguousarray(ids).view(np.uint64).reshape(-1, 2)
    is_none: NDArray[np.bool_] = (halves[:, 0] | halves[:, 1]) == 0
    return is_none


def _rate(rate: Decimal | None) -> tuple[int, int]:
    if rate is None:
        return NO_RATE, NO_RATE
    whole = int(rate)
    return whole, int((rate - whole) * 10**_SCALE)


def _numeric(whole: NDArray[Any], fraction: NDArray[Any]) -> NDArray[Any]:
    """Return rates as PostgreSQL's numeric: three digits to base 10,000 before the point and after."""
    numbers = np.zeros(len(whole), _NUMERIC)
    numbers["head"] = (6, 2, 0, _SCALE)
    places = (
        whole // 10**8,
        whole // 10**4,
        whole,
        fraction // 10**6,
        fraction // 10**2,
        fraction * 100,
    )
    for place, digits in enumerate(places):
        numbers["digits"][:, place] = digits % 10_000
    return numbers
