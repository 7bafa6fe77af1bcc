"""Records that could not be taken over or are incomplete, as rows that people can see.

An open problem stands once, however often a sync meets it; it is resolved by the run that
takes the record over, and gaps (deals without a value, say) by the run that finds none left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from crm_sync.models import Connection, Deal, SyncProblem, SyncRun

GAP_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A problem as a provider or an import meets it. `record` is what came, for people to read."""

    code: str
    message: str
    object_type: str = "deals"
    external_id: str = ""
    row_number: int | None = None
    record: dict[str, Any] = field(default_factory=dict)
    severity: str = SyncProblem.Severity.ERROR
    is_retryable: bool = False


def note_problems(
    *, connection: Connection, run: SyncRun, found: Sequence[FoundProblem], now: datetime
) -> int:
    """Open a problem row for each, or refresh the one that stands. Return how many came in."""
    standing = {
        _key(row): row
        for row in SyncProblem.objects.unresolved().filter(
            connection=connection, code__in={problem.code for problem in found}
        )
    }
    fresh: dict[tuple[object, ...], SyncProblem] = {}
    again: dict[tuple[object, ...], SyncProblem] = {}
    for problem in found:
        key = _key(problem)
        row = standing.get(key)
        if row is None:
            row = fresh.setdefault(key, _new_row(connection, problem, now))
        else:
            again[key] = row
        _refresh(row, run, problem, now)
    SyncProblem.objects.bulk_create(fresh.values(), batch_size=500)
    SyncProblem.objects.bulk_update(
        again.values(),
        ["run", "severity", "message", "record", "is_retryable", "latest_seen_at"],
        batch_size=500,
    )
    return len(found)


def resolve_problems(
    *, connection: Connection, object_type: str, external_ids: Iterable[str], now: datetime
) -> int:
    """Close the problems of records that have now been taken over, and return how many.

    Problems that this moment's `note_problems` found stay open: call it before.
    """
    return (
        SyncProblem.objects.unresolved()
        .filter(connection=connection, object_type=object_type, external_id__in=list(external_ids))
        .exclude(external_id="")
        .exclude(latest_seen_at=now)
        .update(resolved_at=now)
    )


def close_problems(*, ids: Iterable[UUID], now: datetime) -> int:
    """Close problems by hand, and return how many. One that a sync meets again is opened anew."""
    return SyncProblem.objects.unresolved().filter(pk__in=list(ids)).update(resolved_at=now)


def note_gaps(*, connection: Connection, run: SyncRun, now: datetime) -> list[FoundProblem]:
    """Count what the connection's deals lack, one warning per kind of gap, and return them.

    A gap that no deal has any more is resolved.
    """
    gaps = [gap for kind in _GAPS if (gap := _gap(connection, kind)) is not None]
    SyncProblem.objects.unresolved().filter(
        connection=connection, code__in=[kind.code for kind in _GAPS]
    ).exclude(code__in=[gap.code for gap in gaps]).update(resolved_at=now)
    note_problems(connection=connection, run=run, found=gaps, now=now)
    return gaps


@dataclass(frozen=True, slots=True)
class _GapKind:
    code: str
    condition: Q
    one: str
    many: str


_GAPS = (
    _GapKind(
        "no-amount",
        Q(amount_minor__isnull=True),
        "1 deal has no value. It counts as a deal but adds no money.",
        "{count:,} deals have no value. They count as deals but add no money.",
    ),
    _GapKind(
        "no-company",
        Q(company__isnull=True),
        "1 deal has no company.",
        "{count:,} deals have no company.",
    ),
    _GapKind(
        "no-created-date",
        Q(deal_created_at__isnull=True),
        "1 deal has no creation date. It appears in no period as an opportunity.",
        "{count:,} deals have no creation date. They appear in no period as opportunities.",
    ),
    _GapKind(
        "won-without-close-date",
        Q(outcome="won", closed_at__isnull=True),
        "1 won deal has no close date. It appears in no period as a win.",
        "{count:,} won deals have no close date. They appear in no period as wins.",
    ),
)


def _gap(connection: Connection, kind: _GapKind) -> FoundProblem | None:
    deals = Deal.objects.present().filter(kind.condition, connection=connection)
    count = deals.count()
    if not count:
        return None
    examples = deals.order_by("external_id").values_list("external_id", flat=True)[:GAP_EXAMPLES]
    return FoundProblem(
        code=kind.code,
        message=kind.one if count == 1 else kind.many.format(count=count),
        record={"row_count": count, "examples": list(examples)},
        severity=SyncProblem.Severity.WARNING,
    )


def _key(problem: FoundProblem | SyncProblem) -> tuple[object, ...]:
    return (problem.object_type, problem.external_id[:120], problem.row_number, problem.code)


def _new_row(connection: Connection, problem: FoundProblem, now: datetime) -> SyncProblem:
    return SyncProblem(
        connection=connection,
        object_type=problem.object_type,
        external_id=problem.external_id[:120],
        row_number=problem.row_number,
        code=problem.code,
        first_seen_at=now,
    )


def _refresh(row: SyncProblem, run: SyncRun, problem: FoundProblem, now: datetime) -> None:
    row.run = run
    row.severity = problem.severity
    row.message = problem.message.replace("\0", "")
    row.record = {name: _storable(value) for name, value in problem.record.items()}
    row.is_retryable = problem.is_retryable
    row.latest_seen_at = now


def _storable(value: Any) -> Any:
    """PostgreSQL keeps no NUL character, in text or in JSON."""
    return value.replace("\0", "") if isinstance(value, str) else value
