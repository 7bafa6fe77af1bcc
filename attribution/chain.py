"""The hash chain: SHA-256 over a batch's entries and the hash of the batch before. Pure.

FIPS 180-4. The digest of batch n covers one header line and one line per entry, in order,
each ended by a newline, fields parted by `|`; an absent value is empty. docs/ledger.md lists
the fields, so that anybody can recompute the chain from an export.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol


class Header(Protocol):
    """What a batch says of itself."""

    number: int
    cause: str
    posted_at: datetime
    entry_count: int
    previous_hash: str


def canonical_line(fields: Sequence[object]) -> str:
    """Return an entry's line. Fields are text, whole numbers, True/False or None."""
    return "|".join("" if field is None else str(field) for field in fields)


def digest(batch: Header, entry_lines: Iterable[str]) -> str:
    """Return the batch's hash, as 64 hexadecimal digits."""
    moment = batch.posted_at.astimezone(UTC).isoformat(timespec="microseconds")
    header = (batch.previous_hash, batch.number, batch.cause, moment, batch.entry_count)
    text = "\n".join([canonical_line(header), *entry_lines, ""])
    return hashlib.sha256(text.encode()).hexdigest()
