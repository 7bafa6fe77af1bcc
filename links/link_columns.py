"""The registry of columns that other apps add to the list of short links.

A column fills the cells of a whole page of the list at once, so that it costs the same number
of queries for two links and for fifty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from links.models import Link

Cells = Mapping[UUID, Any]


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """A column: its heading, and what it shows of each link by the link's id.

    A link without a cell shows `empty`.
    """

    name: str
    heading: str
    position: int
    cells: Callable[[Sequence[Link], HttpRequest], Cells]
    empty: str = "–"


_columns: dict[str, LinkColumn] = {}


def register(column: LinkColumn) -> None:
    """Add a column; a second one of that name replaces the first."""
    _columns[column.name] = column


def columns() -> list[LinkColumn]:
    """Return the columns from left to right."""
    return sorted(_columns.values(), key=lambda column: column.position)


def fill_cells(links: Sequence[Link], request: HttpRequest) -> dict[str, Cells]:
    """Return the cells of every column for the links of a page, by the column's name."""
    return {column.name: column.cells(links, request) for column in columns()}
