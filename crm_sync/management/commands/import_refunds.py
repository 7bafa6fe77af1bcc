"""`manage.py import_refunds FILE`: what was taken back from won deals, from a CSV or XLSX file."""

import io
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.spreadsheets import UnreadableTableError
from campaigns.table_import import Sheet, read_sheet
from crm_sync.models import DealRefund
from crm_sync.refund_rows import FIELDS
from crm_sync.refunds import MOST_ROWS, record_refunds


class Command(BaseCommand):
    """Import refunds, all rows or none. Exit status: 0 done, 1 a row is wrong, 2 bad usage."""

    help = (
        f"Import refunds from a file with the columns {', '.join(FIELDS)}. The currency may be "
        "left out where it is the deal's, the connection where there is one. All rows or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether to store anything."""
        parser.add_argument("file", help="A CSV or XLSX file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be stored")

    def handle(self, *args: Any, file: str, dry_run: bool, **options: Any) -> None:
        """Say what is wrong in each row, then the counts.

        Raises:
            CommandError: the file cannot be read (exit 2), or a row is wrong (exit 1).
        """
        sheet = _read(file)
        result = record_refunds(
            rows=sheet.rows, origin=DealRefund.Origin.FILE, now=timezone.now(), dry_run=dry_run
        )
        for row, number in zip(result.rows, sheet.numbers, strict=True):
            for error in row.errors:
                self.stderr.write(f"line {number}: {error.field}: {error.message}")
        if not result.is_stored:
            wrong = result.count("rejected")
            raise CommandError(
                f"Nothing was imported: {wrong} of {len(sheet.rows)} rows are wrong."
            )
        counts = ", ".join(
            f"{result.count(status)} {status}" for status in ("created", "updated", "unchanged")
        )
        end = " Nothing was stored: this was a dry run." if dry_run else ""
        self.stdout.write(f"{len(sheet.rows)} rows: {counts}.{end}")


def _read(name: str) -> Sheet:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return read_sheet(io.BytesIO(content), name, FIELDS, most=MOST_ROWS)
    except (OSError, UnreadableTableError) as error:
        raise CommandError(f"{name} cannot be read: {error}", returncode=2) from error
