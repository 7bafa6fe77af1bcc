"""An uploaded audience on its way into its send: kept, read through, then added batch by batch.

The row `AudienceUpload` is the truth. A file is read through before anybody is added, so that
one that breaks off in the middle adds nobody. Each batch is one transaction of people, results
and checkpoint: a worker that is killed loses at most its open batch, and whoever goes on,
begins where the checkpoint says. Two workers at one upload take turns and do nothing twice.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.models import Send
from links import audience_folder
from links.audience import (
    BATCH_SIZE,
    AudienceClosedError,
    NoLinkForAudienceError,
    RowResult,
    add_people,
    check_open,
)
from links.audience_files import AudienceFileError, read_audience
from links.audience_results import begin_results, write_results
from links.audience_rows import row_of_line
from links.clock import Clock
from links.models import AudienceUpload

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

STALE_AFTER: Final = timedelta(minutes=2)
_READ_BETWEEN_SIGNS: Final = 20_000
_GONE: Final = "Its file is not there any more. Please upload it again."

OnProgress = Callable[[AudienceUpload], None]


class SameFileRunningError(Exception):
    """The same file is being added to the same send already: `upload`."""

    def __init__(self, upload: AudienceUpload) -> None:
        self.upload = upload
        super().__init__(f"“{upload.file_name}” is being added already; nothing is done twice.")


def keep_upload(
    *,
    send: Send,
    file: audience_folder.Chunks,
    file_name: str,
    by: "User | None",
    now: datetime,
) -> AudienceUpload:
    """Store a file that is to be added to a send's audience, for whoever runs it next.

    Raises:
        AudienceClosedError: the send is done or cancelled.
        NoLinkForAudienceError: no message of the send has a link.
        AudienceFileError: its beginning is no audience.
        SameFileRunningError: the same file is on its way already.
    """
    check_open(send)
    name, content_hash = audience_folder.keep(file)
    upload = AudienceUpload(
        send=send,
        file=name,
        file_name=file_name[:200] or "audience",
        content_hash=content_hash,
        created_by=by,
        created_at=now,
    )
    try:
        _check_beginning(upload)
        _insert(upload)
    except BaseException:
        audience_folder.remove(name)
        raise
    return upload


def run_upload(
    *,
    upload: AudienceUpload,
    now: datetime,
    time_limit: timedelta | None = None,
    on_progress: OnProgress = lambda upload: None,
) -> AudienceUpload:
    """Go on with an upload until it is over or the time is; nothing happens if another works at it.

    Return it as it is then.
    """
    clock = Clock(now)
    due = AudienceUpload.objects.due(now=now, stale_after=STALE_AFTER).filter(pk=upload.pk)
    if due.update(status=AudienceUpload.Status.RUNNING, worked_at=now):
        AudienceUpload.objects.filter(pk=upload.pk, started_at=None).update(started_at=now)
        try:
            _work(upload.pk, clock, time_limit, on_progress)
        except (AudienceFileError, AudienceClosedError, NoLinkForAudienceError) as error:
            _fail(upload.pk, str(error), clock.now())
        except FileNotFoundError:
            _fail(upload.pk, _GONE, clock.now())
    upload.refresh_from_db()
    return upload


def run_due_uploads(*, now: datetime, time_limit: timedelta) -> int:
    """Run what waits and what a dead worker left; return how many were run."""
    clock = Clock(now)
    count = 0
    while clock.elapsed < time_limit:
        due = AudienceUpload.objects.due(now=clock.now(), stale_after=STALE_AFTER).first()
        if due is None:
            break
        run_upload(upload=due, now=clock.now(), time_limit=time_limit - clock.elapsed)
        count += 1
    return count


def _check_beginning(upload: AudienceUpload) -> None:
    with audience_folder.path_of(upload.file.name).open("rb") as file:
        if next(read_audience(file, upload.file_name), None) is None:
            raise AudienceFileError("The file names no people: there is no row below the first.")


def _insert(upload: AudienceUpload) -> None:
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
    except IntegrityError as error:
        same = AudienceUpload.objects.on_the_way().filter(
            send=upload.send, content_hash=upload.content_hash
        )
        running = same.first()
        if running is None:
            raise
        raise SameFileRunningError(running) from error


def _work(pk: UUID, clock: Clock, time_limit: timedelta | None, on_progress: OnProgress) -> None:
    upload = AudienceUpload.objects.get(pk=pk)
    if not upload.is_read:
        with suppress(FileNotFoundError):  # read meanwhile; if it is lost, the next step says so
            _read_through(upload, clock, on_progress)
    while not upload.is_over:
        if time_limit is not None and clock.elapsed > time_limit:
            AudienceUpload.objects.on_the_way().filter(pk=pk).update(status="waiting")
            return
        upload = _add_batch(pk, clock.now())
        on_progress(upload)


def _read_through(upload: AudienceUpload, clock: Clock, on_progress: OnProgress) -> None:
    """Write the file's people as lines; then the file itself is not needed any more."""
    unread = AudienceUpload.objects.filter(pk=upload.pk, is_read=False)
    name, results = audience_folder.new_name("rows"), audience_folder.new_name("csv")

    def sign(count: int) -> None:
        upload.total_rows = count
        unread.update(total_rows=count, worked_at=clock.now())
        on_progress(upload)

    try:
        total_rows = _write_lines(upload, name, sign)
        is_first = unread.update(
            is_read=True,
            file="",
            rows_file=name,
            results_file=results,
            results_bytes=begin_results(results),
            total_rows=total_rows,
            worked_at=clock.now(),
        )
    except BaseException:
        audience_folder.remove(name)
        raise
    for old in [upload.file.name] if is_first else [name, results]:  # else another was faster
        audience_folder.remove(old)


def _write_lines(upload: AudienceUpload, name: str, sign: Callable[[int], None]) -> int:
    count = 0
    with (
        audience_folder.path_of(upload.file.name).open("rb") as file,
        audience_folder.create(name) as lines,
    ):
        for count, row in enumerate(read_audience(file, upload.file_name), start=1):
            lines.write(row.line())
            if count % _READ_BETWEEN_SIGNS == 0:
                sign(count)
    return count


def _add_batch(pk: UUID, now: datetime) -> AudienceUpload:
    """Add the next people and note how far it is; say that it is done when nobody is left."""
    with transaction.atomic():
        upload = AudienceUpload.objects.select_for_update().get(pk=pk)
        if upload.is_over:
            return upload
        if not upload.is_read:
            raise FileNotFoundError(upload.file.name)
        with audience_folder.path_of(upload.rows_file.name).open("rb") as file:
            file.seek(upload.read_bytes)
            lines = list(islice(file, BATCH_SIZE))
        rows = [row_of_line(line) for line in lines]
        if rows:
            results = add_people(send_id=upload.send_id, rows=rows, now=now)
            upload.results_bytes = write_results(
                upload.results_file.name, upload.results_bytes, rows, results
            )
            _count(upload, results)
            upload.read_bytes += sum(len(line) for line in lines)
        else:
            upload.status, upload.finished_at = AudienceUpload.Status.DONE, now
        upload.worked_at = now
        upload.save()
    if not rows:
        forget_people_of(upload)
    return upload


def _count(upload: AudienceUpload, results: list[RowResult]) -> None:
    upload.row_count += len(results)
    for status, count in Counter(result.status for result in results).items():
        name = f"{status.replace('-', '_')}_count"
        setattr(upload, name, getattr(upload, name) + count)


def _fail(pk: UUID, problem: str, now: datetime) -> None:
    upload = AudienceUpload.objects.get(pk=pk)
    upload.status, upload.problem, upload.finished_at = AudienceUpload.Status.FAILED, problem, now
    upload.save(update_fields=["status", "problem", "finished_at"])
    forget_people_of(upload)


def forget_people_of(upload: AudienceUpload) -> None:
    """Delete the file and its people; the results stay until they are too old."""
    for name in (upload.file.name, upload.rows_file.name):
        audience_folder.remove(name)
    AudienceUpload.objects.filter(pk=upload.pk).update(file="", rows_file="")
