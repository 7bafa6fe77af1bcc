"""How an outcome's credit came to be: the postings about it, each with its before and after."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from attribution.models import Bucket, CreditBatch, CreditEntry


@dataclass(frozen=True, slots=True)
class Change:
    """What a bucket held before and after a posting, in minor units."""

    bucket: str
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One batch's part about one outcome under one rule, whatever its version.

    `changes` are the buckets that moved; `moved_minor` went to touches that hold more than
    before, which a changed sum does not tell.
    """

    batch_id: UUID
    number: int
    cause: str
    posted_at: datetime
    entry_count: int
    changes: tuple[Change, ...]
    moved_minor: int
    is_restatement: bool

    @property
    def cause_in_words(self) -> str:
        """Return the cause as people read it."""
        return str(CreditBatch.Cause(self.cause).label)


def entries_until(*, rule_slug: str, as_of: datetime | None) -> QuerySet[CreditEntry]:
    """Return a rule's entries, of all its versions, posted by a moment; None: by now."""
    entries = CreditEntry.objects.filter(rule__slug=rule_slug).order_by()
    return entries if as_of is None else entries.filter(batch__posted_at__lte=as_of)


def history_of(
    outcome_ids: Iterable[UUID], *, rule_slug: str, as_of: datetime | None = None
) -> dict[UUID, list[Posting]]:
    """Return the postings about each outcome, earliest first. One query."""
    rows = (
        entries_until(rule_slug=rule_slug, as_of=as_of)
        .filter(outcome__in=list(outcome_ids))
        .values(
            "outcome_id", "batch_id", "batch__number", "batch__cause", "batch__posted_at", "bucket"
        )
        .annotate(
            entries=Count("pk"),
            amount=Sum("amount_minor"),
            gained=Coalesce(Sum("amount_minor", filter=Q(amount_minor__gt=0)), 0),
            restated=Count("pk", filter=Q(is_restatement=True)),
        )
        .order_by("batch__number", "bucket")
    )
    found: dict[UUID, list[Posting]] = defaultdict(list)
    held: dict[tuple[UUID, str], int] = defaultdict(int)
    parts: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        parts[row["outcome_id"], row["batch_id"]].append(row)
    for (outcome_id, _), of_batch in parts.items():
        found[outcome_id].append(_posting(outcome_id, of_batch, held))
    return dict(found)


def _posting(
    outcome_id: UUID, rows: list[dict[str, Any]], held: dict[tuple[UUID, str], int]
) -> Posting:
    changes = []
    for row in rows:
        before = held[outcome_id, row["bucket"]]
        held[outcome_id, row["bucket"]] = after = before + row["amount"]
        if after != before:
            changes.append(Change(row["bucket"], before, after))
    first = rows[0]
    return Posting(
        batch_id=first["batch_id"],
        number=first["batch__number"],
        cause=first["batch__cause"],
        posted_at=first["batch__posted_at"],
        entry_count=sum(row["entries"] for row in rows),
        changes=tuple(changes),
        moved_minor=sum(row["gained"] for row in rows if row["bucket"] == Bucket.ATTRIBUTED),
        is_restatement=any(row["restated"] for row in rows),
    )
