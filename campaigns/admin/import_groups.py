"""The rows of an import, put together by what becomes of them: the refused first."""

from dataclasses import dataclass
from typing import Final

from campaigns.import_rows import ImportResult, RowResult
from campaigns.table_import import Sheet

_GROUPS: Final = (
    ("rejected", "Refused", "error"),
    ("created", "New", "check_circle"),
    ("updated", "Changed", "edit"),
    ("unchanged", "Unchanged", "equal"),
)
_SHOWN_OPEN: Final = 50


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one result, with their numbers in the file."""

    status: str
    label: str
    icon: str
    rows: list[tuple[int, RowResult]]
    is_open: bool


def groups_of(sheet: Sheet, result: ImportResult) -> list[Group]:
    """Return the groups that have rows; long lists of good news start closed."""
    numbered = list(zip(sheet.numbers, result.rows, strict=True))
    found = []
    for status, label, icon in _GROUPS:
        rows = [(number, row) for number, row in numbered if row.status == status]
        is_open = status in {"rejected", "updated"} or (
            status == "created" and (len(rows) <= _SHOWN_OPEN or result.warned > 0)
        )
        if rows:
            found.append(Group(status, label, icon, rows, is_open))
    return found
