"""How much of the click journal waits to be read, for how long, and what room is left for it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tracking.journal import JournalReader, readers
from tracking.models import JournalCursor

_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class JournalState:
    """`lag_seconds` is the age of the oldest tap that no consumer has read; 0 where none waits."""

    file_count: int
    unread_bytes: int
    lag_seconds: float
    free_bytes: int

    def problem(self, *, max_bytes: int, max_lag_seconds: float, least_free_bytes: int) -> str:
        """Say what needs a person, or nothing."""
        if self.unread_bytes > max_bytes:
            return (
                f"{self.unread_bytes:,} bytes of taps wait, more than JOURNAL_MAX_BYTES "
                f"({max_bytes:,}); is consume_clicks running on this host?"
            )
        if self.lag_seconds > max_lag_seconds:
            return (
                f"the oldest tap has waited {self.lag_seconds:,.0f} seconds, longer than "
                f"JOURNAL_MAX_LAG_SECONDS ({max_lag_seconds:,.0f}); is consume_clicks running on "
                "this host?"
            )
        if self.free_bytes < least_free_bytes:
            return f"only {self.free_bytes:,} bytes are left on the disk of JOURNAL_DIR"
        return ""


def journal_state(*, folder: Path, now: datetime) -> JournalState:
    """Look at a folder of journals and at how far each was read."""
    found = readers(folder)
    positions = _positions(found)
    unread = [(reader, positions.get(reader.name, 0)) for reader in found]
    waiting = [(reader, start) for reader, start in unread if reader.size() > start]
    return JournalState(
        file_count=len(found),
        unread_bytes=sum(reader.size() - start for reader, start in waiting),
        lag_seconds=max((_age(reader, start, now) for reader, start in waiting), default=0.0),
        free_bytes=shutil.disk_usage(_existing(folder)).free,
    )


def _positions(found: Sequence[JournalReader]) -> dict[str, int]:
    cursors = JournalCursor.objects.filter(file__in=[reader.name for reader in found])
    return dict(cursors.values_list("file", "position"))


def _age(reader: JournalReader, position: int, now: datetime) -> float:
    """Return how long the line at a position has waited: by its own time, else by the file's."""
    try:
        with reader.path.open("rb") as file:
            file.seek(position)
            written = _moment(file.readline(_LONGEST_LINE)) or reader.path.stat().st_mtime
    except FileNotFoundError:  # another consumer has finished and removed it
        return 0.0
    return max(0.0, now.timestamp() - written)


def _moment(line: bytes) -> float | None:
    """Return the second at which a line says it was written; None of a damaged one."""
    fields = line.split(b"\t", 2)
    return int(fields[1]) / 1_000_000 if len(fields) > 2 and fields[1].isdigit() else None


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
