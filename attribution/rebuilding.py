"""Rebuild all credit from the facts, in parts that any number of workers take side by side.

A part is computed outside of the ledger's lock and posted inside. What could have made it stale
meanwhile is looked for under the lock: facts of its range that were settled (each settlement is
noted while a rebuild runs, also one that posted nothing), other rules in force, or the same part
done by somebody else. Then it is computed again, or left.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from attribution import ledger, outcomes, posting
from attribution.models import CreditBatch, CreditRule, Outcome, Rebuild, RebuildPart, Settlement
from campaigns.doorbell import REBUILD, ring_on_commit
from crm_sync.models import Deal
from tracking.models import Event

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

CHUNK = 2_000
"""Facts that one part covers; bounds a worker's memory and the time it holds the ledger."""

LEASE = timedelta(minutes=5)
"""How long a worker may take for a part before another one takes it for dead."""

_POKES = 8
_RUNNING = Rebuild.State.RUNNING
_DEAL, _EVENT = RebuildPart.Subject.DEAL, RebuildPart.Subject.EVENT

Progress = Callable[[int, int], None]
"""Told how many facts are done, of how many."""

# The first and the last id of every part, by numbering the facts in the order of their ids.
_RANGES = """
    SELECT min(id::text)::uuid, max(id::text)::uuid, count(*) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM ({facts}) AS facts(id)
    ) AS numbered
    GROUP BY part ORDER BY part
"""


class RebuildRunningError(RuntimeError):
    """A rebuild runs already."""


class RebuildEndedError(RuntimeError):
    """The rebuild is not running any more."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild looked at and posted so far. Entries by cause, facts done of all."""

    outcome_count: int
    entry_count: int
    batch_count: int
    entries_by_cause: dict[str, int]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Computed:
    prepared: posting.Prepared
    settled: int


def start_rebuild(*, now: datetime, by: "User | None" = None) -> Rebuild:
    """Split all facts into parts and poke the workers.

    Raises:
        RebuildRunningError: one runs already.
    """
    with transaction.atomic():
        ledger.hold()
        if Rebuild.objects.filter(state=_RUNNING).exists():
            raise RebuildRunningError("A rebuild is running; wait for its end or cancel it.")
        rebuild = Rebuild.objects.create(started_at=now, started_by=by)
        ranges = [(subject, *each) for subject in (_DEAL, _EVENT) for each in _ranges(subject)]
        RebuildPart.objects.bulk_create(
            RebuildPart(
                rebuild=rebuild, number=number, subject=subject,
                first_id=first, last_id=last, fact_count=count,
            )
            for number, (subject, first, last, count) in enumerate(ranges, start=1)
        )  # fmt: skip
        _end_if_done(rebuild, now)
        for _ in range(min(_POKES, len(ranges))):
            ring_on_commit(REBUILD)
    return rebuild


def cancel_rebuild(*, rebuild: Rebuild, now: datetime) -> None:
    """Let no more parts be taken up. What was posted stays: it is right as it is.

    Raises:
        RebuildEndedError: it has ended.
    """
    with transaction.atomic():
        ledger.hold()
        rebuild.refresh_from_db()
        if rebuild.state != _RUNNING:
            raise RebuildEndedError("This rebuild has ended already.")
        _end(rebuild, Rebuild.State.CANCELLED, now)


def rebuild_next_part(*, now: datetime) -> RebuildPart | None:
    """Claim a part of the running rebuild and do it; None where none is to be had.

    A part that somebody else had finished meanwhile is returned as it is.
    """
    part = _claim(now)
    if part is None:
        return None
    computed = _compute(part)
    with transaction.atomic():
        ledger.hold()
        part = RebuildPart.objects.select_related("rebuild").get(pk=part.pk)
        if part.done_at is None and part.rebuild.state == _RUNNING:
            _post(part, computed, now)
            _end_if_done(part.rebuild, now)
    return part


def rebuild_credit(*, clock: Callable[[], datetime], progress: Progress | None = None) -> Rebuilt:
    """Start a rebuild, or join the one that runs, and work on it until no part is to be had.

    Interrupted, it has done what it has done, and whoever runs it again continues. Where
    nothing is wrong it posts nothing. Others may still have parts in hand when this returns.
    """
    return take_parts(join_rebuild(now=clock()), clock=clock, progress=progress)


def join_rebuild(*, now: datetime) -> Rebuild:
    """Return the rebuild that runs, started if none does."""
    with transaction.atomic():
        ledger.hold()
        return running_rebuild() or start_rebuild(now=now)


def take_parts(
    rebuild: Rebuild, *, clock: Callable[[], datetime], progress: Progress | None = None
) -> Rebuilt:
    """Do parts of the rebuild until none is to be had."""
    while rebuild_next_part(now=clock()):
        if progress:
            reached = rebuilt_so_far(rebuild)
            progress(reached.done, reached.total)
    return rebuilt_so_far(rebuild)


def running_rebuild() -> Rebuild | None:
    """Return the rebuild that runs."""
    return Rebuild.objects.filter(state=_RUNNING).first()


def rebuilt_so_far(rebuild: Rebuild) -> Rebuilt:
    """Return what a rebuild looked at and posted so far. One query."""
    by_cause: dict[str, int] = {}
    outcome_count = batch_count = done = total = 0
    for part in rebuild.parts.all():
        total += part.fact_count
        done += part.fact_count if part.done_at else 0
        outcome_count += part.outcome_count
        batch_count += part.batch_count
        for cause, count in part.entries_by_cause.items():
            by_cause[cause] = by_cause.get(cause, 0) + count
    return Rebuilt(
        outcome_count=outcome_count,
        entry_count=sum(by_cause.values()),
        batch_count=batch_count,
        entries_by_cause=by_cause,
        done=done,
        total=total,
    )


def note_settled(*, deals: Iterable[UUID], events: Iterable[UUID]) -> None:
    """Tell the workers of a running rebuild that these facts were settled. Call under the lock."""
    if not Rebuild.objects.filter(state=_RUNNING).exists():
        return
    Settlement.objects.create(number=_settled() + 1, deals=list(deals), events=list(events))


def _settled() -> int:
    latest: int | None = Settlement.objects.aggregate(latest=Max("number"))["latest"]
    return latest or 0


def _ranges(subject: str) -> Iterator[tuple[UUID, UUID, int]]:
    facts, parameters = _facts(subject).values("pk").order_by().query.sql_with_params()
    query = _RANGES.format(facts=facts)
    with connection.cursor() as cursor:
        cursor.execute(query, [CHUNK, *parameters])
        yield from cursor.fetchall()


def _facts(subject: str) -> QuerySet[Deal] | QuerySet[Event]:
    """Return all deals, or the events that are or once were a goal."""
    if subject == _DEAL:
        return Deal.objects.all()
    was_lead = Q(pk__in=Outcome.objects.filter(event__isnull=False).values("event"))
    return Event.objects.filter(Q(goal__isnull=False) | was_lead)


def _claim(now: datetime) -> RebuildPart | None:
    with transaction.atomic():
        part = (
            RebuildPart.objects.filter(rebuild__state=_RUNNING, done_at__isnull=True)
            .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("number")
            .first()
        )
        if part is not None:
            part.leased_until = now + LEASE
            part.save(update_fields=["leased_until"])
        return part


def _compute(part: RebuildPart) -> _Computed:
    """Divide a part's outcomes. The settlements are read first, so that none is missed."""
    settled = _settled()
    facts = _facts(part.subject).filter(pk__range=(part.first_id, part.last_id))
    ids = list(facts.order_by("pk").values_list("pk", flat=True))
    is_deals = part.subject == _DEAL
    derive = outcomes.derive_from_deals if is_deals else outcomes.derive_from_events
    return _Computed(prepared=posting.prepare(derive(ids)), settled=settled)


def _is_stale(part: RebuildPart, computed: _Computed) -> bool:
    rules = CreditRule.objects.active().values_list("pk", flat=True)
    if set(rules) != {rule.pk for rule in computed.prepared.rules}:
        return True
    column = "deals" if part.subject == _DEAL else "events"
    query = f"""
        SELECT EXISTS (SELECT FROM attribution_settlement, unnest({column}) AS fact
                       WHERE number > %s AND fact BETWEEN %s AND %s)
    """  # noqa: S608 - one of two names
    with connection.cursor() as cursor:
        cursor.execute(query, [computed.settled, part.first_id, part.last_id])
        return bool(cursor.fetchone()[0])


def _post(part: RebuildPart, computed: _Computed, now: datetime) -> None:
    part.is_repeated = _is_stale(part, computed)
    if part.is_repeated:
        computed = _compute(part)
    posted = posting.post(
        computed.prepared, cause_of=lambda _: CreditBatch.Cause.REBUILD.value, now=now
    )
    part.done_at = now
    part.outcome_count = len(computed.prepared.derived.all)
    part.batch_count = len(posted)
    part.entries_by_cause = dict(posted)
    part.save()


def _end_if_done(rebuild: Rebuild, now: datetime) -> None:
    if not rebuild.parts.filter(done_at__isnull=True).exists():
        _end(rebuild, Rebuild.State.DONE, now)


def _end(rebuild: Rebuild, state: str, now: datetime) -> None:
    rebuild.state = state
    rebuild.ended_at = now
    rebuild.save(update_fields=["state", "ended_at"])
    Settlement.objects.all().delete()
