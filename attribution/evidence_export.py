"""What an evidence bundle holds, read in one snapshot and written as a stream.

Facts go out in parts of a bounded number of outcomes, entries straight from PostgreSQL's COPY, so
memory does not grow with the ledger. Nothing personal is read: people are ids.
"""

import json
import tomllib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from attribution.affected import Affected, all_waiting
from attribution.evidence_format import (
    ANCHORS,
    BATCHES,
    COLUMNS,
    ENTRIES,
    FORMAT,
    FORMAT_VERSION,
    OUTCOMES,
    PEOPLE,
    PERIODS,
    RATES,
    RULES,
    STATEMENTS,
    TOUCHES,
    BundleWriter,
    csv_blocks,
    part_path,
)
from attribution.evidence_parts import OutcomeRow, anchor_rows, people_rows, touch_rows
from attribution.facts import id_of
from attribution.models import CreditBatch, CreditEntry, CreditRule, Outcome, Period
from attribution.snapshots import snapshot
from attribution.touches import gather, microseconds
from campaigns.models import ExchangeRate
from crm_sync.models import Deal
from tracking.models import Touchpoint

PART: Final = 2_000
"""Outcomes in one part of the facts."""

Progress = Callable[[int, int], None]
"""Told how many outcomes and entries are written, of how many."""

_BLOCK: Final = 1 << 16
_A_DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT: Final = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_ENTRIES: Final = """
    SELECT b.number, e.line, e.id, e.outcome_id, e.rule_id, e.bucket, e.reason, e.outcome_date,
           e.touch_id, e.channel_id, e.campaign_id, e.send_id, e.message_id, e.link_id,
           e.touch_date, e.amount_minor, e.count_micro, e.rate, e.is_restatement::int
    FROM attribution_creditentry e JOIN attribution_creditbatch b ON b.id = e.batch_id
    {where} ORDER BY b.number, e.line
"""
_BATCHES: Final = f"""
    SELECT number, id, cause, {_MOMENT.format("posted_at")}, entry_count, previous_hash, hash
    FROM attribution_creditbatch ORDER BY number
"""  # noqa: S608 - constants
_STATEMENTS: Final = """
    SELECT e.rule_id, o.kind, e.bucket, e.reason, sum(e.amount_minor), sum(e.count_micro)
    FROM attribution_creditentry e JOIN attribution_outcome o ON o.id = e.outcome_id
    WHERE {where} GROUP BY 1, 2, 3, 4
    HAVING sum(e.amount_minor) <> 0 OR sum(e.count_micro) <> 0 ORDER BY 1, 2, 3, 4
"""


class UnknownScopeError(ValueError):
    """Nothing is called by the name that the bundle should be limited to."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a bundle is limited to: outcomes of some days, one deal's, one rule (its slug)."""

    starts_on: date | None = None
    ends_on: date | None = None
    rule: str = ""
    deal_id: UUID | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the bundle holds the whole ledger."""
        return not (self.starts_on or self.ends_on or self.rule or self.deal_id)

    def check(self) -> None:
        """See that what is named exists. At most two queries.

        Raises:
            UnknownScopeError: no such rule or deal, or the days end before they start.
        """
        if self.rule and not CreditRule.objects.filter(slug=self.rule).exists():
            raise UnknownScopeError(f"No credit rule is called “{self.rule}”.")
        if self.deal_id and not Deal.objects.filter(pk=self.deal_id).exists():
            raise UnknownScopeError(f"There is no deal {self.deal_id}.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise UnknownScopeError(
                f"The days would end ({self.ends_on}) before they start ({self.starts_on})."
            )

    def as_json(self) -> dict[str, object]:
        """Return it as the manifest says it."""
        return {
            "is_whole": self.is_whole,
            "from": self.starts_on and self.starts_on.isoformat(),
            "to": self.ends_on and self.ends_on.isoformat(),
            "rule": self.rule or None,
            "deal": self.deal_id and str(self.deal_id),
        }


def evidence_bundle(
    scope: Scope, *, progress: Progress | None = None
) -> Generator[bytes, None, str]:
    """Yield a bundle's bytes, all read as of one moment, and return its seal.

    The same state gives the same bytes. Whoever takes them keeps a transaction open until the
    last one.

    Raises:
        UnknownScopeError: nothing is called as the scope says.
    """
    scope.check()
    with snapshot():
        return (yield from _Export(scope, progress).blocks())


def entry_count(scope: Scope) -> int:
    """Return how many entries a bundle will hold. One query."""
    return _Export(scope, None).entries().count()


class _Export:
    """One bundle on its way."""

    def __init__(self, scope: Scope, progress: Progress | None) -> None:
        self.scope = scope
        self._progress = progress
        self._done = self._total = 0
        self._writer = BundleWriter()
        rules = CreditRule.objects.order_by("pk")
        self._rules = rules.filter(slug=scope.rule) if scope.rule else rules

    def blocks(self) -> Generator[bytes, None, str]:
        self._total = self.outcomes().count() + self.entries().count()
        waiting = all_waiting()
        write = self._writer.write
        yield from write(RULES, csv_blocks(RULES, map(_rule_row, self._rules)))
        yield from write(RATES, csv_blocks(RATES, _rate_rows()))
        yield from write(PERIODS, csv_blocks(PERIODS, map(_period_row, _periods())))
        for number, chunk in enumerate(self._chunks(), start=1):
            yield from self._part(number, chunk, waiting)
        yield from write(BATCHES, _copied(BATCHES, _BATCHES))
        yield from write(ENTRIES, self._told(_copied(ENTRIES, self._entries_sql())))
        yield from write(STATEMENTS, _copied(STATEMENTS, self._statements_sql()))
        return (yield from self._writer.finish(self._manifest()))

    def outcomes(self) -> QuerySet[Outcome]:
        """Return the outcomes of the scope, by id."""
        found = Outcome.objects.order_by("pk")
        if self.scope.deal_id:
            found = found.filter(deal_id=self.scope.deal_id)
        if self.scope.starts_on:
            found = found.filter(occurred_at__gte=_midnight(self.scope.starts_on))
        if self.scope.ends_on:
            found = found.filter(occurred_at__lt=_midnight(self.scope.ends_on + _A_DAY))
        return found

    def entries(self) -> QuerySet[CreditEntry]:
        """Return all entries of every batch that says something about the scope.

        Whole batches, because only a whole batch's hash can be computed again.
        """
        every = CreditEntry.objects.order_by()
        return every if self.scope.is_whole else every.filter(batch__in=self._own("batch"))

    def _own(self, field: str) -> QuerySet[Any]:
        own: QuerySet[Any] = CreditEntry.objects.order_by().filter(
            outcome__in=self.outcomes().order_by().values("pk")
        )
        return own.filter(rule__in=self._rules.order_by()).values(field)

    def _entries_sql(self) -> str:
        if self.scope.is_whole:
            return _ENTRIES.format(where="")
        return _ENTRIES.format(where=f"WHERE e.batch_id IN ({_sql(self._own('batch'))})")

    def _statements_sql(self) -> str:
        return _STATEMENTS.format(where=f"e.id IN ({_sql(self._own('pk'))})")

    def _chunks(self) -> Iterator[list[Outcome]]:
        latest: UUID | None = None
        while True:
            rest = self.outcomes() if latest is None else self.outcomes().filter(pk__gt=latest)
            chunk = list(rest[:PART])
            if not chunk:
                return
            yield chunk
            latest = chunk[-1].pk

    def _part(self, number: int, found: list[Outcome], waiting: Affected) -> Iterator[bytes]:
        modes = {rule.contact_mode for rule in self._rules if rule.retired_at is None}
        facts, ids = gather(found, modes), [outcome.pk for outcome in found]
        excluded = [
            id_of(facts.places[row]["touch_id"]) for row in facts.touches.is_excluded.nonzero()[0]
        ]
        exclusions: Mapping[UUID, str] = dict(
            Touchpoint.objects.filter(pk__in=excluded).values_list("pk", "exclusion")
        )
        tables: dict[str, Iterator[Sequence[object]]] = {
            OUTCOMES: (_outcome_row(outcome, waiting).as_text() for outcome in found),
            PEOPLE: iter(people_rows(facts, ids)),
            ANCHORS: anchor_rows(facts, ids),
            TOUCHES: touch_rows(facts, exclusions),
        }
        for table, rows in tables.items():
            yield from self._writer.write(part_path(number, table), csv_blocks(table, rows))
        self._tell(len(found))

    def _told(self, blocks: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
        for block, count in blocks:
            yield block, count
            self._tell(count)

    def _tell(self, done: int) -> None:
        self._done += done
        if self._progress:
            self._progress(self._done, self._total)

    def _manifest(self) -> dict[str, Any]:
        latest = CreditBatch.objects.order_by("-number").first()
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "application": {"name": "Textrail", "version": _version()},
            "reporting_currency": settings.REPORTING_CURRENCY,
            "time_zone": settings.TIME_ZONE,
            "personal_data": "none: people, touches and everything else are ids; no name, no "
            "address, no number, no page",
            "scope": self.scope.as_json(),
            "snapshot": {
                "isolation": "one repeatable-read snapshot; nothing in it was written later than",
                "state_at": _state_at().isoformat(timespec="microseconds"),
                "batch": latest.number if latest else 0,
                "hash": latest.hash if latest else "",
            },
            "files": dict(sorted(self._writer.files.items())),
        }


def _version() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def _state_at() -> datetime:
    """Return the latest moment at which anything in a bundle was written.

    Not the clock's: the same state shall give the same bytes.
    """
    moments: list[datetime | None] = [
        CreditBatch.objects.aggregate(at=Max("posted_at"))["at"],
        Outcome.objects.aggregate(at=Max("updated_at"))["at"],
        CreditRule.objects.aggregate(at=Max(Greatest("created_at", "retired_at")))["at"],
        Period.objects.aggregate(at=Max("locked_at"))["at"],
    ]
    return max((moment for moment in moments if moment is not None), default=_EPOCH)


def _midnight(day: date) -> datetime:
    """Return when a day begins for the organisation."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def _sql(rows: QuerySet[Any]) -> str:
    """Return a query as text, with its values put in by the client."""
    text, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        return str(cursor.mogrify(text, parameters))


def _copied(table: str, query: str) -> Iterator[tuple[bytes, int]]:
    """Yield a query as CSV straight from the server, in blocks with their numbers of rows."""
    parts, size, count = [(",".join(COLUMNS[table]) + "\n").encode()], 0, 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy,
    ):
        for row in copy:
            parts.append(bytes(row))
            size += len(row)
            count += 1
            if size > _BLOCK:
                yield b"".join(parts), count
                parts, size, count = [], 0, 0
    yield b"".join(parts), count


def _outcome_row(outcome: Outcome, waiting: Affected) -> OutcomeRow:
    moment = outcome.occurred_at
    zone = timezone.get_default_timezone()
    return OutcomeRow(
        id=outcome.pk,
        kind=outcome.kind,
        deal_id=outcome.deal_id,
        refund_id=outcome.refund_id,
        event_id=outcome.event_id,
        person_id=outcome.person_id,
        occurred_at=None if moment is None else microseconds(moment),
        day=None if moment is None else timezone.localdate(moment, zone),
        source_amount_minor=outcome.source_amount_minor,
        source_currency=outcome.source_currency,
        rate=outcome.rate,
        amount_minor=outcome.amount_minor,
        exclusion=outcome.exclusion,
        is_waiting=outcome.deal_id in waiting.deals or outcome.event_id in waiting.events,
    )


def _rule_row(rule: CreditRule) -> tuple[object, ...]:
    return (
        rule.pk,
        rule.slug,
        rule.version,
        rule.name,
        rule.kind,
        json.dumps(rule.parameters, sort_keys=True, ensure_ascii=False),
        "" if rule.lookback_days is None else rule.lookback_days,
        rule.contact_mode,
        _moment(rule.created_at),
        "" if rule.retired_at is None else _moment(rule.retired_at),
    )


def _rate_rows() -> Iterator[tuple[object, ...]]:
    rates = ExchangeRate.objects.order_by("currency", "date")
    for currency, day, rate in rates.values_list("currency", "date", "rate").iterator():
        yield currency, day, f"{rate:.10f}"


def _periods() -> QuerySet[Period]:
    return Period.objects.order_by("starts_on")


def _period_row(period: Period) -> tuple[object, ...]:
    return period.pk, period.starts_on, period.ends_on, _moment(period.locked_at)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
