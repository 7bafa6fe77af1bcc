"""`manage.py rebuild_credit`: derive all credit from the facts again, post the differences."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from attribution.services import (
    join_rebuild,
    refresh_findings,
    running_rebuild,
    take_parts,
)

_LOOK_AGAIN = 0.5


class Command(BaseCommand):
    """Recompute every outcome under every active rule; where nothing is wrong, post nothing.

    Works without a worker, beside the workers, and on a rebuild that was started in the admin.
    """

    help = "Recompute all credit from the facts and post the differences."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let more processes of this machine take part."""
        parser.add_argument(
            "--workers", type=int, default=1, help="processes that take parts side by side"
        )
        parser.add_argument(
            "--join", action="store_true", help="only help with a rebuild that runs already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild with a progress bar on a terminal."""
        if options["join"] and running_rebuild() is None:
            self.stdout.write("No rebuild is running.")
            return
        rebuild = join_rebuild(now=timezone.now())
        with _helping(options["workers"] - 1), tqdm(unit=" facts", disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            rebuilt = take_parts(rebuild, clock=timezone.now, progress=show)
            while running_rebuild() == rebuild:
                time.sleep(_LOOK_AGAIN)  # Others have the last parts in hand
                rebuilt = take_parts(rebuild, clock=timezone.now, progress=show)
                show(rebuilt.done, rebuilt.total)
        refresh_findings(now=timezone.now())
        self.stdout.write(
            f"{rebuilt.outcome_count:,} outcomes divided, {rebuilt.entry_count:,} entries posted."
        )


@contextmanager
def _helping(count: int) -> Iterator[None]:
    """Let more processes take parts of the running rebuild; they end when none is left."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "rebuild_credit", "--join"]
    helpers = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - this very command
        for _ in range(count)
    ]
    yield
    for helper in helpers:
        helper.wait()
