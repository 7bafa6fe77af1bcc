"""`manage.py export_evidence FILE`: everything that proves the ledger, in one file."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from attribution.evidence_export import Scope, UnknownScopeError, evidence_bundle
from attribution.evidence_format import BundleReader


class Command(BaseCommand):
    """Write a bundle of facts, rules, batches and entries that can be proven elsewhere."""

    help = "Write facts, rules and entries into a ZIP that verify_ledger --bundle proves anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and what the bundle is limited to."""
        parser.add_argument("file", type=Path, metavar="FILE.zip")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--to", dest="ends_on", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--rule", default="", help="a credit rule's slug")
        parser.add_argument("--deal", type=UUID, help="a deal's id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write with a progress bar on a terminal, and tell the seal.

        Raises:
            CommandError: the scope names nothing, or the file cannot be written. Status 2.
        """
        scope = Scope(
            starts_on=options["starts_on"],
            ends_on=options["ends_on"],
            rule=options["rule"],
            deal_id=options["deal"],
        )
        file: Path = options["file"]
        try:
            self._write(scope, file)
        except (UnknownScopeError, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        with BundleReader(file) as reader:
            self.stdout.write(f"{file}: {file.stat().st_size:,} bytes.")
            self.stdout.write(f"Seal (SHA-256 of the manifest): {reader.seal}")
        self.stdout.write("Keep the seal elsewhere; whoever verifies gives it with --seal.")

    def _write(self, scope: Scope, file: Path) -> None:
        """Write beside the file and put it in place when it is whole."""
        unfinished = file.with_name(f"{file.name}.part")
        with (
            tqdm(desc="Exporting", unit=" rows", disable=None) as bar,
            unfinished.open("wb") as out,
        ):

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                for block in evidence_bundle(scope, progress=show):
                    out.write(block)
            except UnknownScopeError:
                unfinished.unlink()
                raise
        unfinished.replace(file)
