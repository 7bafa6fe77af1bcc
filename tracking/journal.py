"""The click journal: one line per tap, in a file before the visitor is answered.

One file per process under the journal folder, opened for appending, one `write` per tap. The
process holds a lock (`flock`) on its file for as long as it may write to it, so a reader can
tell a file that is finished from one that is waited for. `docs/redirect.md` has the line format
and what survives which kind of crash.
"""

import atexit
import contextlib
import fcntl
import logging
import os
import re
import secrets
import socket
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path

from tracking.journal_lines import format_loss

SUFFIX = ".journal"
_TEND_SECONDS = 1.0
_ALARM_SECONDS = 10.0
_READ_BYTES = 4 * 1024 * 1024

_logger = logging.getLogger(__name__)


class Journal:
    """The writing side: one per process, safe to share between threads and across a fork.

    `sync_seconds` is the longest a written line may wait for `fdatasync`; 0 means before each
    answer. A file is closed for a new one at `rotate_bytes` or `rotate_seconds`.
    """

    _lock: threading.Lock
    _tending: threading.Lock
    _descriptor: int
    _size: int
    _synced_size: int
    _opened_at: float
    _unreported: int
    _is_torn: bool
    _alarmed_at: float
    _timer: threading.Thread | None

    def __init__(
        self, *, folder: Path, sync_seconds: float, rotate_bytes: int, rotate_seconds: float
    ) -> None:
        self.folder = folder
        self.lost_count = 0
        self._sync_seconds = sync_seconds
        self._rotate_bytes = rotate_bytes
        self._rotate_seconds = rotate_seconds
        self._start_afresh()
        _journals.add(self)

    @property
    def is_synced(self) -> bool:
        """Whether everything written would survive a power cut."""
        return not self._sync_seconds or self._synced_size == self._size

    def write(self, line: bytes) -> bool:
        """Append one complete line. False: it could not be written, was counted and logged."""
        with self._lock:
            try:
                descriptor = self._descriptor if self._descriptor >= 0 else self._open()
                if self._unreported or self._is_torn:
                    line = self._mending() + line
                written = os.write(descriptor, line)
                if not self._sync_seconds:
                    os.fdatasync(descriptor)
            except OSError as error:
                return self._lose(str(error))
            if written != len(line):
                self._is_torn = True
                return self._lose("only a part of the line was written")
            self._size += written
            self._unreported = 0
            self._is_torn = False
            return True

    def close(self) -> None:
        """Flush and finish the current file; the next write opens another."""
        with self._tending:
            with self._lock:
                descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                self._finish(descriptor)

    def forget_parent(self) -> None:
        """In a forked child: leave the parent's file alone and begin with none."""
        descriptor = self._descriptor
        self._start_afresh()
        if descriptor >= 0:
            os.close(descriptor)

    def _start_afresh(self) -> None:
        self._lock = threading.Lock()
        self._tending = threading.Lock()
        self._descriptor = -1
        self._size = 0
        self._synced_size = 0
        self._opened_at = 0.0
        self._unreported = 0
        self._is_torn = False
        self._alarmed_at = -_ALARM_SECONDS
        self._timer = None

    def _open(self) -> int:
        """Lock the new file before it has a name that a reader looks for."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = _new_name()
        hidden = self.folder / f".{name}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(hidden, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(self.folder / name)
            _sync_folder(self.folder)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor, self._size, self._synced_size = descriptor, 0, 0
        self._is_torn = False
        self._opened_at = time.monotonic()
        self._start_timer()
        return descriptor

    def _start_timer(self) -> None:
        if self._timer is None:
            seconds = self._sync_seconds or _TEND_SECONDS
            self._timer = threading.Thread(target=_tend_forever, args=[weakref.ref(self), seconds])
            self._timer.daemon = True
            self._timer.start()

    def tend(self) -> None:
        """Flush what was written and rotate when due; the timer calls this.

        `_tending` lets nobody close a file while another thread flushes it, and lets nobody
        return from `close` or `tend` while the file before is not finished. Writing never waits.
        """
        with self._tending:
            with self._lock:
                descriptor, size = self._descriptor, self._size
                age = time.monotonic() - self._opened_at
                is_due = size >= self._rotate_bytes or (size and age >= self._rotate_seconds)
                if is_due:
                    self._descriptor = -1
            if descriptor >= 0 and is_due:
                self._finish(descriptor)
            elif descriptor >= 0 and self._sync_seconds and size != self._synced_size:
                with contextlib.suppress(OSError):
                    os.fdatasync(descriptor)
                    self._synced_size = size

    def _finish(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            os.fdatasync(descriptor)
        # By itself, closing frees the lock only once every copy of the descriptor is closed.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def _mending(self) -> bytes:
        ending = b"\n" if self._is_torn else b""
        return ending + (format_loss(self._unreported) if self._unreported else b"")

    def _lose(self, problem: str) -> bool:
        self.lost_count += 1
        self._unreported += 1
        if time.monotonic() - self._alarmed_at >= _ALARM_SECONDS:
            self._alarmed_at = time.monotonic()
            _logger.critical(
                "The click journal in %s cannot be written (%s): visitors are redirected, "
                "%d taps of this process are not recorded",
                self.folder,
                problem,
                self.lost_count,
            )
        return False


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def _forget_parents() -> None:
    for journal in list(_journals):
        journal.forget_parent()


def _close_all() -> None:
    for journal in list(_journals):
        journal.close()


os.register_at_fork(after_in_child=_forget_parents)
atexit.register(_close_all)


def _tend_forever(reference: "weakref.ref[Journal]", seconds: float) -> None:
    time.sleep(seconds)
    while (journal := reference()) is not None:
        journal.tend()
        del journal
        time.sleep(seconds)


def _new_name() -> str:
    host = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:64]
    return f"{time.time_ns() // 1000}-{host}-{os.getpid()}-{secrets.token_hex(8)}{SUFFIX}"


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Batch:
    """Complete lines and where the next ones begin. `torn_count` of 1: a torn rest was skipped."""

    lines: list[bytes]
    position: int
    torn_count: int = 0


@dataclass(frozen=True, slots=True)
class JournalReader:
    """The reading side of one file."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name, unique for ever: time, host, process and a random part."""
        return self.path.name

    def read(self, *, position: int, limit: int) -> Batch:
        """Return up to `limit` complete lines from a byte offset.

        A torn last line is waited for while its writer lives, and skipped once it is gone.

        Raises:
            FileNotFoundError: another reader has finished and removed the file.
        """
        # Ask first: whatever a writer that is gone by now has written is in the file already.
        is_abandoned = self.is_abandoned()
        with self.path.open("rb") as file:
            file.seek(position)
            chunk = file.read(_READ_BYTES)
        end = chunk.rfind(b"\n") + 1
        if not end and chunk and (is_abandoned or len(chunk) == _READ_BYTES):
            return Batch([], position + len(chunk), torn_count=1)
        lines = chunk[:end].split(b"\n", limit)
        rest = lines.pop() if lines else b""
        return Batch(lines, position + end - len(rest))

    def size(self) -> int:
        """Return the file's bytes; 0 if it was removed."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def is_abandoned(self) -> bool:
        """Say whether nobody can write to the file any more."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

    def remove_if_done(self, *, position: int) -> bool:
        """Remove the file if it was read to its end and no writer can add to it."""
        try:
            if not self.is_abandoned() or self.path.stat().st_size != position:
                return False
            self.path.unlink()
        except FileNotFoundError:
            return True
        return True


def readers(folder: Path) -> list[JournalReader]:
    """Return a reader for every journal file in the folder, the oldest first."""
    return [JournalReader(path) for path in sorted(folder.glob(f"[0-9]*{SUFFIX}"))]
