"""What the linter found as a table: the rows handed in, the verdict, the corrected links. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from campaigns.link_extraction import CORRECTED as CORRECTED_COLUMN
from campaigns.link_extraction import MISTAKES, VERDICT, Found, FoundLink, column_name
from campaigns.link_lint import LintedLink, Report

CORRECTED = "Corrected"
GUESSED = "Corrected, with an example for the campaign name"
OK = "OK"
BY_HAND = "Correct by hand"


def corrected_rows(found: Found, report: Report) -> Iterator[list[str]]:
    """Yield the rows of the corrected file, its header first.

    A table keeps all its columns; a corrected column follows for each column that has links.
    """
    verdicts = report.verdicts
    if found.rows is None:
        yield ["Place", "Link", VERDICT, MISTAKES, f"{CORRECTED_COLUMN}link"]
        for link in found.links:
            judged = verdicts[link.url]
            mistakes = _mistakes_of([judged])
            yield [link.where, link.url, _verdict([judged]), mistakes, corrected(judged)]
        return
    yield from _table(found.rows, found.links, verdicts)


def corrected(link: LintedLink) -> str:
    """Return the link as it should be; where nobody knows, an empty text."""
    return link.verdict.suggested or ""


def _table(
    rows: Sequence[Sequence[str]], links: Sequence[FoundLink], verdicts: dict[str, LintedLink]
) -> Iterator[list[str]]:
    header, *body = rows
    width = max(len(row) for row in rows)
    by_row: defaultdict[int, list[FoundLink]] = defaultdict(list)
    columns = set()
    for link in links:
        if link.cell is not None:
            by_row[link.cell[0]].append(link)
            columns.add(link.cell[1])
    names = [column_name(header, column) for column in sorted(columns)]
    corrected_columns = [f"{CORRECTED_COLUMN}{name}" for name in names]
    yield [*_filled(header, width), VERDICT, MISTAKES, *corrected_columns]
    for number, row in enumerate(body):
        cells = _filled(row, width)
        here = [verdicts[link.url] for link in by_row[number]]
        new = [_corrected_cell(cells[c], c, by_row[number], verdicts) for c in sorted(columns)]
        yield [*cells, _verdict(here), _mistakes_of(here), *new]


def _filled(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _verdict(links: Sequence[LintedLink]) -> str:
    if not links:
        return ""
    if all(link.ok for link in links):
        return OK
    if any(link.verdict.suggested is None for link in links):
        return BY_HAND
    return GUESSED if any(link.is_guess for link in links) else CORRECTED


def _mistakes_of(links: Sequence[LintedLink]) -> str:
    found = [violation.message for link in links for violation in link.mistakes]
    return " ".join(dict.fromkeys(found))


def _corrected_cell(
    cell: str, column: int, links: Sequence[FoundLink], verdicts: dict[str, LintedLink]
) -> str:
    """Return the cell with each link replaced where it stands, from the last to the first."""
    for link in reversed(links):
        new = corrected(verdicts[link.url])
        if link.cell is not None and link.cell[1] == column and new:
            cell = cell[: link.start] + new + cell[link.start + len(link.url) :]
    return cell
