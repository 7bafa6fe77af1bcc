"""`manage.py import_audience FILE --send UTM_CAMPAIGN`: an audience file to recipient links."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from campaigns.models import Send
from links.audience import AudienceClosedError, NoLinkForAudienceError, RowResult, RowStatus
from links.audience_csv import AudienceFileError, read_rows
from links.services import UploadResult, upload_recipients

_NAMED_AT_MOST = 200


class Command(BaseCommand):
    """Gives every phone number of a CSV file its own short link of a send.

    Exit status: 0 every row is in the audience or was before, 1 some were left out or the file
    could not be read, 2 bad usage.
    """

    help = (
        "Give every phone number of a CSV file (phone, email, external_id, name) its own short "
        "link of a send. All rows or, on an error, none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the file and the send."""
        parser.add_argument("file", type=Path, help="CSV with a heading")
        parser.add_argument("--send", required=True, help="The send's utm_campaign")

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
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                result = self._upload(send, file, path.stat().st_size)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        except (AudienceFileError, AudienceClosedError, NoLinkForAudienceError) as error:
            raise CommandError(f"Nothing was imported. {error}", returncode=1) from error
        self._report(send, result)

    def _upload(self, send: Send, file: TextIO, size: int) -> UploadResult:
        self._named = 0
        with tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
            return upload_recipients(
                send=send,
                rows=read_rows(_counted(file, bar)),
                now=timezone.now(),
                on_batch=self._name_rows,
            )

    def _name_rows(self, batch: list[RowResult]) -> None:
        for result in batch:
            if result.status is RowStatus.NEW:
                continue
            self._named += 1
            if self._named <= _NAMED_AT_MOST:
                tqdm.write(f"row {result.row}: {result.status}: {result.message}", self.stderr)

    def _report(self, send: Send, result: UploadResult) -> None:
        unnamed = self._named - _NAMED_AT_MOST
        if unnamed > 0:
            self.stderr.write(f"… and {unnamed} more rows.")
        counts = ", ".join(f"{result.counts[status]} {status}" for status in RowStatus)
        self.stdout.write(f"{send.name}: {result.total} rows: {counts}.")
        if result.counts[RowStatus.INVALID]:
            raise CommandError("Some rows were left out; see above.", returncode=1)


def _counted(file: TextIO, bar: "tqdm[Any]") -> Iterator[str]:
    for line in file:
        bar.update(len(line))
        yield line
