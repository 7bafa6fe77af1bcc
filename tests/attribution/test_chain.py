"""The hash of a batch covers everything it says and the hash before it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import numpy as np
import pytest

from attribution.chain import RECORD, digest, records_hash

ID = UUID(int=5)


@dataclass(frozen=True)
class Header:
    id: UUID = ID
    number: int = 7
    cause: str = "deal_changed"
    posted_at: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)
    entry_count: int = 1
    previous_hash: str = "ab"


def test_the_digest_is_sha_256_over_the_header_and_the_records_hash() -> None:
    text = f"ab|7|{ID}|deal_changed|2026-06-01T12:00:00.000000+00:00|1|cd"

    assert digest(Header(), "cd") == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_moment_in_another_zone_is_the_same_digest() -> None:
    elsewhere = Header().posted_at.astimezone(timezone(timedelta(hours=2)))

    assert digest(replace(Header(), posted_at=elsewhere), "") == digest(Header(), "")


def test_every_part_of_the_header_changes_the_digest() -> None:
    variants = [
        digest(Header(), "cd"),
        digest(Header(), "dc"),
        digest(replace(Header(), id=UUID(int=6)), "cd"),
        digest(replace(Header(), number=8), "cd"),
        digest(replace(Header(), cause="identity"), "cd"),
        digest(replace(Header(), posted_at=datetime(2026, 6, 2, tzinfo=UTC)), "cd"),
        digest(replace(Header(), entry_count=2), "cd"),
        digest(replace(Header(), previous_hash=""), "cd"),
    ]

    assert len(set(variants)) == len(variants)


def test_records_are_hashed_as_they_lie_big_endian_and_without_gaps() -> None:
    record = np.zeros(1, RECORD)
    record["line"], record["bucket"] = 1, b"excluded"
    text = bytes([0, 0, 0, 1]) + bytes(48) + b"excluded" + bytes(RECORD.itemsize - 60)

    assert RECORD.itemsize == 4 + 3 * 16 + 12 + 24 + 4 + 6 * 16 + 4 + 4 * 8 + 1
    assert records_hash(record) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("name", RECORD.names or ())
def test_every_field_of_a_record_changes_its_hash(name: str) -> None:
    record = np.zeros(2, RECORD)
    content = record.view(np.uint8).reshape(2, -1)
    content[1, (RECORD.fields or {})[name][1]] = 1

    assert records_hash(record[:1]) != records_hash(record[1:])


def test_the_order_of_records_counts() -> None:
    records = np.zeros(2, RECORD)
    records["line"] = (1, 2)

    assert records_hash(records) != records_hash(records[::-1])
