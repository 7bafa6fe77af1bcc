"""What a batch of records did to our rows, and two rules that every kind of record obeys. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """How many records were new, changed, the same as before, or refused with a problem row."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: IntakeCounts) -> IntakeCounts:
        return IntakeCounts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )

    @property
    def taken(self) -> int:
        """Return how many records stand with us now."""
        return self.created + self.updated + self.unchanged


class _Dated(Protocol):
    @property
    def modified_at(self) -> datetime | None: ...


def is_older(record: _Dated, row: _Dated) -> bool:
    """Tell whether the record is a version from before the one we hold."""
    if record.modified_at is None or row.modified_at is None:
        return False
    return record.modified_at < row.modified_at


def crop(text: str, length: int) -> str:
    """Return the text without NUL (PostgreSQL keeps none) and outer blanks, cut to its column."""
    return text.replace("\0", "").strip()[:length]
