"""The append-only ledger: post the difference between a new division and what is held.

Always: one writer at a time, in the order in which it takes the ledger's lock; entries, batch
and running sums in one transaction. Never: an update, a deletion, or an entry that says nothing.
docs/ledger.md describes the hash chain and the lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from attribution.bulk_ids import new_ids
from attribution.chain import canonical_line, digest
from attribution.division import Cell, Line, lines
from attribution.models import CreditBatch, CreditRule, Outcome, Period
from attribution.running_sums import add_to_totals
from attribution.touches import Place
from campaigns.public_ids import new_id

LOCK = 0x7E57_0001
"""The PostgreSQL advisory lock that every posting transaction holds to its end."""

# What the ledger holds per cell, with ids and days as text like the engine's own.
_HELD = """
    SELECT outcome_id::text, rule_id::text, bucket, reason, outcome_date::text,
           touch_id::text, channel_id::text, campaign_id::text, send_id::text,
           message_id::text, link_id::text, touch_date::text,
           sum(amount_minor)::bigint, sum(count_micro)::bigint
    FROM attribution_creditentry
    WHERE outcome_id = ANY(%s::uuid[]) AND rule_id = ANY(%s::uuid[])
    GROUP BY outcome_id, rule_id, bucket, reason, outcome_date, touch_id, channel_id,
             campaign_id, send_id, message_id, link_id, touch_date
    HAVING sum(amount_minor) <> 0 OR sum(count_micro) <> 0
"""
# The canonical line that is hashed is the very line that is copied, with id and batch behind it.
_COPY = """
    COPY attribution_creditentry (
        line, outcome_id, rule_id, bucket, reason, outcome_date, touch_id, channel_id,
        campaign_id, send_id, message_id, link_id, touch_date, amount_minor, count_micro,
        rate, is_restatement, id, batch_id
    ) FROM STDIN WITH (FORMAT csv, DELIMITER '|', NULL '', FORCE_NOT_NULL (reason))
"""
_BLOCK = 2_000


def hold() -> None:
    """Wait until no other transaction writes the ledger, and keep others out until this ends.

    Take it before reading what is to be posted, so that nobody else's entries are missed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def post(
    *,
    outcomes: Sequence[Outcome],
    cause: str,
    now: datetime,
    rules: Sequence[CreditRule] | None = None,
) -> CreditBatch | None:
    """Post what these outcomes' division now differs from the ledger; None if in nothing.

    `rules` are all active ones unless named. Outcomes are taken as they are given: refresh
    them first, under `hold`.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing; nothing is posted.
    """
    with transaction.atomic():
        hold()
        under = list(CreditRule.objects.active()) if rules is None else rules
        entries = differences(
            wanted=lines(outcomes=outcomes, rules=under), held=held(outcomes, under)
        )
        return _write(entries, outcomes=outcomes, cause=cause, now=now)


def reverse(
    *, outcomes: Sequence[Outcome], rules: Sequence[CreditRule], cause: str, now: datetime
) -> CreditBatch | None:
    """Post entries that bring what these rules hold for these outcomes to nothing."""
    with transaction.atomic():
        hold()
        entries = differences(wanted=(), held=held(outcomes, rules))
        return _write(entries, outcomes=outcomes, cause=cause, now=now)


def held(outcomes: Sequence[Outcome], rules: Sequence[CreditRule]) -> dict[Cell, tuple[int, int]]:
    """Return what the ledger holds for outcomes under rules: amount and count per cell."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [[outcome.pk for outcome in outcomes], [rule.pk for rule in rules]])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return {_cell(row[:5], Place(*row[5:12])): (row[12], row[13]) for row in rows}


def _cell(fields: tuple[Any, ...], place: Place) -> Cell:
    outcome_id, rule_id, bucket, reason, outcome_date = fields
    return Cell(outcome_id, rule_id, bucket, reason, outcome_date, place)


def differences(*, wanted: Iterable[Line], held: dict[Cell, tuple[int, int]]) -> list[Line]:
    """Return wanted − held, cell by cell; cells that agree have no line. Empties `held`."""
    if not held:
        return list(wanted)
    entries = []
    for line in wanted:
        amount, count = held.pop(line.cell, (0, 0))
        if (amount, count) != (line.amount_minor, line.count_micro):
            entries.append(Line(line.cell, line.amount_minor - amount, line.count_micro - count))
    entries += [Line(cell, -amount, -count) for cell, (amount, count) in held.items()]
    held.clear()
    return entries


def _write(
    entries: list[Line], *, outcomes: Sequence[Outcome], cause: str, now: datetime
) -> CreditBatch | None:
    """Append the entries as a batch of their own and add them to the running sums."""
    if not entries:
        return None
    latest = CreditBatch.objects.order_by("-number").first()
    batch = CreditBatch(
        id=new_id(),
        number=latest.number + 1 if latest else 1,
        cause=cause,
        posted_at=now,
        entry_count=len(entries),
        previous_hash=latest.hash if latest else "",
    )
    rows = [canonical_line(row) for row in _rows(entries, outcomes)]
    batch.hash = digest(batch, rows)
    batch.save(force_insert=True)
    _copy(rows, batch)
    add_to_totals(batch)
    return batch


def _copy(rows: list[str], batch: CreditBatch) -> None:
    ids = new_ids(len(rows))
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for start in range(0, len(rows), _BLOCK):
            block = zip(rows[start : start + _BLOCK], ids[start : start + _BLOCK], strict=True)
            copy.write("".join(f"{row}|{id_}|{batch.pk}\n" for row, id_ in block))


def _rows(entries: list[Line], outcomes: Sequence[Outcome]) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of each entry in the order in which they are hashed."""
    rates = {
        str(outcome.pk): None if outcome.rate is None else f"{outcome.rate:.10f}"
        for outcome in outcomes
    }
    is_locked = _locked_days({entry.cell.outcome_date for entry in entries})
    for number, (cell, amount, count) in enumerate(entries, start=1):
        yield (
            number,
            *cell[:5],
            *cell.place,
            amount,
            count,
            rates[cell.outcome_id],
            is_locked[cell.outcome_date],
        )


def _locked_days(days: set[str | None]) -> dict[str | None, bool]:
    """Say of each outcome's day whether it lies in a period locked by now."""
    periods = list(Period.objects.values_list("starts_on", "ends_on"))

    def is_locked(text: str | None) -> bool:
        day = date.fromisoformat(text) if text else None
        return day is not None and any(start <= day <= end for start, end in periods)

    return {day: is_locked(day) for day in days}
