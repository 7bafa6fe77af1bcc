"""What waits in the click journals, and when a person must look."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.tracking.click_builders import NOW, a_journal, a_line
from tracking.journal_watch import JournalState, journal_state
from tracking.models import JournalCursor

pytestmark = pytest.mark.django_db
LIMITS = {"max_bytes": 1000, "max_lag_seconds": 60, "least_free_bytes": 10}


def a_state(**fields: float) -> JournalState:
    given = {"file_count": 1, "unread_bytes": 0, "lag_seconds": 0, "free_bytes": 10**9, **fields}
    return JournalState(**given)  # type: ignore[arg-type]


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    state = journal_state(folder=tmp_path / "not" / "yet", now=NOW)

    assert (state.file_count, state.unread_bytes, state.lag_seconds) == (0, 0, 0)
    assert state.free_bytes > 0


def test_the_oldest_unread_tap_says_how_long_taps_wait(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    for seconds in (0, 20):
        journal.write(a_line(seconds=seconds))
    state = journal_state(folder=tmp_path, now=NOW + timedelta(seconds=90))

    assert state.lag_seconds == 90
    assert state.unread_bytes == sum(file.stat().st_size for file in tmp_path.iterdir())


def test_what_was_read_waits_no_longer(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    lines = [a_line(seconds=0), a_line(seconds=20)]
    for line in lines:
        journal.write(line)
    (file,) = tmp_path.iterdir()
    cursor = JournalCursor.objects.create(file=file.name, position=len(lines[0]), read_at=NOW)

    half_read = journal_state(folder=tmp_path, now=NOW + timedelta(seconds=90))
    cursor.position += len(lines[1])
    cursor.save()
    read = journal_state(folder=tmp_path, now=NOW + timedelta(seconds=90))

    assert (half_read.lag_seconds, half_read.unread_bytes) == (70, len(lines[1]))
    assert (read.lag_seconds, read.unread_bytes, read.file_count) == (0, 0, 1)


def test_a_damaged_line_waits_since_its_file_was_written(tmp_path: Path) -> None:
    file = tmp_path / "1-host-1-aa.journal"
    file.write_bytes(b"no line")

    state = journal_state(folder=tmp_path, now=NOW)

    assert state.lag_seconds == max(0.0, NOW.timestamp() - file.stat().st_mtime)
    assert state.unread_bytes == 7


def test_a_clock_that_went_back_makes_no_negative_wait(tmp_path: Path) -> None:
    a_journal(tmp_path).write(a_line(seconds=3600))

    assert journal_state(folder=tmp_path, now=NOW).lag_seconds == 0


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (a_state(unread_bytes=1001), "1,001 bytes of taps wait"),
        (a_state(lag_seconds=61), "waited 61 seconds"),
        (a_state(free_bytes=9), "only 9 bytes are left"),
    ],
)
def test_each_bound_that_is_passed_asks_for_a_person(state: JournalState, words: str) -> None:
    assert words in state.problem(**LIMITS)


def test_within_all_bounds_nobody_is_asked() -> None:
    assert a_state(unread_bytes=1000, lag_seconds=60, free_bytes=10).problem(**LIMITS) == ""
