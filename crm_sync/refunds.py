"""Record what was taken back from won deals: every row of a batch, or with errors none.

A refund that is corrected in what credit depends on is kept as a tombstone beside its new row,
so that a report of a past moment still finds what was known then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.import_rows import BatchResult, RawRow, RowResult, compared, read_batch
from campaigns.money import Money
from crm_sync.models import Connection, DealRefund
from crm_sync.refund_rows import load_known, read_row
from tracking.changes import note_changes
from tracking.models import PendingChange

MOST_ROWS = 10_000
_BATCH = 1000
_Key = tuple[UUID, str]


class RefundAlreadyRemovedError(ValueError):
    """The refund was taken back or replaced before."""


@transaction.atomic
def record_refunds(
    *, rows: Sequence[RawRow], origin: str, now: datetime, dry_run: bool = False
) -> BatchResult:
    """Insert or correct refunds by (connection, external id); a row names its fields in text.

    Sending the same rows again changes nothing. One wrong row and nothing is stored: the
    result then says what is wrong in each row. A dry run answers the same and stores nothing.
    Refunds of more than the deal was won for are stored and become a finding.
    """
    read = _read_all(rows)
    _lock_connections(row.stored.connection_id for row in read if row.stored)
    standing = _standing([row.stored for row in read if row.stored])
    result = BatchResult(tuple(_outcome(row, standing) for row in read))
    if result.is_stored and not dry_run:
        _write(result.rows, standing, origin, now)
    return result


@transaction.atomic
def remove_refund(*, refund: DealRefund, now: datetime) -> None:
    """Take a refund back: the revenue returns to whoever had earned it.

    Raises:
        RefundAlreadyRemovedError: it was taken back or replaced before.
    """
    removed = DealRefund.objects.standing().filter(pk=refund.pk).update(removed_at=now)
    if not removed:
        raise RefundAlreadyRemovedError("This refund was taken back or corrected before.")
    refund.removed_at = now
    _note({refund.deal_id}, now)


def _read_all(rows: Sequence[RawRow]) -> list[RowResult]:
    known = load_known(rows)
    return read_batch(
        rows,
        read=lambda row: read_row(row, known),
        key=_key,
        key_names="external_id",
        titled=("deal", "external_id"),
    )


def _key(refund: DealRefund) -> _Key:
    return refund.connection_id, refund.external_id


def _lock_connections(ids: Iterable[UUID]) -> None:
    """Let two batches about one connection wait for each other. Always in the order of ids."""
    wanted = Connection.objects.filter(pk__in=set(ids)).order_by("pk")
    list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))


def _standing(refunds: Sequence[DealRefund]) -> dict[_Key, DealRefund]:
    """Return what stands under the rows' keys, in batches small enough for one query."""
    found: dict[_Key, DealRefund] = {}
    wanted = {_key(refund) for refund in refunds}
    for start in range(0, len(refunds), _BATCH):
        part = refunds[start : start + _BATCH]
        stored = DealRefund.objects.standing().filter(
            connection__in={refund.connection_id for refund in part},
            external_id__in={refund.external_id for refund in part},
        )
        related = stored.select_related("deal")
        found |= {_key(refund): refund for refund in related if _key(refund) in wanted}
    return found


def _outcome(row: RowResult, standing: dict[_Key, DealRefund]) -> RowResult:
    """Return the row's result, seen beside what stands under its key."""
    old = standing.get(_key(row.stored)) if row.stored else None
    if old is None:
        return row
    return compared(row, _shown(old), _shown(row.stored))


def _shown(refund: DealRefund) -> dict[str, str]:
    """Return what an import may change, as text: equal texts mean equal values."""
    return {
        "deal": f"{refund.deal} ({refund.deal.external_id})",
        "amount": str(Money(refund.amount_minor, refund.currency)),
        "refunded_at": refund.refunded_at.isoformat(timespec="microseconds"),
        "reason": refund.get_reason_display(),
    }


def _write(
    rows: Sequence[RowResult], standing: dict[_Key, DealRefund], origin: str, now: datetime
) -> None:
    moved: set[UUID] = set()
    new: list[DealRefund] = []
    reworded: list[DealRefund] = []
    gone: list[UUID] = []
    for row in rows:
        if row.status == "unchanged":
            continue
        old = standing.get(_key(row.stored))
        if old is not None and [change.field for change in row.changes] == ["reason"]:
            old.reason = row.stored.reason
            reworded.append(old)
            continue
        if old is not None:
            gone.append(old.pk)
            moved.add(old.deal_id)
        row.stored.origin, row.stored.recorded_at = origin, now
        new.append(row.stored)
        moved.add(row.stored.deal_id)
    DealRefund.objects.filter(pk__in=gone).update(removed_at=now)
    DealRefund.objects.bulk_create(new, batch_size=_BATCH)
    DealRefund.objects.bulk_update(reworded, ["reason"], batch_size=_BATCH)
    _note(moved, now)


def _note(deals: set[UUID], now: datetime) -> None:
    note_changes(subject=PendingChange.Subject.DEAL, ids=sorted(deals), cause="refund", now=now)
