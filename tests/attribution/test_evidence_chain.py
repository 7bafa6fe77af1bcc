"""Entries on their way past: hashed, and put where their outcomes are."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from attribution.chain import RECORD, digest, records_hash
from attribution.evidence_chain import (
    BatchRow,
    Discrepancy,
    PeriodRow,
    Shelves,
    entry_problems,
    header_problems,
)
from attribution.facts import day_number

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = date(2026, 6, 10)
ID = str(UUID(int=7))


def an_entry(batch: int = 1, line: int = 1, *, outcome: int = 7, restates: int = 0) -> list[str]:
    ids = ["", "", "", "", "", ""]
    return [
        str(batch), str(line), ID, str(UUID(int=outcome)), ID, "excluded", "no_rate", str(DAY),
        *ids, "", "100", "1000000", "1.5000000000", str(restates),
    ]  # fmt: skip


def a_batch(number: int, *entries: list[str], previous: str = "", at: datetime = NOW) -> BatchRow:
    records = np.zeros(len(entries), RECORD)
    for row, entry in enumerate(entries):
        records[row] = (
            int(entry[1]), *(UUID(text).bytes for text in entry[2:5]), b"excluded", b"no_rate",
            day_number(DAY), *[bytes(16)] * 6, day_number(None), 100, 1_000_000, 1, 5 * 10**9,
            int(entry[18]),
        )  # fmt: skip
    batch = BatchRow(number, UUID(int=number), "rate", at, len(entries), previous, "")
    hashed = digest(batch, records_hash(records))
    return BatchRow(number, UUID(int=number), "rate", at, len(entries), previous, hashed)


def problems(
    folder: Path,
    rows: list[list[str]],
    *batches: BatchRow,
    periods: tuple[PeriodRow, ...] = (),
    every_batch: bool = True,
) -> list[str]:
    found = entry_problems(
        rows,
        batches=batches,
        periods=periods,
        shelves=Shelves(folder, []),
        every_batch=every_batch,
    )
    return [one.code for one in found if isinstance(one, Discrepancy)]


def test_entries_hash_to_their_batch(tmp_path: Path) -> None:
    entries = [an_entry(), an_entry(line=2)]
    assert problems(tmp_path, entries, a_batch(1, *entries)) == []


def test_a_batch_without_entries_is_missing_them_unless_the_bundle_is_limited(
    tmp_path: Path,
) -> None:
    batch = a_batch(1, an_entry())
    assert problems(tmp_path, [], batch) == ["entries_missing"]
    assert problems(tmp_path, [], batch, every_batch=False) == []


def test_entries_of_no_batch_and_of_one_that_passed_are_out_of_place(tmp_path: Path) -> None:
    first, second = a_batch(1, an_entry()), a_batch(2, an_entry(2))
    rows = [an_entry(), an_entry(2), an_entry(), an_entry(3)]
    assert problems(tmp_path, rows, first, second) == ["entries_out_of_place"] * 2


def test_headers_follow_each_other() -> None:
    first = a_batch(1, an_entry())
    second = a_batch(2, an_entry(2), previous=first.hash)
    assert list(header_problems([first, second])) == []
    assert [one.code for one in header_problems([second])] == ["chain_broken"]
    assert [one.code for one in header_problems([first, a_batch(2)])] == ["chain_broken"]


@pytest.mark.parametrize(
    ("restates", "locked", "found"),
    [
        (1, NOW - timedelta(hours=1), []),
        (0, NOW - timedelta(hours=1), ["restatement_differs"]),
        (0, NOW + timedelta(hours=1), []),
        (1, NOW + timedelta(hours=1), ["restatement_differs"]),
        (0, NOW, []),
        (1, NOW, []),
    ],
)
def test_restatements_follow_from_the_locked_periods(
    tmp_path: Path, restates: int, locked: datetime, found: list[str]
) -> None:
    entry = an_entry(restates=restates)
    period = PeriodRow(DAY, DAY, locked)
    assert problems(tmp_path, [entry], a_batch(1, entry), periods=(period,)) == found


def test_entries_are_found_again_by_the_part_of_their_outcome(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path, [UUID(int=5).bytes, UUID(int=9).bytes])
    entries = [an_entry(line=line, outcome=line) for line in (1, 5, 8, 9, 12)]
    batch = a_batch(1, *entries)
    list(entry_problems(entries, batches=[batch], periods=[], shelves=shelves, every_batch=True))
    assert [shelves.take(part)["line"].tolist() for part in (0, 1, 2, 3)] == [
        [1],
        [5, 8],
        [9, 12],
        [],
    ]
