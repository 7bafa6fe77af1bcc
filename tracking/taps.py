"""Reads the click journals into clicks and touches, each tap exactly once.

The offset in a file moves in the transaction that writes its rows, so after a crash the same
lines are read again or never; the click's id is the second lock. Several consumers may share a
folder: a file that one is reading is left alone by the others.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from tracking import pipeline
from tracking.journal import Batch, JournalReader, readers
from tracking.journal_lines import LossRecord, MalformedLineError, TapRecord, parse_line
from tracking.models import JournalCursor
from tracking.orphans import add_orphans
from tracking.pipeline import Tap
from tracking.regrading import lower_to_burst
from tracking.tap_facts import load_surroundings
from tracking.tap_limits import settle_limits
from tracking.tap_rows import insert_clicks
from tracking.tap_totals import add_taps
from tracking.tap_touches import make_tap_touches
from tracking.tap_webhooks import announce_taps

BATCH = 5000
KEEP_CURSORS = timedelta(days=30)

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ReadResult:
    """What reading brought. `lost_count`: taps that a full disk kept out of the journal."""

    click_count: int = 0
    touch_count: int = 0
    duplicate_count: int = 0
    rejected_count: int = 0
    lost_count: int = 0
    files_removed: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    graded: Counter[str] = field(default_factory=Counter)

    def add(self, other: "ReadResult") -> None:
        """Add another result to this one."""
        self.click_count += other.click_count
        self.touch_count += other.touch_count
        self.duplicate_count += other.duplicate_count
        self.rejected_count += other.rejected_count
        self.lost_count += other.lost_count
        self.files_removed += other.files_removed
        self.dropped += other.dropped
        self.graded += other.graded


def read_journals(
    *,
    folder: Path,
    now: datetime,
    batch: int = BATCH,
    progress: Callable[[int], object] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ReadResult:
    """Read every journal in the folder to its present end; remove what is done.

    `progress` is told the bytes read after each batch. Between two batches `should_stop` is asked.
    """
    result = ReadResult()
    found = readers(folder)
    positions = _positions(found)
    for reader in found:
        position = positions.get(reader.name, 0)
        while not should_stop():
            moved_to = _read_batch(reader, position, now=now, batch=batch, result=result)
            if moved_to is None:
                break
            if progress is not None:
                progress(moved_to - position)
            position = moved_to
        if reader.remove_if_done(position=position):
            JournalCursor.objects.filter(file=reader.name).delete()
            result.files_removed += 1
    return result


def unread_bytes(*, folder: Path) -> int:
    """Return how many bytes of the folder's journals are not in PostgreSQL yet."""
    found = readers(folder)
    positions = _positions(found)
    return sum(reader.size() - positions.get(reader.name, 0) for reader in found)


def forget_old_cursors(*, now: datetime) -> int:
    """Delete the cursors of files that were removed long ago; return how many."""
    return JournalCursor.objects.filter(read_at__lt=now - KEEP_CURSORS).delete()[0]


def _positions(found: Iterable[JournalReader]) -> dict[str, int]:
    names = [reader.name for reader in found]
    return dict(JournalCursor.objects.filter(file__in=names).values_list("file", "position"))


def _read_batch(
    reader: JournalReader, position: int, *, now: datetime, batch: int, result: ReadResult
) -> int | None:
    """Take one batch into PostgreSQL; None if nothing is there or another consumer has the file."""
    if reader.size() <= position:
        return None
    with transaction.atomic():
        cursor = _lock_cursor(reader.name, now=now)
        if cursor is None:
            return None
        try:
            lines = reader.read(position=cursor.position, limit=batch)
        except FileNotFoundError:
            return None
        if lines.position == cursor.position:
            return None
        taken = _take_lines(lines, now=now)
        cursor.position = lines.position
        cursor.rejected_count += taken.rejected_count
        cursor.read_at = now
        cursor.save(update_fields=["position", "rejected_count", "read_at"])
    result.add(taken)
    return lines.position


def _lock_cursor(name: str, *, now: datetime) -> JournalCursor | None:
    JournalCursor.objects.bulk_create(
        [JournalCursor(file=name, read_at=now)], ignore_conflicts=True
    )
    return JournalCursor.objects.select_for_update(skip_locked=True).filter(file=name).first()


def _take_lines(lines: Batch, *, now: datetime) -> ReadResult:
    result = ReadResult(rejected_count=lines.torn_count)
    records: dict[UUID, TapRecord] = {}
    for line in lines.lines:
        try:
            record = parse_line(line)
        except MalformedLineError as error:
            result.rejected_count += 1
            _logger.warning("A journal line was skipped: %s", error)
            continue
        if isinstance(record, LossRecord):
            result.lost_count += record.lost_count
            _logger.error("%d taps were answered but not recorded", record.lost_count)
        elif record.click_id in records:
            result.duplicate_count += 1
        else:
            records[record.click_id] = record
    if records:
        result.add(take_taps(list(records.values()), now=now))
    return result


def take_taps(records: Sequence[TapRecord], *, now: datetime) -> ReadResult:
    """Write taps as clicks and touches. Call inside the transaction that moves the cursor."""
    taps = [Tap(record) for record in records]
    around = load_surroundings(taps)
    outcome = pipeline.run(taps, around)
    new_taps = insert_clicks(taps)
    is_new = {tap.record.click_id for tap in new_taps}
    touches = [tap for tap in outcome.touches if tap.record.click_id in is_new]
    first_taps = make_tap_touches(touches, now=now)
    _count(new_taps, first_taps, now=now)
    lower_to_burst(around.earlier_bursts, now=now)
    announce_taps(new_taps, now=now)
    return ReadResult(
        click_count=len(new_taps),
        touch_count=len(touches),
        duplicate_count=len(taps) - len(new_taps),
        dropped=outcome.dropped,
        graded=Counter(str(tap.reason) for tap in new_taps),
    )


def _count(taps: Sequence[Tap], first_taps: Sequence[Tap], *, now: datetime) -> None:
    """Bring the running counts up to date and close the links whose limit is reached by now."""
    add_taps(taps, first_taps=first_taps)
    add_orphans(taps)
    limited = {tap.link.id for tap in taps if tap.link and tap.link.tap_limit and tap.is_counted}
    if limited:
        settle_limits(link_ids=limited, now=now)
