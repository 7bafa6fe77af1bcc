"""What became of the rows of a file: the words that every import answers in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RawRow = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one field of a row: the rule it breaks, and what would pass."""

    field: str
    code: str
    message: str
    suggestion: str = ""
    value: str = ""


class RowRefusedError(Exception):
    """A field of a row cannot be read."""

    def __init__(self, field: str, code: str, message: str, suggestion: str = "") -> None:
        self.error = RowError(field, code, message, suggestion)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes in one field."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row: `created`, `updated`, `unchanged` or `rejected`. Counted from 1.

    In a dry run it is what would become of it. `stored` is the row of the database. `warnings`
    are what somebody should know and what keeps no row out.
    """

    number: int
    status: str
    errors: tuple[RowError, ...] = ()
    changes: tuple[Change, ...] = ()
    title: str = ""
    stored: Any = None
    warnings: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file's rows."""

    rows: tuple[RowResult, ...]

    def count(self, status: str) -> int:
        """Return how many rows have a status."""
        return sum(row.status == status for row in self.rows)

    @property
    def warned(self) -> int:
        """Return how many rows have a warning."""
        return sum(bool(row.warnings) for row in self.rows)

    @property
    def changing(self) -> int:
        """Return how many rows are new or change something."""
        return self.count("created") + self.count("updated")
