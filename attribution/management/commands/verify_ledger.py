"""`manage.py verify_ledger`: prove the ledger; exit status 1 on any difference."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from attribution.services import verify_ledger

_SHOWN = 20


class Command(BaseCommand):
    """Recompute everything from the facts, check sums and the hash chain."""

    help = "Prove the ledger against the facts; exit 1 on any difference."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the list of problems be complete."""
        parser.add_argument("--all", action="store_true", help="print every problem, not the first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify with a progress bar on a terminal; name what is wrong."""
        with tqdm(desc="Verifying", unit=" steps", disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            problems = verify_ledger(progress=show)
        for problem in problems if options["all"] else problems[:_SHOWN]:
            self.stderr.write(f"{problem.code}: {problem.message}")
        if problems:
            self.stderr.write(f"{len(problems):,} problems. The ledger is not proven.")
            sys.exit(1)
        self.stdout.write("The ledger agrees with the facts; sums and hash chain are intact.")
