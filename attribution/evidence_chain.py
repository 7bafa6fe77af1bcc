"""The batches and entries of a bundle: hashed again, and sorted by the outcomes they speak of. Pure.

Entries pass by once, in the order of the chain. They are kept on disk, by part of the facts, so
that each part can be compared with its own afterwards and memory stays bounded.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from attribution.chain import NO_RATE, RECORD, digest
from attribution.evidence_parts import id_bytes
from attribution.facts import day_number

Records = NDArray[Any]
"""Rows of the type `chain.RECORD`."""

_BLOCK: Final = 4_096
_SCALE: Final = 10**10
_AT_THE_LOCK: Final = timedelta(minutes=1)
"""A posting so close to the locking of its period may be on either side of it."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing in which a bundle contradicts itself; `code` is for programs."""

    code: str
    message: str


@dataclass(slots=True)
class BatchRow:
    """A batch as a bundle tells it; what `chain.Header` asks for, and its hash."""

    number: int
    id: UUID
    cause: str
    posted_at: datetime
    entry_count: int
    previous_hash: str
    hash: str

    @classmethod
    def of_text(cls, row: Sequence[str]) -> "BatchRow":
        """Return the batch of a row.

        Raises:
            ValueError: a value is none of its column's.
        """
        return cls(
            number=int(row[0]),
            id=UUID(row[1]),
            cause=row[2],
            posted_at=datetime.fromisoformat(row[3]),
            entry_count=int(row[4]),
            previous_hash=row[5],
            hash=row[6],
        )


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A locked period."""

    starts_on: date
    ends_on: date
    locked_at: datetime

    @classmethod
    def of_text(cls, row: Sequence[str]) -> "PeriodRow":
        """Return the period of a row.

        Raises:
            ValueError: a value is none of its column's.
        """
        start, end = (date.fromisoformat(text) for text in row[1:3])
        return cls(start, end, datetime.fromisoformat(row[3]))


class Shelves:
    """Entries on disk, by the part of the facts that has their outcome.

    `firsts` are the ids of the parts' first outcomes as bytes, ascending.
    """

    def __init__(self, folder: Path, firsts: Sequence[bytes]) -> None:
        self._folder = folder
        self._firsts = firsts

    def put(self, records: Records) -> None:
        """Keep some entries."""
        parts = np.array(
            [bisect_right(self._firsts, raw.tobytes()) for raw in records["outcome_id"]], np.int64
        )
        for number in np.unique(parts).tolist():
            with self._file(number).open("ab") as file:
                file.write(records[parts == number].tobytes())

    def take(self, number: int) -> Records:
        """Return the entries of a part, counted from 1; 0: of outcomes before all parts."""
        file = self._file(number)
        return np.frombuffer(file.read_bytes() if file.exists() else b"", RECORD)

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:05d}"


def header_problems(batches: Sequence[BatchRow]) -> Iterator[Discrepancy]:
    """Follow the batches' numbers and the hashes that each names of the one before."""
    previous, number = "", 0
    for batch in batches:
        if batch.number != number + 1 or batch.previous_hash != previous:
            message = f"Batch {batch.number} does not follow the one before."
            yield Discrepancy("chain_broken", message)
        previous, number = batch.hash, batch.number


def entry_problems(
    rows: Iterable[Sequence[str]],
    *,
    batches: Sequence[BatchRow],
    periods: Sequence[PeriodRow],
    shelves: Shelves,
    every_batch: bool,
) -> Iterator[Discrepancy | int]:
    """Hash every batch's entries again and put them on the shelves.

    Yields what is wrong, and now and then the number of entries that have passed. `every_batch`
    says that each batch must have its entries here.

    Raises:
        ValueError: a value is none of its column's.
    """
    known = {str(batch.number): batch for batch in batches}
    seen: set[str] = set()
    for number, own in groupby(rows, key=lambda row: row[0]):
        batch = known.get(number)
        if batch is None or number in seen:
            yield Discrepancy(
                "entries_out_of_place", f"Entries of batch {number} stand out of place."
            )
            continue
        seen.add(number)
        yield from _batch_problems(batch, own, periods, shelves)
    for batch in batches:
        if every_batch and str(batch.number) not in seen:
            message = f"Batch {batch.number} has none of its {batch.entry_count} entries."
            yield Discrepancy("entries_missing", message)


def _batch_problems(
    batch: BatchRow,
    rows: Iterator[Sequence[str]],
    periods: Sequence[PeriodRow],
    shelves: Shelves,
) -> Iterator[Discrepancy | int]:
    content, count, is_flagged_wrong = hashlib.sha256(), 0, False
    while block := [_record(row) for row in islice(rows, _BLOCK)]:
        records = np.array(block, RECORD)
        content.update(records.tobytes())
        shelves.put(records)
        count += len(records)
        is_flagged_wrong |= _is_flagged_wrong(records, batch, periods)
        yield len(records)
    if count != batch.entry_count:
        message = f"Batch {batch.number} has {count} of its {batch.entry_count} entries."
        yield Discrepancy("entries_missing", message)
    if digest(batch, content.hexdigest()) != batch.hash:
        yield Discrepancy("hash_differs", f"Batch {batch.number} is not as it was posted.")
    if is_flagged_wrong:
        message = f"Batch {batch.number} marks restatements otherwise than the locked periods say."
        yield Discrepancy("restatement_differs", message)


def _record(row: Sequence[str]) -> tuple[object, ...]:
    """Return an entry as it is hashed."""
    rate = Decimal(row[17]) if row[17] else None
    return (
        int(row[1]),
        *(id_bytes(text) for text in row[2:5]),
        row[5].encode(),
        row[6].encode(),
        _day(row[7]),
        *(id_bytes(text) for text in row[8:14]),
        _day(row[14]),
        int(row[15]),
        int(row[16]),
        NO_RATE if rate is None else int(rate),
        NO_RATE if rate is None else int((rate - int(rate)) * _SCALE),
        int(row[18]),
    )


def _day(text: str) -> int:
    return day_number(date.fromisoformat(text) if text else None)


def _is_flagged_wrong(records: Records, batch: BatchRow, periods: Sequence[PeriodRow]) -> bool:
    """Whether an entry is marked as a restatement and is none, or the other way round."""
    must, may = np.zeros(len(records), bool), np.zeros(len(records), bool)
    for period in periods:
        start, end = day_number(period.starts_on), day_number(period.ends_on)
        inside = (records["outcome_date"] >= start) & (records["outcome_date"] <= end)
        must |= inside & (batch.posted_at > period.locked_at + _AT_THE_LOCK)
        may |= inside & (batch.posted_at >= period.locked_at - _AT_THE_LOCK)
    marked = records["is_restatement"] != 0
    return bool(((must & ~marked) | (marked & ~may)).any())
