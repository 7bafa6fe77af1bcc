"""`manage.py import_spend FILE --platform google_ads`."""

import io
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.import_rows import RowResult
from campaigns.services import record_spend
from campaigns.spend_presets import PRESETS, Defaults, LackingColumnsError, SpendSheet
from campaigns.spend_upload import read_spend_file
from campaigns.spreadsheets import UnreadableTableError


class Command(BaseCommand):
    """Imports a platform's cost report; with a wrong row nothing of it."""

    help = (
        "Import spend from a platform's report, CSV or XLSX. The reports of "
        f"{', '.join(PRESETS)} are read as they come; any other file has the columns date, "
        "external_id, amount, currency and channel or send (campaign and description may "
        "follow). All rows or, with errors, none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the platform, and what rows do not say themselves."""
        parser.add_argument("file", help="A CSV or XLSX file, or - for standard input")
        parser.add_argument("--platform", required=True, help="google_ads, meta, twilio, …")
        parser.add_argument("--currency", default="", help="Where the file names none: USD")
        parser.add_argument("--channel", default="", help="Where a row names none: paid-search")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be stored")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what became of each wrong or new row, then the counts.

        Raises:
            CommandError: the file cannot be read (exit 2), or a row is wrong (exit 1).
        """
        defaults = Defaults(options["platform"], options["currency"].upper(), options["channel"])
        sheet = _read(options["file"], defaults)
        result = record_spend(rows=sheet.rows, now=timezone.now(), dry_run=options["dry_run"])
        for row, number in zip(result.rows, sheet.numbers, strict=True):
            self._tell(row, number, verbosity=options["verbosity"])
        if not result.is_stored:
            wrong = result.count("rejected")
            raise CommandError(
                f"Nothing was imported: {wrong} of {len(sheet.rows)} rows are wrong."
            )
        counts = ", ".join(
            f"{result.count(status)} {status}" for status in ("created", "updated", "unchanged")
        )
        end = " Nothing was stored: this was a dry run." if options["dry_run"] else ""
        self.stdout.write(f"{len(sheet.rows)} rows: {counts}.{end}")

    def _tell(self, row: RowResult, number: int, *, verbosity: int) -> None:
        for error in row.errors:
            hint = f" Did you mean “{error.suggestion}”?" if error.suggestion else ""
            self.stderr.write(f"line {number}: {error.field}: {error.message}{hint}")
        if not row.errors and verbosity > 1:
            self.stdout.write(f"line {number}: {row.status}")


def _read(name: str, defaults: Defaults) -> SpendSheet:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return read_spend_file(io.BytesIO(content), name, defaults)
    except (OSError, UnreadableTableError) as error:
        raise CommandError(f"{name} cannot be read: {error}", returncode=2) from error
    except LackingColumnsError as error:
        raise CommandError(f"{name}: {error}", returncode=2) from error
