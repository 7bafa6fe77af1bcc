"""`manage.py import_deals FILE --mapping MAP.json`: a CRM export into the CSV-file provider."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from crm_sync.column_mapping import InvalidMappingError, MissingColumnsError
from crm_sync.file_import import Progress, WrongProviderError, import_deals_file
from crm_sync.models import SyncProblem, SyncRun
from crm_sync.providers.csv_file import UnreadableFileError

_BAD_USAGE: Final = 2
_SHOWN_PROBLEMS: Final = 20


class Command(BaseCommand):
    """Import a deal export. Exit status: 0 done, 1 rows were refused, 2 bad usage."""

    help = "Import deals from a CSV export. The mapping is described in docs/import-deals.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and its mapping."""
        parser.add_argument("file", type=Path, help="The export")
        parser.add_argument("--mapping", type=Path, required=True, help="Its mapping, as JSON")

    def handle(self, *args: Any, file: Path, mapping: Path, **options: Any) -> None:
        """Import and tell row by row what was refused."""
        run = self._import(file, _read_json(mapping))
        self._tell(run)
        if run.problem_count:
            sys.exit(1)

    def _import(self, file: Path, mapping: Any) -> SyncRun:
        with tqdm(unit=" rows", disable=None, desc=file.name) as bar:
            try:
                return import_deals_file(
                    path_or_file=file, mapping=mapping, now=timezone.now(), progress=_move(bar)
                )
            except OSError as error:
                message = f"{file} cannot be read: {error.strerror}."
            except InvalidMappingError as error:
                message = "\n".join(["The mapping is wrong:", *error.problems])
            except (MissingColumnsError, UnreadableFileError, WrongProviderError) as error:
                message = str(error)
        raise CommandError(f"{message}\nNothing was imported.", returncode=_BAD_USAGE)

    def _tell(self, run: SyncRun) -> None:
        self.stdout.write(
            f"{run.connection.name}: {run.read_count:,} rows read, {run.created_count:,} created, "
            f"{run.updated_count:,} updated, {run.unchanged_count:,} unchanged, "
            f"{run.problem_count:,} refused."
        )
        found = SyncProblem.objects.unresolved().filter(run=run).order_by("row_number")
        for gap in found.filter(severity=SyncProblem.Severity.WARNING):
            self.stdout.write(f"  {gap.message}")
        refused = found.filter(severity=SyncProblem.Severity.ERROR)
        for problem in refused[:_SHOWN_PROBLEMS]:
            self.stdout.write(f"  line {problem.row_number}: {problem.message}")
        if run.problem_count > _SHOWN_PROBLEMS:
            rules = Counter(refused.order_by().values_list("code", flat=True))
            counted = ", ".join(f"{count:,} × {code}" for code, count in rules.most_common())
            self.stdout.write(f"  … in all {counted}; the admin lists them under Sync problems.")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
    except ValueError as error:
        message = f"{path} is not JSON: {error}."
    raise CommandError(f"{message}\nNothing was imported.", returncode=_BAD_USAGE)


def _move(bar: "tqdm[Any]") -> Progress:
    def progress(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return progress
