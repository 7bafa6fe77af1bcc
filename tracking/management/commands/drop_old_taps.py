"""`manage.py drop_old_taps [--dry-run]`: which months of single taps are kept, and which go."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from tracking.retention import drop_old_taps, due_months


class Command(BaseCommand):
    """Drops months past `CLICK_RETENTION_MONTHS`; what was made of their taps stays."""

    help = "Drop months of single taps that are past CLICK_RETENTION_MONTHS. Totals stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only say what is due")

    def handle(self, *_: Any, dry_run: bool, **__: Any) -> None:
        """Drop, or say what would be; exit with 1 where a month that is due had to stay."""
        keep_months, now = settings.CLICK_RETENTION_MONTHS, timezone.now()
        if dry_run:
            due = due_months(now=now, keep_months=keep_months)
            self.stdout.write(_in_words("To be dropped", due))
            return
        result = drop_old_taps(now=now, keep_months=keep_months)
        self.stdout.write(_in_words("Dropped", result.dropped))
        for problem in result.problems:
            self.stderr.write(problem)
        if result.problems:
            sys.exit(1)


def _in_words(what: str, months: list[Any]) -> str:
    return f"{what}: {', '.join(map(str, months)) or 'nothing'}"
