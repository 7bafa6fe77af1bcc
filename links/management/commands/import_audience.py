"""`manage.py import_audience FILE --send UTM_CAMPAIGN`: an audience file to recipient links."""

import csv
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from campaigns.models import Send
from links.audience import AudienceClosedError, NoLinkForAudienceError, RowStatus, count_of
from links.audience_files import AudienceFileError
from links.audience_folder import FileChunks, path_of
from links.audience_uploads import SameFileRunningError, keep_upload, run_upload
from links.models import AudienceUpload

_NAMED_AT_MOST = 200


class Command(BaseCommand):
    """Gives every phone number of a file its own short link of a send.

    Exit status: 0 every row is in the audience or was before, 1 some were left out or the file
    could not be read, 2 bad usage.
    """

    help = (
        "Give every phone number of a CSV, XLSX or JSON file (phone, email, external_id, name) its "
        "own short link of a send. If it is stopped, a worker goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file, the send, and where to write the results."""
        parser.add_argument(
            "file", type=Path, help="CSV, XLSX or JSON; the first row names columns"
        )
        parser.add_argument("--send", required=True, help="The send's utm_campaign")
        parser.add_argument("--results", type=Path, help="Write every row's result to this CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import.

        Raises:
            CommandError: no such send or file (2), or a problem with it (1).
        """
        send = Send.objects.filter(utm_campaign__iexact=options["send"]).first()
        if send is None:
            raise CommandError(f"There is no send “{options['send']}”.", returncode=2)
        path: Path = options["file"]
        try:
            upload = _run(_kept(send, path))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        except (
            AudienceFileError,
            AudienceClosedError,
            NoLinkForAudienceError,
            SameFileRunningError,
        ) as error:
            raise CommandError(f"Nothing was imported. {error}", returncode=1) from error
        self._report(send, upload, options["results"])

    def _report(self, send: Send, upload: AudienceUpload, results: Path | None) -> None:
        if upload.results_file:
            self._name_rows(upload)
            if results is not None:
                shutil.copyfile(path_of(upload.results_file.name), results)
        counts = ", ".join(f"{count_of(upload, status):,} {status}" for status in RowStatus)
        self.stdout.write(f"{send.name}: {upload.row_count:,} rows: {counts}.")
        if upload.status == AudienceUpload.Status.FAILED:
            raise CommandError(upload.problem, returncode=1)
        if upload.invalid_count:
            raise CommandError("Some rows were left out; see above.", returncode=1)

    def _name_rows(self, upload: AudienceUpload) -> None:
        with path_of(upload.results_file.name).open(encoding="utf-8", newline="") as file:
            others = (row for row in csv.DictReader(file) if row["result"] != RowStatus.NEW)
            for row in islice(others, _NAMED_AT_MOST):
                self.stderr.write(f"row {row['row']}: {row['result']}: {row['reason']}")
        more = upload.row_count - upload.new_count - _NAMED_AT_MOST
        if more > 0:
            self.stderr.write(f"… and {more:,} more rows.")


def _kept(send: Send, path: Path) -> AudienceUpload:
    with path.open("rb") as file:
        return keep_upload(
            send=send, file=FileChunks(file), file_name=path.name, by=None, now=timezone.now()
        )


def _run(upload: AudienceUpload) -> AudienceUpload:
    with tqdm(unit=" rows", disable=None, leave=False) as bar:

        def show(upload: AudienceUpload) -> None:
            bar.set_description("Adding" if upload.is_read else "Reading", refresh=False)
            bar.total = upload.total_rows if upload.is_read else None
            bar.n = upload.row_count if upload.is_read else upload.total_rows
            bar.refresh()

        return run_upload(upload=upload, now=timezone.now(), on_progress=show)
