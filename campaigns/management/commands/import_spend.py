"""`manage.py import_spend FILE --platform google_ads`."""

import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.services import record_spend
from campaigns.spend_import import RowResult

NEEDED = ("date", "external_id", "amount", "currency")


class Command(BaseCommand):
    """Imports a platform's cost report; with a wrong row nothing of it."""

    help = (
        "Import spend from a CSV file with the columns date, external_id, amount, currency and "
        "channel or send (campaign and description may follow). All rows or, with errors, none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the platform."""
        parser.add_argument("file", help="A CSV file, or - for standard input")
        parser.add_argument("--platform", required=True, help="google_ads, meta, twilio, …")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what became of each wrong or new row, then the counts.

        Raises:
            CommandError: the file cannot be read (exit 2), or a row is wrong (exit 1).
        """
        rows = [
            {**row, "platform": row.get("platform") or options["platform"]}
            for row in _read(options["file"])
        ]
        result = record_spend(rows=rows, now=timezone.now())
        for row in result.rows:
            self._tell(row, verbosity=options["verbosity"])
        if not result.is_stored:
            wrong = result.count("rejected")
            raise CommandError(f"Nothing was imported: {wrong} of {len(rows)} rows are wrong.")
        counts = ", ".join(
            f"{result.count(status)} {status}" for status in ("created", "updated", "unchanged")
        )
        self.stdout.write(f"{len(rows)} rows: {counts}.")

    def _tell(self, row: RowResult, *, verbosity: int) -> None:
        # The header is line 1 of the file, so the first row is line 2.
        where = f"line {row.number + 1}"
        for error in row.errors:
            hint = f" Did you mean “{error.suggestion}”?" if error.suggestion else ""
            self.stderr.write(f"{where}: {error.field}: {error.message}{hint}")
        if not row.errors and verbosity > 1:
            self.stdout.write(f"{where}: {row.status}")


def _read(name: str) -> list[dict[str, str]]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}", returncode=2) from error
    reader = csv.DictReader(text.splitlines())
    columns = [(column or "").strip().lower() for column in reader.fieldnames or []]
    lacking = [column for column in NEEDED if column not in columns]
    if lacking:
        message = f"{name} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}."
        raise CommandError(message, returncode=2)
    reader.fieldnames = columns
    try:
        return [_flat(row) for row in reader]
    except csv.Error as error:
        raise CommandError(f"{name} is no CSV file: {error}", returncode=2) from error


def _flat(row: dict[Any, Any]) -> dict[str, str]:
    """Drop what stands beyond the last column, which `csv` files under None."""
    return {name: value or "" for name, value in row.items() if name is not None}
