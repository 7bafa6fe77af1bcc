"""`manage.py verify_ledger`: prove the ledger, or a bundle of it; exit status 1 on any difference."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from attribution.evidence_format import BundleReader, UnreadableBundleError
from attribution.evidence_replay import replay
from attribution.models import Outcome
from attribution.services import verify_ledger

_SHOWN = 20


class _Problem(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class Command(BaseCommand):
    """Recompute everything from the facts, check sums and the hash chain."""

    help = "Prove the ledger against the facts; exit 1 on any difference."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a bundle, and whether the list of problems is to be complete."""
        parser.add_argument("--all", action="store_true", help="print every problem, not the first")
        parser.add_argument(
            "--bundle",
            type=Path,
            metavar="FILE.zip",
            help="prove what export_evidence wrote, without a database",
        )
        parser.add_argument("--seal", default="", help="the seal that export_evidence told")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify with a progress bar on a terminal; name what is wrong.

        Raises:
            CommandError: the file is no bundle, or a seal is given without one. Status 2.
        """
        if options["bundle"]:
            self._prove_bundle(options["bundle"], options["seal"], is_complete=options["all"])
            return
        if options["seal"]:
            raise CommandError("--seal belongs to a bundle: give --bundle too.", returncode=2)
        began = time.monotonic()
        with _progress() as show:
            problems = verify_ledger(progress=show)
        took = time.monotonic() - began
        self._complain(problems, "The ledger", is_complete=options["all"])
        self.stdout.write("The ledger agrees with the facts; sums and hash chain are intact.")
        count = Outcome.objects.count()
        speed = f"{count / took:,.0f} a second" if took else "at once"
        self.stdout.write(f"{count:,} outcomes were proven in {took:.1f} seconds, {speed}.")

    def _prove_bundle(self, file: Path, seal: str, *, is_complete: bool) -> None:
        try:
            with BundleReader(file) as reader, _progress() as show:
                told = replay(reader, seal=seal, progress=show)
        except UnreadableBundleError as error:
            raise CommandError(str(error), returncode=2) from error
        self._complain(told.problems, "The bundle", is_complete=is_complete)
        self.stdout.write("The bundle proves itself:")
        for claim in told.claims:
            self.stdout.write(f"- {claim}")
        self.stdout.write("It does not show:")
        for gap in told.unclaimed:
            self.stdout.write(f"- {gap}")

    def _complain(self, problems: Sequence[_Problem], what: str, *, is_complete: bool) -> None:
        """Name what is wrong and end with status 1; do nothing where nothing is."""
        for problem in problems if is_complete else problems[:_SHOWN]:
            self.stderr.write(f"{problem.code}: {problem.message}")
        if problems:
            self.stderr.write(f"{len(problems):,} problems. {what} is not proven.")
            sys.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show progress on a terminal."""
    with tqdm(desc="Verifying", unit=" steps", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
