"""`manage.py consume_clicks [--once]`: the click journals of this host into PostgreSQL."""

import signal
import sys
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone
from tqdm import tqdm

from tracking.partitions import make_partitions
from tracking.taps import BATCH, ReadResult, forget_old_cursors, read_journals, unread_bytes

PAUSE_SECONDS = 0.25
RETRY_SECONDS = 2.0


class Command(BaseCommand):
    """Reads until it is told to stop (SIGTERM, Ctrl-C); with `--once`, to the present end."""

    help = "Read the click journals of this host into PostgreSQL, exactly once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--once", action="store_true", help="read to the present end and stop")
        parser.add_argument("--folder", type=Path, default=settings.JOURNAL_DIR)
        parser.add_argument("--batch", type=int, default=BATCH, help="lines per transaction")

    def handle(self, *_: Any, once: bool, folder: Path, batch: int, **__: Any) -> None:
        """Read once or for ever."""
        if once:
            self._read_once(folder, batch)
        else:
            self._read_for_ever(folder, batch)

    def _read_once(self, folder: Path, batch: int) -> None:
        with tqdm(
            total=unread_bytes(folder=folder),
            unit="B",
            unit_scale=True,
            desc="Reading taps",
            disable=not sys.stderr.isatty(),
        ) as bar:
            result = read_journals(
                folder=folder, now=timezone.now(), batch=batch, progress=bar.update
            )
        self.stdout.write(describe(result))

    def _read_for_ever(self, folder: Path, batch: int) -> None:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        self.stdout.write(f"Reading taps from {folder}")
        forget_is_due = True
        while not stopped.is_set():
            pause = PAUSE_SECONDS
            try:
                if forget_is_due:
                    forget_old_cursors(now=timezone.now())
                    make_partitions(now=timezone.now())
                    forget_is_due = False
                read_journals(
                    folder=folder, now=timezone.now(), batch=batch, should_stop=stopped.is_set
                )
            except (DatabaseError, InterfaceError) as error:
                # The journal keeps what PostgreSQL cannot take yet.
                self.stderr.write(f"PostgreSQL did not take the taps, trying again: {error}")
                connection.close()
                pause = RETRY_SECONDS
            stopped.wait(pause)


def describe(result: ReadResult) -> str:
    """Return what was read, in one line."""
    parts = [f"{result.click_count} taps", f"{result.touch_count} touches"]
    if result.duplicate_count:
        parts.append(f"{result.duplicate_count} known before")
    if result.rejected_count:
        parts.append(f"{result.rejected_count} unreadable lines skipped")
    if result.lost_count:
        parts.append(f"{result.lost_count} taps lost to a full disk")
    return ", ".join(parts)
