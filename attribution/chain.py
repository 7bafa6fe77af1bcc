"""The hash chain: SHA-256 over a batch's entries and the hash of the batch before. Pure.

FIPS 180-4. Every entry is one record of fixed width, `RECORD`; the hash of batch n covers one header
line, in which stands the hash of its records in order. docs/ledger.md lists the fields, so that anybody can
recompute the chain from an export.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from attribution.facts import ID, PLACE

RECORD = np.dtype(
    [
        ("line", ">i4"), ("id", ID), ("outcome_id", ID), ("rule_id", ID), ("bucket", "S12"), ("reason", "S24"),
        ("outcome_date", ">i4"), *((name, PLACE[name]) for name in PLACE.names or ()),
        ("amount_minor", ">i8"), ("count_micro", ">i8"),
        ("rate_whole", ">i8"), ("rate_fraction", ">i8"), ("is_restatement", "i1"),
    ]
)  # fmt: skip
"""An entry as it is hashed: big-endian, without gaps; no id: zeros, no day: `facts.NO_DAY`."""

NO_RATE = -1
"""Both parts of a rate that does not exist. The fraction counts units of 10^-10."""


class Header(Protocol):
    """What a batch says of itself."""

    id: UUID
    number: int
    cause: str
    posted_at: datetime
    entry_count: int
    previous_hash: str


def records_hash(records: NDArray[Any]) -> str:
    """Return the hash of a batch's records of the type `RECORD`, as 64 hexadecimal digits."""
    return hashlib.sha256(records.tobytes()).hexdigest()


def digest(batch: Header, records: str) -> str:
    """Return the batch's hash from that of its records, as 64 hexadecimal digits."""
    moment = batch.posted_at.astimezone(UTC).isoformat(timespec="microseconds")
    header = (
        batch.previous_hash, batch.number, batch.id, batch.cause, moment, batch.entry_count, records
    )  # fmt: skip
    return hashlib.sha256("|".join(map(str, header)).encode()).hexdigest()
