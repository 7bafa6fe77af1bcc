"""What became of the rows of a file: the words that every import answers in. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

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


class BatchResult(ImportResult):
    """What became of a batch. With a rejected row nothing of it was stored."""

    @property
    def is_stored(self) -> bool:
        """Say whether the batch was stored, which it is as a whole or not at all."""
        return not self.count("rejected")


def text_of(row: RawRow, column: str) -> str:
    """Return what a row says in a column, without space around it; empty where it says nothing."""
    return str(row.get(column) or "").strip()


def ids_among(texts: Iterable[str]) -> list[UUID]:
    """Return those of the texts that are ids."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def read_fields(row: RawRow, readers: Iterable[Callable[[], None]]) -> list[RowError]:
    """Let each reader read its fields of a row; return everything that is refused."""
    errors: list[RowError] = []
    for read in readers:
        try:
            read()
        except RowRefusedError as refused:
            value = text_of(row, refused.error.field)
            errors.append(replace(refused.error, value=value[:80]))
    return errors


def read_batch(
    rows: Sequence[RawRow],
    *,
    read: Callable[[RawRow], tuple[Any, list[RowError]]],
    key: Callable[[Any], Hashable],
    key_names: str,
    titled: Sequence[str],
) -> list[RowResult]:
    """Read every row as if it were new; `stored` is what it states, unless it is rejected.

    A row that has an earlier one's key is rejected; `key_names` says the key in words. A row is
    called by what it says in the `titled` columns.
    """
    seen: set[Hashable] = set()
    results = []
    for number, row in enumerate(rows, start=1):
        stated, errors = read(row)
        if stated is not None:
            if key(stated) in seen:
                message = f"An earlier row has the same {key_names}."
                errors = [RowError("external_id", "repeated", message, value=stated.external_id)]
            seen.add(key(stated))
        title = " · ".join(str(row[name]) for name in titled if row.get(name))
        if errors or stated is None:
            results.append(RowResult(number, "rejected", tuple(errors), title=title))
        else:
            results.append(RowResult(number, "created", title=title, stored=stated))
    return results


def compared(row: RowResult, before: Mapping[str, str], after: Mapping[str, str]) -> RowResult:
    """Return a row's result beside what is stored: equal texts mean equal values."""
    changes = tuple(
        Change(name, before[name], after[name]) for name in before if before[name] != after[name]
    )
    return replace(row, status="updated" if changes else "unchanged", changes=changes)
