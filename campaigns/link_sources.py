"""The links of a file that is handed in: a table, a page of HTML, or any text."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import IO, Final

from campaigns.html_links import links_in_html
from campaigns.link_extraction import (
    CORRECTED,
    MISTAKES,
    VERDICT,
    Found,
    links_in_cells,
    links_in_text,
)
from campaigns.spreadsheets import Table, read_table
from campaigns.text_tables import read_text
from campaigns.workbooks import is_zip

MOST_LINKS: Final = 10_000
NO_LINK: Final = "rows without a link"
_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".xls", ".xlsx", ".xlsm", ".numbers", ".ods"})
_PAGES: Final = frozenset({".html", ".htm", ".xhtml"})
_PAGE_STARTS: Final = ("<!doctype html", "<html", "<!-- ", "<head", "<body", "<table", "<a ")


class TooManyLinksError(ValueError):
    """More links than the linter judges at once."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"There are {count:,} links; {MOST_LINKS:,} are judged at once. "
            "Split the list, or use “manage.py check_utms”."
        )


def links_in_file(file: IO[bytes], filename: str) -> Found:
    """Return the links of a file with their places.

    Raises:
        UnreadableTableError: it cannot be read; the text says why.
    """
    suffix = PurePath(filename).suffix.lower()
    if suffix in _TABLES or is_zip(file):
        return links_in_table(read_table(file, filename))
    text = read_text(file)
    return links_in_html(text) if suffix in _PAGES else links_in_paste(text)


def links_in_paste(text: str) -> Found:
    """Return the links of pasted text, which may be the source of a page."""
    is_page = text[:200].lstrip("\ufeff \t\r\n").lower().startswith(_PAGE_STARTS)
    return links_in_html(text) if is_page else links_in_text(text)


def limited(found: Found) -> Found:
    """Return what was found.

    Raises:
        TooManyLinksError: more than one page or answer should hold.
    """
    if len(found.links) > MOST_LINKS:
        raise TooManyLinksError(len(found.links))
    return found


def links_in_table(table: Table) -> Found:
    """Return the links of all columns. A table whose first row has links has no header.

    Of a file that the linter corrected, a row counts by what stands corrected in it.
    """
    found = Found()
    first = table.header_row
    headless = any(
        links_in_cells(first.cells, header=(), row=0, number=first.number, line=first.line)
    )
    header = [] if headless else table.header
    rows, mended = [list(header)], _mended_columns(header)
    numbered = [first, *table.numbered_rows] if headless else table.numbered_rows
    for index, row in enumerate(numbered):
        links = list(
            links_in_cells(row.cells, header=header, row=index, number=row.number, line=row.line)
        )
        links = [link for link in links if link.cell and link.cell[1] in mended] or links
        rows.append(row.cells)
        found.links.extend(links)
        if not links:
            found.left_out[NO_LINK] += 1
    return Found(found.links, found.left_out, rows)


def _mended_columns(header: Sequence[str]) -> set[int]:
    """Return the columns that the linter added to a table with the corrected links."""
    if VERDICT not in header or MISTAKES not in header:
        return set()
    last = len(header) - 1 - header[::-1].index(MISTAKES)
    return {
        place for place, name in enumerate(header) if place > last and name.startswith(CORRECTED)
    }
