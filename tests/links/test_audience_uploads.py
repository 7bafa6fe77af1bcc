"""An upload on its way: read through, added batch by batch, resumed, never twice."""

import csv
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from campaigns.models import Suppression
from campaigns.phone_numbers import hash_phone
from campaigns.spreadsheets import write_workbook
from links import audience_folder, audience_uploads
from links.audience import AudienceClosedError, NoLinkForAudienceError
from links.audience_files import AudienceFileError
from links.audience_results import read_results
from links.audience_uploads import (
    STALE_AFTER,
    SameFileRunningError,
    run_due_uploads,
    run_upload,
)
from links.models import AudienceUpload, HeldOutRecipient, RecipientLink
from tests.links.audience_stories import a_file, a_send, an_upload, numbers
from tests.links.builders import NOW, make_send
from tests.tracking.click_builders import database_url

pytestmark = pytest.mark.django_db
LATER = NOW + STALE_AFTER + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def send():
    return a_send()


def files() -> list[str]:
    folder = audience_folder.path_of(audience_folder.FOLDER)
    return sorted(path.suffix for path in folder.iterdir())


def results_of(upload: AudienceUpload) -> list[tuple[int, str]]:
    lines = b"".join(read_results(upload.results_file.name)).decode().splitlines()
    return [(int(row["row"]), row["result"]) for row in csv.DictReader(lines)]


def test_every_kind_of_row_is_counted_and_named(send, settings) -> None:
    send.holdout_percent = 50
    send.save()
    phones = numbers(40)
    Suppression.objects.create(
        phone_hash=hash_phone(phones[0], settings.HASH_KEY), suppressed_at=NOW
    )
    upload = run_upload(upload=an_upload(send, a_file(*phones, phones[1], "nonsense")), now=NOW)
    assert upload.status == "done"
    assert (upload.started_at, upload.total_rows, upload.row_count) == (NOW, 42, 42)
    assert (upload.opted_out_count, upload.duplicate_count, upload.invalid_count) == (1, 1, 1)
    assert upload.new_count == RecipientLink.objects.count()
    assert upload.held_out_count == HeldOutRecipient.objects.count() > 0
    assert upload.new_count + upload.held_out_count == 39
    results = results_of(upload)
    assert [row for row, _ in results] == list(range(2, 44))
    assert (results[0][1], results[-1][1]) == ("opted-out", "invalid")


def test_a_workbook_and_json_come_the_same_way(send) -> None:
    book = write_workbook([["phone"], *([phone] for phone in numbers(3))])
    assert run_upload(upload=an_upload(send, book, "a.xlsx"), now=NOW).new_count == 3
    lines = "\n".join(f'{{"phone": "{phone}"}}' for phone in numbers(5)).encode()
    upload = run_upload(upload=an_upload(send, lines, "a.jsonl"), now=NOW)
    assert (upload.new_count, upload.duplicate_count) == (2, 3)


def test_only_the_results_stay_once_it_is_done(send) -> None:
    upload = an_upload(send, a_file(*numbers(3)))
    assert files() == [".upload"]
    upload = run_upload(upload=upload, now=NOW)
    assert files() == [".csv"]
    assert (upload.file.name, upload.rows_file.name) == ("", "")


def test_the_same_file_again_adds_nobody(send) -> None:
    run_upload(upload=an_upload(send, a_file(*numbers(3))), now=NOW)
    before = list(RecipientLink.objects.values())
    upload = run_upload(upload=an_upload(send, a_file(*numbers(3))), now=NOW)
    assert (upload.new_count, upload.duplicate_count) == (0, 3)
    assert list(RecipientLink.objects.values()) == before


def test_the_same_file_while_it_is_added_is_no_second_work(send) -> None:
    first = an_upload(send, a_file(*numbers(3)), "monday.csv")
    with pytest.raises(SameFileRunningError, match=r"“monday\.csv” is being added") as caught:
        an_upload(send, a_file(*numbers(3)), "tuesday.csv")
    assert caught.value.upload == first
    assert files() == [".upload"]
    assert an_upload(send, a_file(*numbers(4)))


def test_another_send_takes_the_same_file_meanwhile(send) -> None:
    an_upload(send, a_file(*numbers(3)))
    assert an_upload(a_send("demo-invite-q3"), a_file(*numbers(3))).status == "waiting"


def test_a_send_that_is_over_keeps_no_file(send) -> None:
    send.status = "done"
    with pytest.raises(AudienceClosedError, match="is done"):
        an_upload(send, a_file(*numbers(1)))


def test_a_send_without_links_keeps_no_file() -> None:
    with pytest.raises(NoLinkForAudienceError, match="no message"):
        an_upload(make_send(), a_file(*numbers(1)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"phone\n", "no people"),
        (b"[]", "no people"),
        (b"email\na@b.example\n", "phone"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_audience_is_refused_at_once(send, content: bytes, words: str) -> None:
    with pytest.raises(AudienceFileError, match=words):
        an_upload(send, content)
    assert files() == []
    assert not AudienceUpload.objects.exists()


def test_a_file_that_breaks_off_adds_nobody(send, monkeypatch) -> None:
    monkeypatch.setattr(audience_uploads, "BATCH_SIZE", 2)
    content = a_file(*numbers(10)) + b'"' + b"x" * 3000
    upload = run_upload(upload=an_upload(send, content), now=NOW)
    assert upload.status == "failed"
    assert "never closed" in upload.problem
    assert not RecipientLink.objects.exists()
    assert files() == []


def test_a_send_that_ends_meanwhile_stops_it_with_the_reason(send, monkeypatch) -> None:
    monkeypatch.setattr(audience_uploads, "BATCH_SIZE", 2)
    upload = an_upload(send, a_file(*numbers(5)))

    def end(upload: AudienceUpload) -> None:
        type(send).objects.update(status="cancelled")

    upload = run_upload(upload=upload, now=NOW, on_progress=end)
    assert (upload.status, upload.new_count) == ("failed", 2)
    assert "is cancelled: nobody can be added" in upload.problem
    assert [row for row, _ in results_of(upload)] == [2, 3]


def test_a_file_that_was_lost_is_told_so(send) -> None:
    upload = an_upload(send, a_file(*numbers(1)))
    audience_folder.remove(upload.file.name)
    upload = run_upload(upload=upload, now=NOW)
    assert (upload.status, upload.problem) == (
        "failed",
        "Its file is not there any more. Please upload it again.",
    )


def test_people_who_are_lost_are_told_so(send, monkeypatch) -> None:
    monkeypatch.setattr(audience_uploads, "BATCH_SIZE", 2)
    upload = an_upload(send, a_file(*numbers(5)))

    def lose(upload: AudienceUpload) -> None:
        audience_folder.remove(upload.rows_file.name)

    upload = run_upload(upload=upload, now=NOW, on_progress=lose)
    assert (upload.status, upload.new_count) == ("failed", 2)
    assert "upload it again" in upload.problem


def test_what_another_worker_has_is_left_to_it(send) -> None:
    upload = an_upload(send, a_file(*numbers(3)))
    AudienceUpload.objects.update(status="running", worked_at=NOW)
    assert run_upload(upload=upload, now=NOW).status == "running"
    assert not RecipientLink.objects.exists()
    assert run_due_uploads(now=NOW, time_limit=timedelta(seconds=60)) == 0


def test_what_a_dead_worker_left_is_done_by_the_next_sweep(send) -> None:
    an_upload(send, a_file(*numbers(3)))
    AudienceUpload.objects.update(status="running", worked_at=NOW)
    assert run_due_uploads(now=LATER, time_limit=timedelta(seconds=60)) == 1
    assert AudienceUpload.objects.get().status == "done"


def test_when_the_time_is_over_it_waits_for_the_next_sweep(send) -> None:
    upload = an_upload(send, a_file(*numbers(3)))
    assert run_upload(upload=upload, now=NOW, time_limit=timedelta(0)).status == "waiting"
    assert run_upload(upload=upload, now=NOW).new_count == 3


def test_two_workers_at_one_upload_take_turns(send, monkeypatch) -> None:
    monkeypatch.setattr(audience_uploads, "BATCH_SIZE", 2)
    upload = an_upload(send, a_file(*numbers(9)))
    turns: list[int] = []

    def another(upload: AudienceUpload) -> None:
        turns.append(upload.row_count)
        if len(turns) == 1:
            AudienceUpload.objects.update(worked_at=NOW)
            run_upload(upload=AudienceUpload.objects.get(), now=LATER)

    upload = run_upload(upload=upload, now=NOW, on_progress=another)
    assert (upload.status, upload.new_count, upload.row_count) == ("done", 9, 9)
    assert [row for row, _ in results_of(upload)] == list(range(2, 11))
    assert turns == [2, 9]


KILLED_IN_ITS_THIRD_BATCH = """
import django, sys, time
django.setup(set_prefix=False)
from django.conf import settings
from django.utils import timezone
from links import audience_uploads
from links.models import AudienceUpload

settings.MEDIA_ROOT = sys.argv[1]
audience_uploads.BATCH_SIZE = 10
write, calls = audience_uploads.write_results, []
def write_and_hang(*args):
    calls.append(write(*args))
    if len(calls) == 3:
        print("hanging", flush=True)
        time.sleep(600)
    return calls[-1]
audience_uploads.write_results = write_and_hang
audience_uploads.run_upload(upload=AudienceUpload.objects.get(), now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_its_open_batch_and_the_next_goes_on(send, settings) -> None:
    upload = an_upload(send, a_file(*numbers(45)))
    environment = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED_IN_ITS_THIRD_BATCH, str(settings.MEDIA_ROOT)],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "hanging\n"
    finally:
        worker.kill()
        worker.communicate()
    upload.refresh_from_db()
    assert (upload.status, upload.row_count) == ("running", 20)
    assert RecipientLink.objects.count() == 20
    kept = set(RecipientLink.objects.values_list("pk", flat=True))

    assert upload.worked_at is not None
    run_due_uploads(now=upload.worked_at + timedelta(minutes=3), time_limit=timedelta(minutes=5))
    upload.refresh_from_db()
    assert (upload.status, upload.new_count, upload.row_count) == ("done", 45, 45)
    assert RecipientLink.objects.count() == 45
    assert kept < set(RecipientLink.objects.values_list("pk", flat=True))
    assert results_of(upload) == [(row, "new") for row in range(2, 47)]
