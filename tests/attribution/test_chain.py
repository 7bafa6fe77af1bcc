"""The hash of a batch covers everything it says and the hash before it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

from attribution.chain import canonical_line, digest


@dataclass(frozen=True)
class Header:
    number: int = 7
    cause: str = "deal_changed"
    posted_at: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)
    entry_count: int = 1
    previous_hash: str = "ab"


def test_a_line_joins_its_fields_and_leaves_absent_ones_empty() -> None:
    assert canonical_line([1, "x", None, -5, True]) == "1|x||-5|True"


def test_the_digest_is_sha_256_over_header_and_lines() -> None:
    text = "ab|7|deal_changed|2026-06-01T12:00:00.000000+00:00|1\n1|x\n"

    assert digest(Header(), ["1|x"]) == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_moment_in_another_zone_is_the_same_digest() -> None:
    elsewhere = Header().posted_at.astimezone(timezone(timedelta(hours=2)))

    assert digest(replace(Header(), posted_at=elsewhere), []) == digest(Header(), [])


def test_every_part_changes_the_digest() -> None:
    variants = [
        digest(Header(), ["a", "b"]),
        digest(Header(), ["b", "a"]),
        digest(replace(Header(), number=8), ["a", "b"]),
        digest(replace(Header(), cause="identity"), ["a", "b"]),
        digest(replace(Header(), entry_count=2), ["a", "b"]),
        digest(replace(Header(), previous_hash=""), ["a", "b"]),
    ]

    assert len(set(variants)) == len(variants)
