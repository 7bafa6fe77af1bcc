"""Record what platforms charged: every row of a batch, or with errors none."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from campaigns.import_rows import BatchResult, RawRow, RowResult, compared, read_batch
from campaigns.models import Spend
from campaigns.money import Money
from campaigns.rate_card import lock_spend, replace_rate_card
from campaigns.spend_rows import load_names, read_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_VALUES = (
    "channel_id", "campaign_id", "send_id", "kind", "amount_minor", "currency", "description",
)  # fmt: skip
_BATCH = 1000
Key = tuple[str, str, date]


@transaction.atomic
def record_spend(
    *, rows: Sequence[RawRow], now: datetime, by: "User | None" = None, dry_run: bool = False
) -> BatchResult:
    """Insert or update spend by (platform, external id, date); a row names its fields in text.

    Sending the same rows again changes nothing. One wrong row and nothing is stored: the
    result then says what is wrong in each row. A dry run answers the same and stores nothing.
    An invoice takes the place of what the rate card said of its send.
    """
    lock_spend()
    read = _read_all(rows)
    stored = _stored([result.stored for result in read if result.stored])
    result = BatchResult(tuple(_outcome(row, stored) for row in read))
    if result.is_stored and not dry_run:
        _write(result.rows, stored, by, now)
        replace_rate_card([row.stored for row in result.rows], by=by)
    return result


def _read_all(rows: Sequence[RawRow]) -> list[RowResult]:
    names = load_names(rows)
    return read_batch(
        rows,
        read=lambda row: read_row(row, names),
        key=_key,
        key_names="platform, external_id and date",
        titled=("date", "external_id"),
    )


def _key(spend: Spend) -> Key:
    return spend.platform, spend.external_id, spend.date


def _stored(spends: Sequence[Spend]) -> dict[Key, Spend]:
    """Return what is stored under the rows' keys, in batches small enough for one query."""
    found: dict[Key, Spend] = {}
    wanted = {_key(spend) for spend in spends}
    for start in range(0, len(spends), _BATCH):
        part = spends[start : start + _BATCH]
        rows = Spend.objects.filter(
            platform__in={spend.platform for spend in part},
            external_id__in={spend.external_id for spend in part},
            date__in={spend.date for spend in part},
        ).select_related("channel", "campaign", "send")
        found |= {_key(row): row for row in rows if _key(row) in wanted}
    return found


def _outcome(row: RowResult, stored: dict[Key, Spend]) -> RowResult:
    """Return the row's result, seen beside what is stored under its key."""
    old = stored.get(_key(row.stored)) if row.stored else None
    if old is None:
        return row
    return compared(row, _shown(old), _shown(row.stored))


def _shown(spend: Spend) -> dict[str, str]:
    """Return what an import may change, as text: equal texts mean equal values."""
    return {
        "amount": str(Money(spend.amount_minor, spend.currency)),
        "kind": spend.get_kind_display(),
        "channel": str(spend.channel),
        "campaign": str(spend.campaign or ""),
        "send": spend.send.utm_campaign if spend.send else "",
        "description": spend.description,
    }


def _write(
    rows: Sequence[RowResult], stored: dict[Key, Spend], by: "User | None", now: datetime
) -> None:
    new = [row.stored for row in rows if row.status == "created"]
    changed = []
    for row in rows:
        if row.status == "updated":
            old = stored[_key(row.stored)]
            for name in _VALUES:
                setattr(old, name, getattr(row.stored, name))
            old.updated_at = now
            changed.append(old)
    options = {"default_user": by, "default_date": now, "batch_size": _BATCH}
    bulk_create_with_history(new, Spend, **options)
    fields = [name.removesuffix("_id") for name in _VALUES]
    bulk_update_with_history(changed, Spend, [*fields, "updated_at"], **options)
