"""Record what platforms charged: every row of a batch, or with errors none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from campaigns.models import Spend
from campaigns.spend_rows import RawRow, RowError, load_names, read_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_VALUES = (
    "channel_id", "campaign_id", "send_id", "kind", "amount_minor", "currency", "description",
)  # fmt: skip
_BATCH = 1000
Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: `created`, `updated`, `unchanged` or `rejected`. Counted from 1."""

    number: int
    status: str
    errors: tuple[RowError, ...] = ()
    spend: Spend | None = None


@dataclass(frozen=True, slots=True)
class SpendResult:
    """What became of a batch. With a rejected row nothing of it was stored."""

    rows: tuple[RowResult, ...]

    @property
    def is_stored(self) -> bool:
        """Say whether the batch was stored, which it is as a whole or not at all."""
        return not self.count("rejected")

    def count(self, status: str) -> int:
        """Return how many rows have a status."""
        return sum(row.status == status for row in self.rows)


@transaction.atomic
def record_spend(*, rows: Sequence[RawRow], now: datetime, by: "User | None" = None) -> SpendResult:
    """Insert or update spend by (platform, external id, date); a row names its fields in text.

    Sending the same rows again changes nothing. One wrong row and nothing is stored: the
    result then says what is wrong in each row.
    """
    with connection.cursor() as cursor:
        # One batch at a time: two that insert the same day would fail on its key.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('campaigns_spend'))")
    results = _read_all(rows)
    spends = [result.spend for result in results if result.spend is not None]
    if len(spends) < len(results):
        return SpendResult(
            tuple(
                RowResult(result.number, result.status if result.errors else "valid", result.errors)
                for result in results
            )
        )
    stored = _stored(spends)
    outcomes = tuple(
        RowResult(result.number, _outcome(result.spend, stored), (), result.spend)
        for result in results
        if result.spend is not None
    )
    _write(outcomes, stored, by, now)
    return SpendResult(outcomes)


def _read_all(rows: Sequence[RawRow]) -> list[RowResult]:
    names = load_names(rows)
    seen: dict[Key, int] = {}
    results = []
    for number, row in enumerate(rows, start=1):
        spend, errors = read_row(row, names)
        if spend is not None:
            first = seen.setdefault(_key(spend), number)
            if first != number:
                message = f"Row {first} has the same platform, external_id and date."
                spend, errors = None, [RowError("external_id", "repeated", message)]
        status = "rejected" if errors else "valid"
        results.append(RowResult(number, status, tuple(errors), spend))
    return results


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
        )
        found |= {_key(row): row for row in rows if _key(row) in wanted}
    return found


def _outcome(spend: Spend | None, stored: dict[Key, Spend]) -> str:
    old = stored.get(_key(spend)) if spend else None
    if old is None:
        return "created"
    same = all(getattr(old, name) == getattr(spend, name) for name in _VALUES)
    return "unchanged" if same else "updated"


def _write(
    outcomes: Sequence[RowResult], stored: dict[Key, Spend], by: "User | None", now: datetime
) -> None:
    new = [row.spend for row in outcomes if row.spend and row.status == "created"]
    changed = []
    for row in outcomes:
        if row.spend and row.status == "updated":
            old = stored[_key(row.spend)]
            for name in _VALUES:
                setattr(old, name, getattr(row.spend, name))
            old.updated_at = now
            changed.append(old)
    options = {"default_user": by, "default_date": now, "batch_size": _BATCH}
    bulk_create_with_history(new, Spend, **options)
    fields = [name.removesuffix("_id") for name in _VALUES]
    bulk_update_with_history(changed, Spend, [*fields, "updated_at"], **options)
