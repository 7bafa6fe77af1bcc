"""The click journal's files, on a real file system with real locks."""

import fcntl
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tracking.click_builders import a_journal, a_line
from tracking.journal import JournalReader, readers
from tracking.journal_lines import LossRecord, MalformedLineError, parse_line


def the_reader(folder: Path) -> JournalReader:
    (reader,) = readers(folder)
    return reader


def all_lines(folder: Path) -> list[bytes]:
    return [
        line for reader in readers(folder) for line in reader.read(position=0, limit=100_000).lines
    ]


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let the kernel refuse writes beyond a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_written_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    line = a_line()

    assert a_journal(tmp_path).write(line)

    assert the_reader(tmp_path).path.read_bytes() == line


def test_the_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = a_journal(folder)
    journal.write(a_line())

    assert folder.stat().st_mode & 0o777 == 0o700
    assert the_reader(folder).path.stat().st_mode & 0o777 == 0o600


def test_each_process_run_has_a_file_of_its_own(tmp_path: Path) -> None:
    first, second = a_journal(tmp_path), a_journal(tmp_path)
    first.write(a_line())
    second.write(a_line())

    assert len(readers(tmp_path)) == 2


def test_threads_never_mix_their_lines(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    lines = [a_line(user_agent=str(number) * 400) for number in range(8)]
    threads = [
        threading.Thread(target=lambda line=line: [journal.write(line) for _ in range(200)])
        for line in lines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    written = all_lines(tmp_path)
    assert sorted(written) == sorted(line.removesuffix(b"\n") for line in lines * 200)


def test_a_forked_child_writes_a_file_of_its_own(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    child = os.fork()
    if not child:
        journal.write(a_line())
        os._exit(0)
    os.waitpid(child, 0)
    journal.write(a_line())

    counts = [len(reader.read(position=0, limit=10).lines) for reader in readers(tmp_path)]
    assert sorted(counts) == [1, 2]


def test_a_reader_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    for _ in range(3):
        journal.write(a_line())
    reader = the_reader(tmp_path)

    first = reader.read(position=0, limit=2)
    second = reader.read(position=first.position, limit=2)

    assert (len(first.lines), len(second.lines)) == (2, 1)
    assert second.position == reader.size()
    assert reader.read(position=second.position, limit=2).lines == []


def test_a_torn_last_line_is_waited_for_while_its_writer_lives(tmp_path: Path) -> None:
    line = a_line()
    path = tmp_path / "1-host-1-aa.journal"
    with path.open("ab", buffering=0) as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        writer.write(line + line[:20])
        reader = the_reader(tmp_path)
        batch = reader.read(position=0, limit=10)
        again = reader.read(position=batch.position, limit=10)
        writer.write(line[20:])
        rest = reader.read(position=batch.position, limit=10)

    assert (len(batch.lines), batch.position) == (1, len(line))
    assert (again.lines, again.position, again.torn_count) == ([], len(line), 0)
    assert rest.lines == [line.removesuffix(b"\n")]


def test_a_torn_last_line_is_skipped_and_counted_once_its_writer_is_gone(tmp_path: Path) -> None:
    line = a_line()
    (tmp_path / "1-host-1-aa.journal").write_bytes(line + line[:20])
    reader = the_reader(tmp_path)

    batch = reader.read(position=0, limit=10)
    rest = reader.read(position=batch.position, limit=10)

    assert (batch.torn_count, rest.torn_count) == (0, 1)
    assert rest.position == reader.size()


def test_a_file_is_kept_while_its_writer_lives(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    reader = the_reader(tmp_path)

    assert not reader.remove_if_done(position=reader.size())

    journal.close()
    assert reader.remove_if_done(position=reader.size())
    assert readers(tmp_path) == []


def test_a_finished_file_is_free_though_a_child_still_has_it_open(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    copy = os.dup(journal._descriptor)

    journal.close()

    reader = the_reader(tmp_path)
    assert reader.remove_if_done(position=reader.size())
    os.close(copy)


def test_a_file_is_kept_while_a_byte_of_it_is_unread(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    journal.close()
    reader = the_reader(tmp_path)

    assert not reader.remove_if_done(position=reader.size() - 1)


def test_a_file_that_another_reader_removed_counts_as_done(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    journal.close()
    reader = the_reader(tmp_path)
    reader.path.unlink()

    assert reader.remove_if_done(position=1)
    assert reader.size() == 0


def test_a_file_of_full_size_is_left_for_a_new_one(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, rotate_bytes=100)
    journal.write(a_line())
    journal.tend()
    journal.write(a_line())

    assert len(readers(tmp_path)) == 2
    assert [reader.is_abandoned() for reader in readers(tmp_path)] == [True, False]


def test_a_file_of_full_age_is_left_for_a_new_one(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, rotate_seconds=0)
    journal.write(a_line())
    journal.tend()

    assert the_reader(tmp_path).is_abandoned()


def test_a_journal_that_syncs_before_each_answer_records_the_same(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, sync_seconds=0)

    assert journal.write(a_line())
    assert len(all_lines(tmp_path)) == 1


def test_the_timer_flushes_without_being_asked(tmp_path: Path) -> None:
    journal = a_journal(tmp_path, sync_seconds=0.01)
    journal.write(a_line())
    deadline = threading.Event()
    for _ in range(500):
        if journal.is_synced:
            break
        deadline.wait(0.01)

    assert journal.is_synced


def test_a_full_disk_is_counted_and_raises_an_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = a_journal(tmp_path)
    journal.write(a_line())
    with files_no_larger_than(the_reader(tmp_path).size()):
        assert not journal.write(a_line())
        assert not journal.write(a_line())

    assert journal.lost_count == 2
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert "cannot be written" in caplog.text


def test_a_line_cut_short_by_a_full_disk_harms_no_other(tmp_path: Path) -> None:
    journal, line = a_journal(tmp_path), a_line()
    journal.write(line)
    with files_no_larger_than(len(line) + 30):
        assert not journal.write(a_line())
    assert journal.write(line)

    first, torn, loss, last = all_lines(tmp_path)
    assert first == last == line.removesuffix(b"\n")
    with pytest.raises(MalformedLineError):
        parse_line(torn)
    record = parse_line(loss)
    assert isinstance(record, LossRecord)
    assert record.lost_count == 1


def test_a_folder_that_cannot_be_made_loses_taps_but_raises_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    journal = a_journal(tmp_path / "file" / "journal")

    assert not journal.write(a_line())
    assert journal.lost_count == 1


def test_files_of_other_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".1-hidden.journal").write_text("being made")

    assert readers(tmp_path) == []
